import { describe, expect, it } from '@jest/globals';
import { recordTokens, traced, traceInvocation } from '../../index.js';
import { withSdk } from './each.js';
import { inOrder, invoke, span, tokens } from './expected.js';
import { loggedMessages, points, timeline } from './harness.js';

withSdk();

const OUTER = 'self.outer.ask';
const INNER = 'self.inner.ask';
const labels = (path: string) => ({ 'agentese.path': path, 'agentese.context': 'self' });
const spent = (input: number, output: number) => ({ 'agentese.tokens.in': input, 'agentese.tokens.out': output });
const named = <F extends (...args: never[]) => unknown>(fn: F): F =>
	Object.defineProperty(fn, 'name', { value: 'ask' });
const ask = (path: string, body: () => unknown, options: object = {}) => traced(named(body), { path, ...options });
const seen = (path: string, attributes: object = {}, rest: object = {}) =>
	invoke(path, 'ask', { 'agentese.result': 'undefined', ...attributes }, rest);
const tokenPoints = async () => (await points()).filter(({ name }) => name === 'agentese.tokens');

describe('recordTokens', () => {
	it('attributes usage to the innermost invocation, and no ancestor repeats it', async () => {
		const inner = ask(INNER, () => recordTokens({ in: 10, out: 1 }));
		ask(OUTER, () => {
			recordTokens({ in: 1, out: 2 });
			inner();
			inner();
			recordTokens({ out: 3 });
		})();
		const child = seen(INNER, spent(10, 1));
		expect(await timeline()).toEqual([
			seen(
				OUTER,
				{ ...spent(1, 5), 'agentese.tokens.total.in': 21, 'agentese.tokens.total.out': 7 },
				{ children: [child, child] },
			),
		]);
		expect(await tokenPoints()).toEqual(
			inOrder([
				tokens(labels(INNER), 'in', 20),
				tokens(labels(INNER), 'out', 2),
				tokens(labels(OUTER), 'in', 1),
				tokens(labels(OUTER), 'out', 5),
			]),
		);
	});

	it('attributes usage to the invocation at any await depth, and in a generator’s body', async () => {
		const deep = ask(OUTER, async () => {
			await null;
			await (async () => {
				await null;
				recordTokens({ in: 5, out: 0 });
			})();
		});
		await deep();
		const stream = ask(INNER, function* () {
			recordTokens({ in: 1 });
			yield 1;
			recordTokens({ in: 2 });
		});
		for (const _ of stream() as Iterable<unknown>);
		expect(await timeline()).toEqual([
			seen(OUTER, spent(5, 0)),
			seen(INNER, { ...spent(3, 0), 'agentese.result': 'Generator' }),
		]);
		expect(await tokenPoints()).toEqual(inOrder([tokens(labels(INNER), 'in', 3), tokens(labels(OUTER), 'in', 5)]));
	});

	it('attributes the usage of a helper without a path to the invocation of a path', async () => {
		const help = traced(function helper() {
			recordTokens({ in: 4 });
		});
		ask(OUTER, () => void help())();
		expect(await timeline()).toEqual([
			seen(OUTER, spent(4, 0), { children: [span('helper', { 'code.function.name': 'helper' })] }),
		]);
	});

	it('after the end adds to the counter only', async () => {
		const gate = Promise.withResolvers<void>();
		let late: Promise<void> | undefined;
		ask(OUTER, () => {
			late = gate.promise.then(() => recordTokens({ in: 7 }));
		})();
		expect(await timeline()).toEqual([seen(OUTER)]);
		gate.resolve();
		await late;
		expect(await tokenPoints()).toEqual([tokens(labels(OUTER), 'in', 7)]);
	});

	it('outside every invocation counts as _OTHER, and is logged once', async () => {
		recordTokens({ in: 1, out: 2 });
		recordTokens({ in: 1 });
		const other = { 'agentese.path': '_OTHER', 'agentese.context': '_OTHER' };
		expect(await points()).toEqual(inOrder([tokens(other, 'in', 2), tokens(other, 'out', 2)]));
		expect(loggedMessages().filter((line) => line.includes('outside of any invocation')).length).toBe(1);
	});

	it.each([null, undefined, 7, 'x', {}, { in: -1 }, { in: 1.5 }, { in: '3' }, { in: Number.NaN }])(
		'of %j never throws and counts nothing',
		async (usage) => {
			ask(OUTER, () => recordTokens(usage as never))();
			expect(await timeline()).toEqual([seen(OUTER)]);
			expect(await tokenPoints()).toEqual([]);
		},
	);

	it('counts an invocation that fails', async () => {
		const fail = ask(OUTER, () => {
			recordTokens({ in: 9 });
			throw new Error('late');
		});
		expect(fail).toThrow('late');
		const [failed] = await timeline();
		expect([failed?.attributes['agentese.tokens.in'], await tokenPoints()]).toEqual([
			9,
			[tokens(labels(OUTER), 'in', 9)],
		]);
	});
});

describe('the tokens option', () => {
	const usage = (value: unknown) => (value as { usage?: { in: number; out: number } } | undefined)?.usage;

	it('reads the settled value if no usage was recorded', async () => {
		await ask(OUTER, async () => ({ usage: { in: 3, out: 4 } }), { tokens: usage })();
		expect(await timeline()).toEqual([seen(OUTER, { ...spent(3, 4), 'agentese.result': 'Object' })]);
		expect(await tokenPoints()).toEqual([tokens(labels(OUTER), 'in', 3), tokens(labels(OUTER), 'out', 4)]);
	});

	it('reads the last item of a stream', async () => {
		const stream = ask(
			OUTER,
			async function* () {
				yield { usage: { in: 1, out: 1 } };
				yield { usage: { in: 1, out: 9 } };
			},
			{ tokens: usage },
		);
		for await (const _ of stream() as AsyncIterable<unknown>);
		expect(await timeline()).toEqual([seen(OUTER, { ...spent(1, 9), 'agentese.result': 'AsyncGenerator' })]);
	});

	it('is not called if usage was recorded', async () => {
		ask(
			OUTER,
			() => {
				recordTokens({ in: 1, out: 1 });
				return { usage: { in: 100, out: 100 } };
			},
			{ tokens: usage },
		)();
		expect(await timeline()).toEqual([seen(OUTER, { ...spent(1, 1), 'agentese.result': 'Object' })]);
	});

	it('works for a block', async () => {
		traceInvocation('self.block.run', { tokens: usage }, () => ({ usage: { in: 2, out: 0 } }));
		expect(await tokenPoints()).toEqual([tokens(labels('self.block.run'), 'in', 2)]);
		expect((await timeline()).length).toBe(1);
	});
});
