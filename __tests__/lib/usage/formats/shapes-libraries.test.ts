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

/** A mock model of the AI SDK that calls a tool `calls` times before it answers. */
function model(calls: number): MockLanguageModelV4 {
	let made = 0;
	return new MockLanguageModelV4({
		provider: 'openai.responses',
		modelId: 'gpt-5.2',
		doGenerate: async () => {
			made++;
			const content =
				made <= calls
					? { type: 'tool-call' as const, toolCallId: `call-${made}`, toolName: 'lookUp', input: '{}' }
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

const once = { input: 10, output: 5, cacheRead: 2, cacheWrite: 0, reasoning: 1 };
const metadata = { model: 'gpt-5.2-1', responseId: 'resp_1' };

describe('the Vercel AI SDK', () => {
	const tools = { lookUp: tool({ inputSchema: object, execute: async () => 'found' }) };

	it('reports the sum of the steps of generateText', async () => {
		const result = await generateText({ model: model(2), prompt: 'look', tools, stopWhen: isStepCount(5) });
		const sum = { input: 30, output: 15, cacheRead: 6, cacheWrite: 0, reasoning: 3 };
		expect(usageIn(result)).toEqual({ ...sum, model: 'gpt-5.2-1', provider: 'openai' });
		expect(result.steps.map(usageIn)).toEqual(
			[1, 2, 3].map((n) => ({ ...once, model: 'gpt-5.2-1', provider: 'openai', responseId: `resp_${n}` })),
		);
	});

	it('reports one call of generateObject and of a model', async () => {
		expect(usageIn(await generateObject({ model: model(0), prompt: 'x', schema: object }))).toEqual({
			...once,
			...metadata,
		});
		expect(usageIn(await model(0).doGenerate({ prompt: [] }))).toEqual({ ...once, ...metadata });
	});

	it('reports the input of embed and embedMany', async () => {
		const embedding = () =>
			new MockEmbeddingModelV4({
				maxEmbeddingsPerCall: 5,
				doEmbed: async ({ values }) => ({ embeddings: values.map(() => [1]), usage: { tokens: 4 }, warnings: [] }),
			});
		expect(usageIn(await embed({ model: embedding(), value: 'a' }))).toEqual({ input: 4, output: 0 });
		expect(usageIn(await embedMany({ model: embedding(), values: ['a', 'b'] }))).toEqual({ input: 4, output: 0 });
	});

	it('does not start a stream of streamText by reading its result', async () => {
		const streaming = model(0);
		const result = streamText({ model: streaming, prompt: 'x' });
		expect(usageIn(result)).toBeUndefined();
		const text = new StreamUsage();
		const parts = new StreamUsage();
		for await (const part of result.fullStream) {
			parts.add(part);
			if (part.type === 'text-delta') text.add(part.text);
		}
		expect(parts.usage(true)).toEqual({ ...once, ...metadata });
		expect(text.usage(true)).toBeUndefined();
	});

	it('reports one call of a model that streams', async () => {
		const { stream } = await model(0).doStream({ prompt: [] });
		const parts = new StreamUsage();
		for await (const part of stream) parts.add(part);
		expect(parts.usage(false)).toEqual({ ...once, ...metadata });
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

	it('reports the usage of a message', () => {
		const response_metadata = { model_name: 'gpt-5.2-1', model_provider: 'openai' };
		const message = new AIMessage({ content: 'no', id: 'resp_1', response_metadata });
		expect(usageIn(Object.assign(message, { usage_metadata }))).toEqual({ ...once, ...metadata, provider: 'openai' });
		expect(usageIn(new AIMessage('no'))).toBeUndefined();
	});

	it('streams chunks that add up as its own sum does', () => {
		const chunks = [
			Object.assign(new AIMessageChunk('n'), { usage_metadata }),
			new AIMessageChunk('o'),
			Object.assign(new AIMessageChunk(''), { usage_metadata }),
		];
		const parts = new StreamUsage();
		for (const chunk of chunks) parts.add(chunk);
		const [first, ...rest] = chunks;
		const whole = rest.reduce((all, chunk) => all.concat(chunk), first ?? new AIMessageChunk(''));
		expect(parts.usage(true)).toEqual(usageIn(whole));
		expect(parts.usage(true)).toMatchObject({ input: 20, output: 10 });
	});
});
