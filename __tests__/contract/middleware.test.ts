import { describe, expect, it } from '@jest/globals';
import {
	Aspect,
	createLogos,
	currentInvocation,
	type LogosMiddleware,
	type LogosNext,
	Resolver,
	Traced,
	telemetryMiddleware,
} from '../../index.js';
import { withSdk } from './each.js';
import { counted, failure, inOrder, invoke, marked, pathAttributes, pathLabels, span } from './expected.js';
import { failureOf, mark, points, timeline } from './harness.js';

withSdk();

const STRING = { 'agentese.result': 'string' };

@Resolver('self.soul')
class Soul {
	@Aspect
	@Traced
	ask(umwelt: unknown, ...rest: unknown[]): string {
		return `asked ${JSON.stringify([umwelt, ...rest])}`;
	}
	@Aspect('other')
	_other(): string {
		return 'other';
	}
}

const ask = (attributes = {}, rest = {}) => invoke('self.soul.ask', 'Soul.ask', { ...STRING, ...attributes }, rest);
const other = invoke('self.soul.other', 'Soul._other', STRING);
const use = (...middleware: LogosMiddleware[]) => createLogos([new Soul()], { use: middleware });

describe('middleware of a logos', () => {
	it('runs inside the span, the first one outermost', async () => {
		const order: string[] = [];
		const note =
			(name: string): LogosMiddleware =>
			async (path, umwelt, args, next) => {
				order.push(`${name} in ${String(currentInvocation()?.path)}`);
				mark(name);
				const result = await next(path, umwelt, args);
				order.push(`${name} out`);
				return result;
			};
		expect(await use(note('one'), note('two')).invoke('self.soul.ask', null, 1)).toBe('asked [null,1]');
		expect(order).toEqual(['one in self.soul.ask', 'two in self.soul.ask', 'two out', 'one out']);
		expect(await timeline()).toEqual([ask({}, { children: [marked('one'), marked('two')] })]);
		expect(await points()).toEqual(counted(pathLabels('self.soul.ask')));
	});

	it('may change umwelt, arguments and result', async () => {
		const change: LogosMiddleware = async (path, _umwelt, args, next) =>
			`${String(await next(path, 'who', [...args, 2]))}!`;
		expect(await use(change).invoke('self.soul.ask', null, 1)).toBe('asked ["who",1,2]!');
		expect(await timeline()).toEqual([ask()]);
	});

	it('that changes the path begins an invocation of its own', async () => {
		const rewrite: LogosMiddleware = (path, umwelt, args, next) =>
			next(path === 'self.soul.ask' ? 'self.soul.other' : path, umwelt, args);
		expect(await use(rewrite).invoke('self.soul.ask')).toBe('other');
		expect(await timeline()).toEqual([ask({}, { children: [other] })]);
		expect(await points()).toEqual(
			inOrder([...counted(pathLabels('self.soul.ask')), ...counted(pathLabels('self.soul.other'))]),
		);
	});

	it('that returns without calling next does not run the method', async () => {
		expect(await use(async () => 'cached').invoke('self.soul.ask')).toBe('cached');
		expect(await timeline()).toEqual([ask()]);
	});

	it('that throws fails the invocation with its error', async () => {
		const thrown = new Error('denied');
		const logos = use(async () => {
			throw thrown;
		});
		expect((await failureOf(() => logos.invoke('self.soul.ask')))?.thrown).toBe(thrown);
		const attributes = {
			...pathAttributes('self.soul.ask', 'Soul.ask'),
			'agentese.outcome': 'error',
			'error.type': 'Error',
		};
		expect(await timeline()).toEqual([span('agentese.invoke', attributes, failure('Error', 'denied'))]);
		expect(await points()).toEqual(counted(pathLabels('self.soul.ask'), 'error', { errorType: 'Error' }));
	});

	it('that calls next twice calls the method twice: the first is the invocation, the second one of its own', async () => {
		const twice: LogosMiddleware = async (path, umwelt, args, next) => {
			await next(path, umwelt, args);
			return next(path, umwelt, args);
		};
		await use(twice).invoke('self.soul.ask');
		expect(await timeline()).toEqual([ask({}, { children: [ask()] })]);
	});

	it('receives a path that no resolver answers, and may change it', async () => {
		const rescue: LogosMiddleware = async (path, umwelt, args, next) => {
			try {
				return await next(path, umwelt, args);
			} catch {
				return 'rescued';
			}
		};
		expect(await use(rescue).invoke('self.soul.nowhere')).toBe('rescued');
		expect(await points()).toEqual(counted({ 'agentese.path': '_OTHER', 'agentese.context': 'self' }));
		expect(await timeline()).toEqual([invoke('self.soul.nowhere', undefined, STRING)]);
	});
});

describe('telemetryMiddleware', () => {
	const telemetry = telemetryMiddleware({ templates: ['world.town.:citizen.greet', 'world.town.mayor.greet'] });
	const theirs = (run: (...args: unknown[]) => unknown) => {
		const next: LogosNext = async (path, umwelt, args) => run(path, umwelt, ...args);
		return (path: string, umwelt?: unknown, ...args: unknown[]) => telemetry(path, umwelt, args, next);
	};

	it('traces and counts another dispatcher', async () => {
		const dispatch = theirs((path, umwelt, ...args) => {
			mark('theirs');
			return [path, umwelt, args, { ...currentInvocation()?.params }];
		});
		const umwelt = { id: 'kent' };
		expect(await dispatch('world.town.a.greet', umwelt, 1)).toEqual([
			'world.town.a.greet',
			umwelt,
			[1],
			{ citizen: 'a' },
		]);
		await dispatch('world.town.mayor.greet');
		const array = { 'agentese.result': 'Array' };
		const children = [marked('theirs')];
		expect(await timeline()).toEqual([
			invoke('world.town.a.greet', undefined, { ...array, 'agentese.observer': 'kent' }, { children }),
			invoke('world.town.mayor.greet', undefined, array, { children }),
		]);
		expect(await points()).toEqual(
			inOrder([...counted(pathLabels('world.town.:citizen.greet')), ...counted(pathLabels('world.town.mayor.greet'))]),
		);
	});

	it('counts what is not declared as _OTHER', async () => {
		await theirs(() => 1)('world.elsewhere.greet');
		expect(await points()).toEqual(counted({ 'agentese.path': '_OTHER', 'agentese.context': 'world' }));
		expect(await timeline()).toEqual([invoke('world.elsewhere.greet', undefined, { 'agentese.result': 'number' })]);
	});

	it('fails with their error', async () => {
		const thrown = new TypeError('theirs');
		const dispatch = theirs(() => {
			throw thrown;
		});
		expect((await failureOf(() => dispatch('world.town.a.greet')))?.thrown).toBe(thrown);
		expect(await points()).toEqual(
			counted(pathLabels('world.town.:citizen.greet'), 'error', { errorType: 'TypeError' }),
		);
		expect((await timeline()).map(({ status }) => status)).toEqual(['ERROR: theirs']);
	});

	it('below a logos of the toolkit only calls next', async () => {
		await use(telemetryMiddleware({ templates: ['self.soul.ask'] })).invoke('self.soul.ask');
		expect(await timeline()).toEqual([ask()]);
		expect(await points()).toEqual(counted(pathLabels('self.soul.ask')));
	});

	it('twice is one invocation', async () => {
		const next: LogosNext = (path, umwelt, args) => telemetry(path, umwelt, args, async () => 'once');
		expect(await telemetry('world.town.a.greet', null, [], next)).toBe('once');
		expect(await timeline()).toEqual([invoke('world.town.a.greet', undefined, STRING)]);
	});

	it('refuses an invalid template', () => {
		expect(() => telemetryMiddleware({ templates: ['town'] })).toThrow('"town" is not');
	});
});
