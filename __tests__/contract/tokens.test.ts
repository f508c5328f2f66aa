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
		const inner = ask(INNER, () => recordTokens({ input: 10, output: 1 }));
		ask(OUTER, () => {
			recordTokens({ input: 1, output: 2 });
			inner();
			inner();
			recordTokens({ output: 3 });
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
				recordTokens({ input: 5, output: 0 });
			})();
		});
		await deep();
		const stream = ask(INNER, function* () {
			recordTokens({ input: 1 });
			yield 1;
			recordTokens({ input: 2 });
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
			recordTokens({ input: 4 });
		});
		ask(OUTER, () => void help())();
		expect(await timeline()).toEqual([
			seen(OUTER, spent(4, 0), { children: [span('helper', { 'code.function.name': 'helper' })] }),
		]);
	});

	it('accepts what the tokens option accepts: the usage or the response of any client, or none', async () => {
		ask(INNER, () => {
			recordTokens({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 });
			recordTokens({ usage: { input_tokens: 10, output_tokens: 20 }, output: [] });
			recordTokens(undefined);
			recordTokens(null);
		})();
		expect(await timeline()).toEqual([seen(INNER, spent(13, 24))]);
		expect(loggedMessages()).toEqual([]);
	});

	it('logs once what holds no usage, as the tokens option does', async () => {
		ask(INNER, () => [{ in: 1 }, { inputs: 1 }, [1]].forEach(recordTokens))();
		ask(INNER, () => 'text', { tokens: () => ({ inputs: 1 }) })();
		ask(INNER, () => 'text', { tokens: () => undefined })();
		await timeline();
		expect(await tokenPoints()).toEqual([]);
		expect(loggedMessages().map((line) => line.slice(0, 60))).toEqual([
			'agentese-otel: recordTokens accepts { input, output } as whole numbers'.slice(0, 60),
			'agentese-otel: the tokens option returned something without a usage'.slice(0, 60),
		]);
	});

	it('after the end adds to the counter only', async () => {
		const gate = Promise.withResolvers<void>();
		let late: Promise<void> | undefined;
		ask(OUTER, () => {
			late = gate.promise.then(() => recordTokens({ input: 7 }));
		})();
		expect(await timeline()).toEqual([seen(OUTER)]);
		gate.resolve();
		await late;
		expect(await tokenPoints()).toEqual([tokens(labels(OUTER), 'in', 7)]);
	});

	it('outside every invocation counts as _OTHER, and is logged once', async () => {
		recordTokens({ input: 1, output: 2 });
		recordTokens({ input: 1 });
		const other = { 'agentese.path': '_OTHER', 'agentese.context': '_OTHER' };
		expect(await points()).toEqual(inOrder([tokens(other, 'in', 2), tokens(other, 'out', 2)]));
		expect(loggedMessages().filter((line) => line.includes('outside of any invocation')).length).toBe(1);
	});

	it.each([null, undefined, 7, 'x', {}, { input: -1 }, { input: 1.5 }, { input: '3' }, { input: Number.NaN }])(
		'of %j never throws and counts nothing',
		async (usage) => {
			ask(OUTER, () => recordTokens(usage as never))();
			expect(await timeline()).toEqual([seen(OUTER)]);
			expect(await tokenPoints()).toEqual([]);
		},
	);

	it('counts an invocation that fails', async () => {
		const fail = ask(OUTER, () => {
			recordTokens({ input: 9 });
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
	const usage = (value: unknown) => (value as { usage?: { input: number; output: number } } | undefined)?.usage;

	it('reads the settled value if no usage was recorded', async () => {
		await ask(OUTER, async () => ({ usage: { input: 3, output: 4 } }), { tokens: usage })();
		expect(await timeline()).toEqual([seen(OUTER, { ...spent(3, 4), 'agentese.result': 'Object' })]);
		expect(await tokenPoints()).toEqual([tokens(labels(OUTER), 'in', 3), tokens(labels(OUTER), 'out', 4)]);
	});

	it('reads the last item of a stream', async () => {
		const stream = ask(
			OUTER,
			async function* () {
				yield { usage: { input: 1, output: 1 } };
				yield { usage: { input: 1, output: 9 } };
			},
			{ tokens: usage },
		);
		for await (const _ of stream() as AsyncIterable<unknown>);
		expect(await timeline()).toEqual([seen(OUTER, { ...spent(1, 9), 'agentese.result': 'AsyncGenerator' })]);
	});

	it('is not called for a stream without items', async () => {
		const values: unknown[] = [];
		const tokensOf = (value: unknown) => void values.push(value);
		for await (const _ of ask(INNER, () => new ReadableStream({ start: (source) => source.close() }), {
			tokens: tokensOf,
		})() as AsyncIterable<string>);
		await timeline();
		expect(values).toEqual([]);
	});

	it('is not called if usage was recorded', async () => {
		ask(
			OUTER,
			() => {
				recordTokens({ input: 1, output: 1 });
				return { usage: { input: 100, output: 100 } };
			},
			{ tokens: usage },
		)();
		expect(await timeline()).toEqual([seen(OUTER, { ...spent(1, 1), 'agentese.result': 'Object' })]);
	});

	it('works for a block', async () => {
		traceInvocation('self.block.run', { tokens: usage }, () => ({ usage: { input: 2, output: 0 } }));
		expect(await tokenPoints()).toEqual([tokens(labels('self.block.run'), 'in', 2)]);
		expect((await timeline()).length).toBe(1);
	});
});
