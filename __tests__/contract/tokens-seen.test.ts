import { describe, expect, it } from '@jest/globals';
import { type Attributes, context, trace } from '@opentelemetry/api';
import { recordTokens, traced } from '../../index.js';
import { invocationSpanProcessor } from '../../lib/signals/tracing/invocation-span-processor.js';
import { openModelCall } from '../../lib/tokens/model-calls/model-call.js';
import { withSdk } from './each.js';
import { inOrder, tokens } from './expected.js';
import { points, type RecordedSpan, timeline } from './harness.js';

withSdk({ processors: [invocationSpanProcessor()] });

const ask = (path: string, body: () => unknown, options: object = {}) => traced(body, { path, ...options });
const labels = (path: string, model?: string) => ({
	'agentese.path': path,
	'agentese.context': path.split('.')[0] ?? '',
	...(model === undefined ? {} : { 'agentese.model': model }),
});
const counted = async () => (await points()).filter(({ name }) => name === 'agentese.tokens');
const usage = (input: number, output: number, more: Attributes = {}): Attributes => ({
	'gen_ai.usage.input_tokens': input,
	'gen_ai.usage.output_tokens': output,
	...more,
});

/** A span of a foreign instrumentation around some work. */
function model<T>(attributes: Attributes, work?: () => T): T | undefined {
	return trace.getTracer('somebody').startActiveSpan('chat', (span) => {
		const result = work?.();
		span.setAttributes(attributes);
		span.end();
		return result;
	});
}

/** The tokens of each invocation's span, by path, in the order of start. */
function spentBy(spans: readonly RecordedSpan[]): unknown[] {
	return spans.flatMap(({ attributes: a, children }) => {
		const own = [a['agentese.tokens.in'], a['agentese.tokens.out']];
		const total = [a['agentese.tokens.total.in'], a['agentese.tokens.total.out']];
		const said = a['agentese.path'] === undefined ? [] : [[a['agentese.path'], ...own, ...total]];
		return [...said, ...spentBy(children)];
	});
}

describe('usage on a foreign span', () => {
	it.each([
		['today’s conventions', usage(11, 7)],
		['older ones', { 'gen_ai.usage.prompt_tokens': 11, 'gen_ai.usage.completion_tokens': 7 }],
		['OpenInference’s', { 'llm.token_count.prompt': 11, 'llm.token_count.completion': 7 }],
		['the AI SDK’s', { 'ai.usage.promptTokens': 11, 'ai.usage.completionTokens': 7 }],
		['the AI SDK’s since 5', { 'ai.usage.inputTokens': 11, 'ai.usage.outputTokens': 7 }],
		['OpenLLMetry’s', { 'llm.usage.prompt_tokens': 11, 'llm.usage.completion_tokens': 7 }],
		['two families at once', { ...usage(11, 7), 'ai.usage.promptTokens': 11, 'ai.usage.completionTokens': 7 }],
		['numbers as text', { 'gen_ai.usage.input_tokens': '11', 'gen_ai.usage.output_tokens': '7' }],
	])('by %s credits the innermost invocation', async (_, attributes) => {
		ask('self.outer.ask', () => ask('self.inner.ask', () => void model(attributes))())();
		expect(spentBy(await timeline())).toEqual([
			['self.outer.ask', undefined, undefined, 11, 7],
			['self.inner.ask', 11, 7, undefined, undefined],
		]);
		expect(await counted()).toEqual([
			tokens(labels('self.inner.ask'), 'in', 11),
			tokens(labels('self.inner.ask'), 'out', 7),
		]);
	});

	it('has the model and the parts', async () => {
		const cached = { 'gen_ai.usage.cache_read.input_tokens': 5, 'gen_ai.usage.reasoning.output_tokens': 2 };
		ask('self.inner.ask', () => void model(usage(11, 7, { 'gen_ai.response.model': 'm-1', ...cached })))();
		const [span] = await timeline();
		expect(span?.attributes).toMatchObject({
			'agentese.model': 'm-1',
			'agentese.tokens.cache_read': 5,
			'agentese.tokens.reasoning': 2,
		});
		expect(await counted()).toEqual([
			tokens(labels('self.inner.ask', 'm-1'), 'in', 11),
			tokens(labels('self.inner.ask', 'm-1'), 'out', 7),
		]);
	});

	it.each([
		// The AI SDK 6 writes the whole under both names, and the parts under its own.
		['of two families', usage(11, 7), { 'ai.usage.cachedInputTokens': 5, 'ai.usage.reasoningTokens': 2 }, 11],
		// The AI SDK 5 hands on Anthropic's numbers, whose input leaves out what its cache took.
		[
			'beside the whole',
			{ 'ai.usage.inputTokens': 11, 'ai.usage.outputTokens': 7 },
			{ 'ai.usage.cachedInputTokens': 80 },
			91,
		],
	])('has parts: %s', async (_, whole, parts, input) => {
		ask('self.inner.ask', () => void model({ ...whole, ...parts }))();
		const [span] = await timeline();
		expect(span?.attributes).toMatchObject({
			'agentese.tokens.in': input,
			'agentese.tokens.out': 7,
			'agentese.tokens.cache_read': parts['ai.usage.cachedInputTokens'],
		});
		expect(span?.attributes['agentese.tokens.reasoning']).toBe((parts as Attributes)['ai.usage.reasoningTokens']);
	});

	it('on two nested spans of one call is that of the inner one', async () => {
		ask('self.inner.ask', () => void model(usage(30, 9), () => [model(usage(10, 4)), model(usage(20, 5))]))();
		expect(spentBy(await timeline())).toEqual([['self.inner.ask', 30, 9, undefined, undefined]]);
	});

	it('on an outer span that was over first is that of the outer one', async () => {
		ask('self.inner.ask', () => {
			const tracer = trace.getTracer('somebody');
			const outer = tracer.startSpan('agent');
			const inner = tracer.startSpan('chat', {}, trace.setSpan(context.active(), outer));
			outer.setAttributes(usage(3, 1)).end();
			inner.setAttributes(usage(3, 1)).end();
		})();
		expect(spentBy(await timeline())).toEqual([['self.inner.ask', 3, 1, undefined, undefined]]);
	});

	it('around an invocation of its own is another call', async () => {
		const tool = ask('self.tool.ask', () => void model(usage(5, 1)));
		ask('self.inner.ask', () => void model(usage(30, 9), tool))();
		expect(spentBy(await timeline())).toEqual([
			['self.inner.ask', 30, 9, 35, 10],
			['self.tool.ask', 5, 1, undefined, undefined],
		]);
	});

	it('that was recorded as well under its id counts once, whichever came first', async () => {
		const id = { 'gen_ai.response.id': 'r1' };
		ask('self.inner.ask', () => {
			model(usage(3, 1, id));
			recordTokens({ input: 3, output: 1, responseId: 'r1' });
		})();
		ask('self.outer.ask', () => {
			ask('self.inner.ask', () => recordTokens({ input: 3, output: 1, responseId: 'r1' }))();
			model(usage(3, 1, id));
		})();
		expect(spentBy(await timeline())).toEqual([
			['self.inner.ask', 3, 1, undefined, undefined],
			['self.outer.ask', undefined, undefined, 3, 1],
			['self.inner.ask', 3, 1, undefined, undefined],
		]);
	});

	const LONG = 'chatcmpl-9mXq2LxT41bVt0nKzWcEa7';

	it('that another tree reports under its id counts once, if no other call can have that id', async () => {
		const call = ask('self.inner.ask', () => openModelCall())() as ReturnType<typeof openModelCall>;
		// Its response is a stream, which another invocation reads and reports.
		call.report({ input: 3, output: 1, responseId: LONG });
		ask('self.outer.ask', () => recordTokens({ input: 3, output: 1, responseId: LONG }))();
		recordTokens({ input: 3, output: 1, responseId: LONG });
		expect(spentBy(await timeline())).toEqual([
			['self.inner.ask', undefined, undefined, undefined, undefined],
			['self.outer.ask', undefined, undefined, undefined, undefined],
		]);
		expect(await counted()).toEqual([
			tokens(labels('self.inner.ask'), 'in', 3),
			tokens(labels('self.inner.ask'), 'out', 1),
		]);
	});

	it('under one id from two calls of a server that draws few ids counts twice', async () => {
		const id = { 'gen_ai.response.id': 'chatcmpl-7' };
		ask('self.inner.ask', () => [model(usage(3, 1, id)), model(usage(4, 2, id))])();
		expect(spentBy(await timeline())).toEqual([['self.inner.ask', 7, 3, undefined, undefined]]);
	});

	it('below a metered client is not counted again, but that of a tool below it is', async () => {
		const tool = ask('self.tool.ask', () => void model(usage(5, 1)));
		ask('self.inner.ask', () => {
			const call = openModelCall();
			context.with(call.context, () => {
				model(usage(100, 100));
				tool();
			});
			call.report({ input: 8, output: 2 });
			call.report({ input: 8, output: 2 });
		})();
		expect(spentBy(await timeline())).toEqual([
			['self.inner.ask', 8, 2, 13, 3],
			['self.tool.ask', 5, 1, undefined, undefined],
		]);
	});

	it.each([
		['the inner first', ['r1'], 'r1', [8, 2]],
		['the inner first, the outer without an id', ['r1'], undefined, [8, 2]],
		['several inner ones, the outer with their sum', ['r1', 'r2', undefined], undefined, [24, 6]],
		['the outer of another response', ['r1'], 'r9', [16, 4]],
		['the inner without an id', [undefined], 'r9', [8, 2]],
	])('of a metered client within a metered one counts once: %s', async (_, inner, outerId, [input, output]) => {
		const told = { input: 8, output: 2 };
		ask('self.inner.ask', () => {
			const outer = openModelCall();
			context.with(outer.context, () => {
				for (const responseId of inner) openModelCall().report({ ...told, responseId });
			});
			outer.report({ ...told, responseId: outerId });
		})();
		ask('self.inner.ask', () => {
			const outer = openModelCall();
			const within = context.with(outer.context, openModelCall);
			outer.report({ ...told, responseId: 'r1' });
			within.report({ ...told, responseId: 'r1' });
		})();
		expect(spentBy(await timeline())).toEqual([
			['self.inner.ask', input, output, undefined, undefined],
			['self.inner.ask', 8, 2, undefined, undefined],
		]);
	});

	it('around a metered client is that same call, even if it has no response id', async () => {
		ask('self.inner.ask', () =>
			model(usage(11, 3), () => {
				openModelCall().report({ input: 4, output: 1, responseId: 'r1' });
				model({}, () => openModelCall().report({ input: 7, output: 2 }));
			}),
		)();
		ask('self.inner.ask', () => {
			// The response is a stream, which continues after the span has ended.
			const call = model(usage(11, 3), openModelCall);
			call?.report({ input: 11, output: 3 });
		})();
		expect(spentBy(await timeline())).toEqual([
			['self.inner.ask', 11, 3, undefined, undefined],
			['self.inner.ask', 11, 3, undefined, undefined],
		]);
		expect(await counted()).toEqual([
			tokens(labels('self.inner.ask'), 'in', 22),
			tokens(labels('self.inner.ask'), 'out', 6),
		]);
	});

	it('without tokens leaves the call to a later report', async () => {
		ask('self.inner.ask', () => void model(usage(5, 1), () => model(usage(0, 0))))();
		ask('self.inner.ask', () => {
			model(usage(0, 0));
			return { usage: { prompt_tokens: 5, completion_tokens: 1 } };
		})();
		expect(spentBy(await timeline())).toEqual([
			['self.inner.ask', 5, 1, undefined, undefined],
			['self.inner.ask', 5, 1, undefined, undefined],
		]);
	});

	it('outside every invocation counts as _OTHER, once', async () => {
		model(usage(2, 1, { 'gen_ai.response.id': 'r1' }));
		recordTokens({ input: 2, output: 1, responseId: 'r1' });
		await timeline();
		const other = { 'agentese.path': '_OTHER', 'agentese.context': '_OTHER' };
		expect(await counted()).toEqual(inOrder([tokens(other, 'in', 2), tokens(other, 'out', 1)]));
	});

	it('that starts in an invocation belongs to it, wherever it ends', async () => {
		let late: { end(): void } | undefined;
		ask('self.inner.ask', () => {
			late = trace.getTracer('somebody').startSpan('chat', { attributes: usage(6, 2) });
		})();
		late?.end();
		expect(spentBy(await timeline())).toEqual([['self.inner.ask', undefined, undefined, undefined, undefined]]);
		expect(await counted()).toEqual([
			tokens(labels('self.inner.ask'), 'in', 6),
			tokens(labels('self.inner.ask'), 'out', 2),
		]);
	});
});

describe('the result of a method', () => {
	const response = (id: string | undefined, prompt: number) => ({
		...(id === undefined ? {} : { id }),
		object: 'chat.completion',
		model: 'm-1',
		choices: [],
		usage: { prompt_tokens: prompt, completion_tokens: 1, total_tokens: prompt + 1 },
	});

	it('is read if no call was reported, and by one invocation only', async () => {
		const answer = response('read-1', 4);
		ask('self.outer.ask', () => ask('self.inner.ask', () => answer)())();
		ask('self.outer.ask', () => ({ ...(ask('self.inner.ask', () => response(undefined, 4))() as object) }))();
		const each = [
			['self.outer.ask', undefined, undefined, 4, 1],
			['self.inner.ask', 4, 1, undefined, undefined],
		];
		expect(spentBy(await timeline())).toEqual([...each, ...each]);
	});

	it('is the same call if it is returned again: as the same object, or as another with an id that no other call can have', async () => {
		const embedding = { object: 'list', data: [], usage: { prompt_tokens: 8, total_tokens: 8 } };
		const kept = () => response('chatcmpl-Kw20dLq5rXe81TzNvBsYc3', 4);
		const ways = { answer: () => embedding, again: () => embedding, kept, copied: kept };
		for (const [name, way] of Object.entries(ways)) ask(`self.${name}.ask`, way)();
		expect(spentBy(await timeline())).toEqual([
			['self.answer.ask', 8, 0, undefined, undefined],
			['self.again.ask', undefined, undefined, undefined, undefined],
			['self.kept.ask', 4, 1, undefined, undefined],
			['self.copied.ask', undefined, undefined, undefined, undefined],
		]);
	});

	it('is another call if its id differs, and all calls below have ids', async () => {
		ask('self.outer.ask', () => {
			ask('self.inner.ask', () => response('read-1', 4))();
			return response('read-2', 9);
		})();
		ask('self.outer.ask', () => {
			ask('self.inner.ask', () => response(undefined, 4))();
			return response('read-2', 9);
		})();
		expect(spentBy(await timeline())).toEqual([
			['self.outer.ask', 9, 1, 13, 2],
			['self.inner.ask', 4, 1, undefined, undefined],
			['self.outer.ask', undefined, undefined, 4, 1],
			['self.inner.ask', 4, 1, undefined, undefined],
		]);
	});

	it('is the call of a span that ends after the invocation, even if it has no response id', async () => {
		const late: { end(): void }[] = [];
		const begin = (attributes: Attributes) => late.push(trace.getTracer('somebody').startSpan('chat', { attributes }));
		ask('self.inner.ask', () => {
			begin(usage(4, 1));
			begin(usage(4, 1));
			return response(undefined, 4);
		})();
		ask('self.other.ask', () => {
			begin(usage(4, 1));
			return response(undefined, 9);
		})();
		for (const span of late) span.end();
		await timeline();
		const read = (await counted()).filter(({ labels: l }) => l['agentese.tokens.direction'] === 'in');
		expect(read.map(({ labels: l, value }) => `${l['agentese.path']} ${value}`).sort()).toEqual([
			'self.inner.ask 4',
			'self.inner.ask 4',
			'self.other.ask 4',
			'self.other.ask 9',
		]);
	});

	it('is not read if three calls were reported, of which it is the last', async () => {
		ask('self.inner.ask', () => {
			for (const id of ['a', 'b', 'c']) model(usage(4, 1, { 'gen_ai.response.id': id }));
			return response('c', 4);
		})();
		expect(spentBy(await timeline())).toEqual([['self.inner.ask', 12, 3, undefined, undefined]]);
	});
});
