import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
	AffordanceError,
	Aspect,
	createLogos,
	currentInvocation,
	instrument,
	PathNotFoundError,
	PathSyntaxError,
	Resolver,
	Traced,
} from '../../index.js';
import { counted, failure, inOrder, invoke, pathAttributes, pathLabels, span } from './expected.js';
import { dropSdk, failureOf, messageOf, points, startSdk, timeline } from './harness.js';

beforeEach(() => startSdk());
afterEach(() => dropSdk());

const STRING = { 'agentese.result': 'string' };

@Resolver('self.soul')
class Soul {
	@Aspect()
	challenge(_umwelt: unknown, idea: string): string {
		return `why ${idea}`;
	}
	@Aspect('ponder', { affordedTo: ['scholar'] })
	_ponder(): string {
		return 'hm';
	}
	@Aspect
	@Traced
	static make(): string {
		return 'made';
	}
}

@Resolver('world.town.:citizen')
class Citizen {
	@Aspect()
	greet(): unknown {
		return currentInvocation()?.params;
	}
	@Aspect()
	async later(): Promise<unknown> {
		await null;
		return { ...currentInvocation()?.params };
	}
}

@Resolver('world.town.mayor')
class Mayor {
	@Aspect()
	greet(): string {
		return 'the mayor';
	}
}

const logos = createLogos([new Citizen(), new Mayor(), new Soul()], { aliases: { me: 'self.soul' } });

describe('logos.invoke', () => {
	it('calls the method with the umwelt first, under one span, counted once', async () => {
		expect(await logos.invoke('self.soul.challenge', { id: 'kent', archetype: 'scholar' }, 'idea')).toBe('why idea');
		const kent = { 'agentese.observer': 'kent', 'agentese.archetype': 'scholar' };
		expect(await timeline()).toEqual([invoke('self.soul.challenge', 'Soul.challenge', { ...STRING, ...kent })]);
		expect(await points()).toEqual(counted(pathLabels('self.soul.challenge')));
	});

	it('expands an alias, and the span carries both', async () => {
		await logos.invoke('me.challenge', null, 'idea');
		expect(await timeline()).toEqual([
			invoke('self.soul.challenge', 'Soul.challenge', { ...STRING, 'agentese.alias': 'me.challenge' }),
		]);
		expect(await points()).toEqual(counted(pathLabels('self.soul.challenge')));
	});

	it('reaches a static aspect of a class', async () => {
		expect(await createLogos([Soul]).invoke('self.soul.make')).toBe('made');
		expect(await timeline()).toEqual([invoke('self.soul.make', 'Soul.make', STRING)]);
	});

	it('reaches what was woven with a handle', async () => {
		const dice = instrument({ roll: () => 4 }, { handle: 'void.dice', publish: ['roll'] });
		expect(await createLogos([dice]).invoke('void.dice.roll')).toBe(4);
		expect(await timeline()).toEqual([invoke('void.dice.roll', 'roll', { 'agentese.result': 'number' })]);
		expect(await points()).toEqual(counted(pathLabels('void.dice.roll')));
	});
});

describe('a template', () => {
	it.each([true, false])('gives its parameters at any await depth, with an SDK: %s', async (on) => {
		if (!on) dropSdk();
		expect(await logos.invoke('world.town.kent_001.greet')).toEqual({ citizen: 'kent_001' });
		const [one, two] = await Promise.all([logos.invoke('world.town.a.later'), logos.invoke('world.town.b.later')]);
		expect([one, two]).toEqual([{ citizen: 'a' }, { citizen: 'b' }]);
		expect(currentInvocation()).toBe(undefined);
		if (!on) return;
		const greet = invoke('world.town.kent_001.greet', 'Citizen.greet', { 'agentese.result': 'Object' });
		const later = (id: string) => invoke(`world.town.${id}.later`, 'Citizen.later', { 'agentese.result': 'Object' });
		expect(await timeline()).toEqual([greet, later('a'), later('b')]);
		expect(await points()).toEqual(
			inOrder([
				...counted(pathLabels('world.town.:citizen.greet')),
				...counted(pathLabels('world.town.:citizen.later'), 'ok', { times: 2 }),
			]),
		);
	});

	it('yields to a static handle, whatever the order of registration', async () => {
		expect(await logos.invoke('world.town.mayor.greet')).toBe('the mayor');
		expect(await timeline()).toEqual([invoke('world.town.mayor.greet', 'Mayor.greet', STRING)]);
	});
});

describe('affordances', () => {
	it('are answered by every resolver, made from what it publishes to that observer', async () => {
		const guest = await logos.invoke('self.soul.affordances');
		const scholar = await logos.invoke('self.soul.affordances', { archetype: 'scholar' });
		expect([guest, scholar]).toEqual([
			['affordances', 'challenge'],
			['affordances', 'challenge', 'ponder'],
		]);
		expect((await timeline())[0]).toEqual(invoke('self.soul.affordances', undefined, { 'agentese.result': 'Array' }));
		expect(await points()).toEqual(counted(pathLabels('self.soul.affordances'), 'ok', { times: 2 }));
	});

	it('afford an aspect to its archetypes alone', async () => {
		expect(await logos.invoke('self.soul.ponder', { archetype: 'scholar' })).toBe('hm');
		const failed = await failureOf(() => logos.invoke('self.soul.ponder', { archetype: 'jester' }));
		expect(failed?.thrown).toBeInstanceOf(AffordanceError);
		const message = messageOf(failed);
		expect(message).toBe(
			"Aspect 'ponder' not available to jester. What a path affords depends on the observer. Try one of those available, or an observer of another archetype. Available: affordances, challenge.",
		);
		const attributes = {
			...pathAttributes('self.soul.ponder', 'Soul._ponder'),
			'agentese.archetype': 'jester',
			'agentese.outcome': 'error',
			'error.type': 'AffordanceError',
		};
		expect((await timeline())[1]).toEqual(span('agentese.invoke', attributes, failure('AffordanceError', message)));
		const labels = pathLabels('self.soul.ponder');
		expect(await points()).toEqual(
			inOrder([...counted(labels), ...counted(labels, 'error', { errorType: 'AffordanceError' })]),
		);
	});

	it('may be a resolver’s own', async () => {
		@Resolver('self.own')
		class Own {
			@Aspect()
			affordances(): string {
				return 'mine';
			}
		}
		expect(await createLogos([new Own()]).invoke('self.own.affordances')).toBe('mine');
	});
});

describe('a path that fails before any method runs', () => {
	it('that no resolver answers has its span with ERROR, and is counted under _OTHER', async () => {
		const failed = await failureOf(() => logos.invoke('self.soul.chalenge', { id: 'kent' }));
		expect(failed?.thrown).toBeInstanceOf(PathNotFoundError);
		const message = messageOf(failed);
		expect(message).toContain('Try "self.soul.challenge".');
		const attributes = {
			...pathAttributes('self.soul.chalenge'),
			'agentese.observer': 'kent',
			'agentese.outcome': 'error',
			'error.type': 'PathNotFoundError',
		};
		expect(await timeline()).toEqual([span('agentese.invoke', attributes, failure('PathNotFoundError', message))]);
		const labels = { 'agentese.path': '_OTHER', 'agentese.context': 'self' };
		expect(await points()).toEqual(counted(labels, 'error', { errorType: 'PathNotFoundError' }));
	});

	it.each(['self.Soul.challenge', 'selff.soul.challenge', 'self.soul.challenge\n', '', 'soul', 'a'.repeat(5000)])(
		'that is none, %j, has its span too',
		async (path) => {
			const failed = await failureOf(() => logos.invoke(path));
			expect(failed?.thrown).toBeInstanceOf(PathSyntaxError);
			const message = messageOf(failed);
			const attributes = {
				'agentese.path': path.slice(0, 256),
				'agentese.observer': 'anonymous',
				'agentese.archetype': 'guest',
				'agentese.outcome': 'error',
				'error.type': 'PathSyntaxError',
			};
			expect(await timeline()).toEqual([span('agentese.invoke', attributes, failure('PathSyntaxError', message))]);
			expect(await points()).toEqual(counted(pathLabels('_OTHER'), 'error', { errorType: 'PathSyntaxError' }));
		},
	);

	it('that is no text is refused alike', async () => {
		for (const path of [undefined, null, 7, {}, ['self.soul.challenge']]) {
			const failed = await failureOf(() => logos.invoke(path as never));
			expect(failed?.thrown).toBeInstanceOf(PathSyntaxError);
		}
		expect((await timeline()).map(({ attributes }) => attributes['agentese.path'])).toEqual([
			'(undefined)',
			'(object)',
			'(number)',
			'(object)',
			'(object)',
		]);
		expect(await points()).toEqual(counted(pathLabels('_OTHER'), 'error', { times: 5, errorType: 'PathSyntaxError' }));
	});
});
