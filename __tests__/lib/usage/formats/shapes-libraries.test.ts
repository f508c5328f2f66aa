import { describe, expect, it } from '@jest/globals';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import { embed, embedMany, generateObject, generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { MockEmbeddingModelV4, MockLanguageModelV4, simulateReadableStream } from 'ai/test';
import { usageIn } from '../../../../lib/usage/formats/find-usage.js';
import { StreamUsage } from '../../../../lib/usage/formats/stream-usage.js';

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const usage = {
	inputTokens: { total: 10, noCache: 8, cacheRead: 2, cacheWrite: 0 },
	outputTokens: { total: 5, text: 4, reasoning: 1 },
};
const stop = { unified: 'stop', raw: 'stop' } as const;
const object = jsonSchema<object>({ type: 'object', properties: {} });

/** A model of the real SDK that calls a tool so many times before it answers. */
function model(calls: number): MockLanguageModelV4 {
	let made = 0;
	return new MockLanguageModelV4({
		provider: 'openai.responses',
		modelId: 'gpt-5.2',
		doGenerate: async () => {
			made++;
			const content =
				made <= calls
					? { type: 'tool-call' as const, toolCallId: `call-${made}`, toolName: 'look', input: '{}' }
					: { type: 'text' as const, text: '{}' };
			const response = { id: `resp_${made}`, modelId: 'gpt-5.2-1' };
			return { content: [content], finishReason: stop, usage, warnings: [], response };
		},
		doStream: async () => ({
			stream: simulateReadableStream({
				chunks: [
					{ type: 'stream-start', warnings: [] },
					{ type: 'response-metadata', id: 'resp_1', modelId: 'gpt-5.2-1' },
					{ type: 'text-start', id: '1' },
					{ type: 'text-delta', id: '1', delta: 'no' },
					{ type: 'text-end', id: '1' },
					{ type: 'finish', finishReason: stop, usage },
				],
			}),
		}),
	});
}

const once = { in: 10, out: 5, cacheRead: 2, cacheWrite: 0, reasoning: 1 };
const said = { model: 'gpt-5.2-1', responseId: 'resp_1' };

describe('the Vercel AI SDK', () => {
	const tools = { look: tool({ inputSchema: object, execute: async () => 'seen' }) };

	it('answers from generateText the sum of its steps', async () => {
		const result = await generateText({ model: model(2), prompt: 'look', tools, stopWhen: isStepCount(5) });
		const sum = { in: 30, out: 15, cacheRead: 6, cacheWrite: 0, reasoning: 3 };
		expect(usageIn(result)).toEqual({ ...sum, model: 'gpt-5.2-1', provider: 'openai' });
		expect(result.steps.map(usageIn)).toEqual(
			[1, 2, 3].map((n) => ({ ...once, model: 'gpt-5.2-1', provider: 'openai', responseId: `resp_${n}` })),
		);
	});

	it('answers from generateObject and from its models what one call spent', async () => {
		expect(usageIn(await generateObject({ model: model(0), prompt: 'x', schema: object }))).toEqual({
			...once,
			...said,
		});
		expect(usageIn(await model(0).doGenerate({ prompt: [] }))).toEqual({ ...once, ...said });
	});

	it('answers from embed and embedMany what was read', async () => {
		const embedding = () =>
			new MockEmbeddingModelV4({
				maxEmbeddingsPerCall: 5,
				doEmbed: async ({ values }) => ({ embeddings: values.map(() => [1]), usage: { tokens: 4 }, warnings: [] }),
			});
		expect(usageIn(await embed({ model: embedding(), value: 'a' }))).toEqual({ in: 4, out: 0 });
		expect(usageIn(await embedMany({ model: embedding(), values: ['a', 'b'] }))).toEqual({ in: 4, out: 0 });
	});

	it('has no stream of streamText begun by a look at it', async () => {
		const streaming = model(0);
		const result = streamText({ model: streaming, prompt: 'x' });
		expect(usageIn(result)).toBeUndefined();
		const text = new StreamUsage();
		const parts = new StreamUsage();
		for await (const part of result.fullStream) {
			parts.see(part);
			if (part.type === 'text-delta') text.see(part.text);
		}
		expect(parts.usage(true)).toEqual({ ...once, ...said });
		expect(text.usage(true)).toBeUndefined();
	});

	it('streams from its models what one call spent', async () => {
		const { stream } = await model(0).doStream({ prompt: [] });
		const parts = new StreamUsage();
		for await (const part of stream) parts.see(part);
		expect(parts.usage(false)).toEqual({ ...once, ...said });
	});
});

describe('LangChain', () => {
	const usage_metadata = {
		input_tokens: 10,
		output_tokens: 5,
		total_tokens: 15,
		input_token_details: { cache_read: 2, cache_creation: 0 },
		output_token_details: { reasoning: 1 },
	};

	it('answers a message with its usage', () => {
		const response_metadata = { model_name: 'gpt-5.2-1', model_provider: 'openai' };
		const message = new AIMessage({ content: 'no', id: 'resp_1', response_metadata });
		expect(usageIn(Object.assign(message, { usage_metadata }))).toEqual({ ...once, ...said, provider: 'openai' });
		expect(usageIn(new AIMessage('no'))).toBeUndefined();
	});

	it('streams chunks that add up as its own sum does', () => {
		const chunks = [
			Object.assign(new AIMessageChunk('n'), { usage_metadata }),
			new AIMessageChunk('o'),
			Object.assign(new AIMessageChunk(''), { usage_metadata }),
		];
		const parts = new StreamUsage();
		for (const chunk of chunks) parts.see(chunk);
		const [first, ...rest] = chunks;
		const whole = rest.reduce((all, chunk) => all.concat(chunk), first ?? new AIMessageChunk(''));
		expect(parts.usage(true)).toEqual(usageIn(whole));
		expect(parts.usage(true)).toMatchObject({ in: 20, out: 10 });
	});
});
