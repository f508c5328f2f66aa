import { describe, expect, it } from '@jest/globals';
import {
	Aspect,
	createLogos,
	instrument,
	Metered,
	metered,
	Resolver,
	Traced,
	traced,
	traceInvocation,
} from '../../index.js';
import { withSdk } from './each.js';
import { active, counted, inOrder, pathLabels } from './expected.js';
import { points, timeline } from './harness.js';

withSdk();

type Point = Awaited<ReturnType<typeof points>>[number];
const byFunction = (name: string) => ({ 'code.function.name': name });
const withLabels = (all: Point[], more: Point['labels']): Point[] =>
	all.map((point) =>
		point.name === 'agentese.invoke.active' ? point : { ...point, labels: { ...point.labels, ...more } },
	);

describe('@Metered', () => {
	it('counts and times invocations, and counts those in progress', async () => {
		const gate = Promise.withResolvers<void>();
		const call = metered(async function ask() {
			await gate.promise;
		});
		const calls = [call(), call()];
		expect(await points()).toEqual([active(byFunction('ask'), 2)]);
		gate.resolve();
		await Promise.all(calls);
		expect(await points()).toEqual(counted(byFunction('ask'), 'ok', { times: 2 }));
		expect(await timeline()).toEqual([]);
	});

	it('carries the template of the path, never an entity id or the observer', async () => {
		@Resolver('world.town.:citizen')
		class Citizen {
			@Aspect
			@Metered
			greet(): string {
				return 'hi';
			}
		}
		const logos = createLogos([new Citizen()]);
		await logos.invoke('world.town.kent.greet', { id: 'a', archetype: 'b' });
		await logos.invoke('world.town.maria.greet', { id: 'c', archetype: 'd' });
		expect(await points()).toEqual(counted(pathLabels('world.town.:citizen.greet'), 'ok', { times: 2 }));
		expect((await timeline()).map(({ attributes }) => attributes['agentese.path'])).toEqual([
			'world.town.kent.greet',
			'world.town.maria.greet',
		]);
	});
});

describe('attributes', () => {
	class Judge {
		tier = 'gold';
		@Metered({
			attributes: {
				ruling: { values: ['accept', 'reject'], from: ([ruling]) => ruling },
				tier: { values: ['gold'], from: (_, self) => self.tier },
			},
		})
		judge(_ruling: unknown): void {}
	}

	it('are those that are declared, and _OTHER for any other value', async () => {
		const judge = new Judge();
		for (const ruling of ['accept', 'accept', 'reject', 'perhaps', undefined, { toString: () => 'accept' }]) {
			judge.judge(ruling);
		}
		const labels = byFunction('Judge.judge');
		expect(await points()).toEqual(
			inOrder([
				...withLabels(counted(labels, 'ok', { times: 2 }), { ruling: 'accept', tier: 'gold' }),
				...withLabels(counted(labels), { ruling: 'reject', tier: 'gold' }),
				...withLabels(counted(labels, 'ok', { times: 3 }), { ruling: '_OTHER', tier: 'gold' }),
			]),
		);
	});

	it('whose from throws count as _OTHER', async () => {
		Judge.prototype.judge.call(undefined as never, 'accept');
		const labels = byFunction('Judge.judge');
		expect(await points()).toEqual(withLabels(counted(labels), { ruling: 'accept', tier: '_OTHER' }));
	});
});

describe('buckets and active', () => {
	it('are applied as given, beside methods with the defaults', async () => {
		metered(function quick() {}, { buckets: [1, 10] })();
		metered(function usual() {})();
		metered(function still() {}, { active: false })();
		const ofQuick = counted(byFunction('quick')).map((point) =>
			point.boundaries ? { ...point, boundaries: [1, 10] } : point,
		);
		const ofStill = counted(byFunction('still')).filter(({ name }) => name !== 'agentese.invoke.active');
		expect(await points()).toEqual(inOrder([...ofQuick, ...counted(byFunction('usual')), ...ofStill]));
	});
});

describe('what is counted', () => {
	it('is each invocation once, however many decorators are to count it', async () => {
		@Resolver('self.soul')
		@Metered
		class Soul {
			@Aspect
			@Metered({ attributes: {} })
			@Traced
			ask(): number {
				return 1;
			}
		}
		const soul = new Soul();
		instrument(Soul, { include: ['ask'] });
		soul.ask();
		await createLogos([soul]).invoke('self.soul.ask');
		expect(await points()).toEqual(counted(pathLabels('self.soul.ask'), 'ok', { times: 2 }));
		expect((await timeline()).length).toBe(2);
	});

	it('is a manual invocation too, unless its option metered is false', async () => {
		traceInvocation('self.block.run', () => 1);
		traceInvocation('self.block.quiet', { metered: false }, () => 1);
		traceInvocation('self.block.kent.run', { template: 'self.block.:who.run' }, () => 1);
		expect(await points()).toEqual(
			inOrder([...counted(pathLabels('self.block.run')), ...counted(pathLabels('self.block.:who.run'))]),
		);
		expect((await timeline()).length).toBe(3);
	});
});

describe('a function without a name', () => {
	it('is named by the option name, on the metric too', async () => {
		const add = metered(traced(() => 1, { name: 'add' }));
		const sub = traced(
			metered(() => 2),
			{ name: 'sub' },
		);
		add();
		add();
		sub();
		expect(await points()).toEqual(
			inOrder([...counted(byFunction('add'), 'ok', { times: 2 }), ...counted(byFunction('sub'))]),
		);
		expect((await timeline()).map(({ name }) => name)).toEqual(['add', 'add', 'sub']);
	});
});
