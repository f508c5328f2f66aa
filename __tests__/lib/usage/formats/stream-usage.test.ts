import { describe, expect, it } from '@jest/globals';
import { usageFrom, usageIn } from '../../../../lib/usage/formats/find-usage.js';

const chat = {
	id: 'chatcmpl-9',
	object: 'chat.completion',
	created: 1,
	model: 'gpt-5.2',
	choices: [{ index: 0, message: { role: 'assistant', content: 'no' }, finish_reason: 'stop' }],
	usage: {
		prompt_tokens: 100,
		completion_tokens: 40,
		total_tokens: 140,
		prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 8 },
		completion_tokens_details: { reasoning_tokens: 32 },
	},
};

const response = {
	id: 'resp_9',
	object: 'response',
	model: 'gpt-5.2',
	status: 'completed',
	output: [],
	usage: {
		input_tokens: 100,
		input_tokens_details: { cached_tokens: 60, cache_write_tokens: 8 },
		output_tokens: 40,
		output_tokens_details: { reasoning_tokens: 32 },
		total_tokens: 140,
	},
};

const message = {
	id: 'msg_01',
	type: 'message',
	role: 'assistant',
	model: 'claude-opus-4-8',
	content: [],
	stop_reason: 'end_turn',
	usage: {
		input_tokens: 10,
		cache_creation_input_tokens: 20,
		cache_read_input_tokens: 300,
		output_tokens: 50,
		output_tokens_details: { thinking_tokens: 30 },
	},
};

const gemini = {
	candidates: [],
	modelVersion: 'gemini-3-pro',
	responseId: 'r9',
	usageMetadata: {
		promptTokenCount: 100,
		toolUsePromptTokenCount: 5,
		cachedContentTokenCount: 60,
		candidatesTokenCount: 8,
		thoughtsTokenCount: 32,
		totalTokenCount: 145,
	},
};

const split = { input: 100, output: 40, cacheRead: 60, cacheWrite: 8, reasoning: 32 };

describe('usageIn() of a response', () => {
	it.each<[string, unknown, unknown]>([
		['OpenAI chat completions', chat, { ...split, model: 'gpt-5.2', responseId: 'chatcmpl-9' }],
		['OpenAI responses', response, { ...split, model: 'gpt-5.2', responseId: 'resp_9' }],
		[
			'OpenAI embeddings',
			{ object: 'list', data: [], model: 'text-embedding-3-small', usage: { prompt_tokens: 8, total_tokens: 8 } },
			{ input: 8, output: 0, model: 'text-embedding-3-small' },
		],
		[
			'OpenAI transcriptions',
			{ text: 'hi', usage: { type: 'tokens', input_tokens: 14, output_tokens: 4, total_tokens: 18 } },
			{ input: 14, output: 4 },
		],
		[
			'DeepSeek, which counts cache hits beside the details',
			{ model: 'deepseek-chat', usage: { prompt_tokens: 30, completion_tokens: 4, prompt_cache_hit_tokens: 16 } },
			{ input: 30, output: 4, cacheRead: 16, model: 'deepseek-chat' },
		],
		[
			'xAI, whose completion tokens exclude reasoning',
			{
				object: 'chat.completion',
				id: 'x1',
				model: 'grok-4',
				usage: {
					prompt_tokens: 10,
					completion_tokens: 3,
					total_tokens: 33,
					completion_tokens_details: { reasoning_tokens: 20 },
				},
			},
			{ input: 10, output: 23, reasoning: 20, model: 'grok-4', responseId: 'x1' },
		],
		[
			'Groq',
			{
				id: 'chatcmpl-g',
				object: 'chat.completion',
				model: 'llama',
				x_groq: { id: 'req_1' },
				usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
			},
			{ input: 1, output: 2, model: 'llama', provider: 'groq', responseId: 'chatcmpl-g' },
		],
		[
			'Anthropic messages',
			message,
			{
				input: 330,
				output: 50,
				cacheRead: 300,
				cacheWrite: 20,
				reasoning: 30,
				model: 'claude-opus-4-8',
				provider: 'anthropic',
				responseId: 'msg_01',
			},
		],
		[
			'Anthropic on Bedrock, its cache unused',
			{
				...message,
				id: 'msg_bdrk_1',
				usage: {
					input_tokens: 10,
					output_tokens: 5,
					cache_creation_input_tokens: null,
					cache_read_input_tokens: null,
				},
			},
			{ input: 10, output: 5, model: 'claude-opus-4-8', provider: 'aws.bedrock', responseId: 'msg_bdrk_1' },
		],
		[
			'Anthropic with server iterations, of which those of the message are in the numbers already',
			{
				...message,
				id: 'msg_vrtx_1',
				usage: {
					input_tokens: 10,
					output_tokens: 5,
					cache_creation_input_tokens: 0,
					cache_read_input_tokens: 0,
					iterations: [
						{ type: 'compaction', input_tokens: 1000, output_tokens: 100, cache_read_input_tokens: 7 },
						{ type: 'message', input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 0 },
						{ type: 'advisor_message', input_tokens: 200, output_tokens: 20, cache_read_input_tokens: 0 },
					],
				},
			},
			{
				input: 1217,
				output: 125,
				cacheRead: 7,
				cacheWrite: 0,
				model: 'claude-opus-4-8',
				provider: 'gcp.vertex_ai',
				responseId: 'msg_vrtx_1',
			},
		],
		[
			'Google generateContent',
			gemini,
			{
				input: 105,
				output: 40,
				cacheRead: 60,
				reasoning: 32,
				model: 'gemini-3-pro',
				provider: 'gcp.gen_ai',
				responseId: 'r9',
			},
		],
		[
			'Vertex',
			{ modelVersion: 'm', usageMetadata: { promptTokenCount: 4, trafficType: 'ON_DEMAND' } },
			{ input: 4, output: 0, model: 'm', provider: 'gcp.vertex_ai' },
		],
		[
			'Google interactions',
			{
				id: 'int_1',
				object: 'interaction',
				model: 'gemini-3-pro',
				usage: {
					total_input_tokens: 100,
					total_tool_use_tokens: 5,
					total_output_tokens: 8,
					total_thought_tokens: 32,
					total_cached_tokens: 60,
					total_tokens: 145,
				},
			},
			{ input: 105, output: 40, cacheRead: 60, reasoning: 32, model: 'gemini-3-pro', responseId: 'int_1' },
		],
		[
			'Cohere v2 chat, by its SDK',
			{
				id: 'c-1',
				finishReason: 'COMPLETE',
				message: {},
				usage: {
					billedUnits: { inputTokens: 17, outputTokens: 12 },
					tokens: { inputTokens: 215, outputTokens: 14 },
					cachedTokens: 16,
				},
			},
			{ input: 17, output: 12, cacheRead: 16, provider: 'cohere', responseId: 'c-1' },
		],
		[
			'Cohere v2 chat, on the wire',
			{
				id: 'c-1',
				usage: {
					billed_units: { input_tokens: 17, output_tokens: 12 },
					tokens: { input_tokens: 215, output_tokens: 14 },
					cached_tokens: 200,
				},
			},
			{ input: 17, output: 12, provider: 'cohere', responseId: 'c-1' },
		],
		[
			'Cohere without billed units',
			{ id: 'c-1', usage: { tokens: { inputTokens: 215, outputTokens: 14 } } },
			{ input: 215, output: 14 },
		],
		[
			'Cohere v1 chat',
			{ text: 'no', responseId: 'c-2', meta: { billedUnits: { inputTokens: 3, outputTokens: 4 } } },
			{ input: 3, output: 4, provider: 'cohere', responseId: 'c-2' },
		],
		[
			'Cohere embed',
			{ id: 'c-3', embeddings: {}, meta: { api_version: {}, billed_units: { input_tokens: 5, image_tokens: 90 } } },
			{ input: 95, output: 0, provider: 'cohere', responseId: 'c-3' },
		],
		[
			'Mistral, on the wire',
			{
				id: 'm1',
				object: 'chat.completion',
				model: 'mistral-large',
				usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 },
			},
			{ input: 5, output: 6, model: 'mistral-large', responseId: 'm1' },
		],
		[
			'Mistral, by its SDK',
			{
				id: 'm1',
				object: 'chat.completion',
				model: 'mistral-large',
				usage: { promptTokens: 5, completionTokens: 6, totalTokens: 11, promptTokensDetails: { cachedTokens: 4 } },
			},
			{ input: 5, output: 6, cacheRead: 4, model: 'mistral-large', responseId: 'm1' },
		],
		[
			'Bedrock Converse',
			{
				$metadata: { requestId: 'q' },
				output: {},
				stopReason: 'end_turn',
				usage: {
					inputTokens: 10,
					outputTokens: 5,
					totalTokens: 335,
					cacheReadInputTokens: 300,
					cacheWriteInputTokens: 20,
				},
			},
			{ input: 330, output: 5, cacheRead: 300, cacheWrite: 20, provider: 'aws.bedrock' },
		],
		[
			'Ollama chat',
			{ model: 'llama3', message: {}, done: true, total_duration: 9, prompt_eval_count: 26, eval_count: 298 },
			{ input: 26, output: 298, model: 'llama3', provider: 'ollama' },
		],
		[
			'Ollama embed',
			{ model: 'minilm', embeddings: [[1]], total_duration: 9, prompt_eval_count: 8 },
			{ input: 8, output: 0, model: 'minilm', provider: 'ollama' },
		],
		['a reranker with an unsplit total', { results: [], usage: { total_tokens: 21 } }, { input: 21, output: 0 }],
		[
			'kgents, with a usage',
			{ verdict: 'REJECT', usage: { input_tokens: 12, output_tokens: 3 } },
			{ input: 12, output: 3 },
		],
		['the origin, with tokens used', { verdict: 'REJECT', tokens_used: 15 }, { input: 15, output: 0 }],
		['the origin, with a pair', { verdict: 'REJECT', tokens: { in: 12, out: 3 } }, { input: 12, output: 3 }],
		[
			'a response without a prototype',
			Object.assign(Object.create(null), chat),
			{ ...split, model: 'gpt-5.2', responseId: 'chatcmpl-9' },
		],
		['a frozen answer', Object.freeze({ ...chat }), { ...split, model: 'gpt-5.2', responseId: 'chatcmpl-9' }],
		['nothing spent', { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }, { input: 0, output: 0 }],
	])('reads %s', (_name, answer, usage) => {
		expect(usageIn(answer)).toEqual(usage);
	});
});

describe('usageIn() of LangChain', () => {
	it.each<[string, unknown, unknown]>([
		[
			'a message',
			{
				id: 'chatcmpl-9',
				content: 'no',
				response_metadata: {
					model_name: 'gpt-5.2',
					model_provider: 'openai',
					tokenUsage: { promptTokens: 100, completionTokens: 40 },
				},
				usage_metadata: {
					input_tokens: 100,
					output_tokens: 40,
					total_tokens: 140,
					input_token_details: { cache_read: 60, cache_creation: 8 },
					output_token_details: { reasoning: 32 },
				},
			},
			{ ...split, model: 'gpt-5.2', provider: 'openai', responseId: 'chatcmpl-9' },
		],
		[
			'a message of an older Anthropic client, which excludes the cache',
			{
				id: 'msg_1',
				response_metadata: {
					model: 'claude',
					usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 4, cache_creation_input_tokens: 0 },
				},
				usage_metadata: {
					input_tokens: 10,
					output_tokens: 5,
					total_tokens: 15,
					input_token_details: { cache_read: 4, cache_creation: 0 },
				},
			},
			{ input: 14, output: 5, cacheRead: 4, cacheWrite: 0, model: 'claude', responseId: 'msg_1' },
		],
		[
			'such a message without the provider’s own numbers',
			{ id: 'run-1', usage_metadata: { input_tokens: 10, output_tokens: 5, input_token_details: { cache_read: 40 } } },
			{ input: 50, output: 5, cacheRead: 40 },
		],
		[
			'a message with the numbers in response_metadata alone',
			{
				id: 'run-1',
				usage_metadata: undefined,
				response_metadata: { tokenUsage: { promptTokens: 3, completionTokens: 4, totalTokens: 7 } },
			},
			{ input: 3, output: 4 },
		],
		[
			'a result of two prompts with two generations each, which carry the same usage',
			{
				generations: [1, 2].map((n) =>
					[1, 2].map(() => ({
						message: { id: `chatcmpl-${n}`, usage_metadata: { input_tokens: n, output_tokens: 10 * n } },
					})),
				),
				llmOutput: { tokenUsage: { promptTokens: 3, completionTokens: 30, totalTokens: 33 } },
			},
			{ input: 3, output: 30 },
		],
		[
			'a result with the sum in llmOutput alone',
			{ generations: [[{ text: 'no' }]], llmOutput: { tokenUsage: { promptTokens: 3, completionTokens: 30 } } },
			{ input: 3, output: 30 },
		],
		[
			'no numbers that LangChain only estimated',
			{
				generations: [[{ text: 'no' }]],
				llmOutput: { estimatedTokenUsage: { promptTokens: 3, completionTokens: 30 } },
			},
			undefined,
		],
	])('reads %s', (_name, answer, usage) => {
		expect(usageIn(answer)).toEqual(usage);
	});
});

describe('usageIn() of a usage object itself', () => {
	it.each<[string, unknown, unknown]>([
		['OpenAI chat', chat.usage, split],
		['OpenAI responses', response.usage, split],
		['Anthropic', message.usage, { input: 330, output: 50, cacheRead: 300, cacheWrite: 20, reasoning: 30 }],
		['Google', gemini.usageMetadata, { input: 105, output: 40, cacheRead: 60, reasoning: 32 }],
		[
			'Cohere',
			{ billedUnits: { inputTokens: 1, outputTokens: 2 }, tokens: { inputTokens: 3, outputTokens: 4 } },
			{ input: 1, output: 2 },
		],
		[
			'the Vercel AI SDK 5',
			{ inputTokens: 100, outputTokens: 40, totalTokens: 140, reasoningTokens: 32, cachedInputTokens: 60 },
			{ input: 100, output: 40, cacheRead: 60, reasoning: 32 },
		],
		[
			'the Vercel AI SDK 5 with Gemini, whose output excludes thoughts',
			{ inputTokens: 100, outputTokens: 8, totalTokens: 140, reasoningTokens: 32 },
			{ input: 100, output: 40, reasoning: 32 },
		],
		[
			'the Vercel AI SDK 6 and 7',
			{
				inputTokens: 100,
				inputTokenDetails: { noCacheTokens: 32, cacheReadTokens: 60, cacheWriteTokens: 8 },
				outputTokens: 40,
				outputTokenDetails: { textTokens: 8, reasoningTokens: 32 },
				totalTokens: 140,
				raw: { prompt_tokens: 999, completion_tokens: 999 },
			},
			split,
		],
		[
			'a provider of the Vercel AI SDK',
			{
				inputTokens: { total: 100, noCache: 32, cacheRead: 60, cacheWrite: 8 },
				outputTokens: { total: 40, text: 8, reasoning: 32 },
			},
			split,
		],
	])('reads that of %s', (_name, value, usage) => {
		expect(usageIn(value)).toEqual(usage);
	});
});

describe('usageFrom()', () => {
	it('returns an exact TokenUsage as it is', () => {
		const exact = { ...split, model: 'm', provider: 'openai', responseId: 'r', partial: true };
		expect(usageFrom(exact)).toEqual(exact);
		expect(usageFrom({ input: 3, output: 4 })).toEqual({ input: 3, output: 4 });
		expect(usageFrom({ output: 4 })).toEqual({ input: 0, output: 4 });
	});

	it('reads every other format as usageIn does', () => {
		expect(usageFrom(chat)).toEqual(usageIn(chat));
		expect(usageFrom(message.usage)).toEqual(usageIn(message.usage));
	});

	it.each([
		[undefined],
		[null],
		[7],
		['7'],
		[[1, 2]],
		[{ input: -1, output: 0.5 }],
		[{ input: '3' }],
		[new Proxy({ input: 1 }, {})],
	])('finds nothing in %p', (given) => {
		expect(usageFrom(given)).toBeUndefined();
	});
});
