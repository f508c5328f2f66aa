import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StreamUsage } from '../../../../lib/usage/formats/stream-usage.js';

/** Returns the usage of a stream that is read to its end, or left after `left` chunks. */
function usageOf(chunks: unknown[], left?: number): unknown {
	const usage = new StreamUsage();
	for (const chunk of chunks.slice(0, left)) usage.add(chunk);
	return usage.usage(left === undefined);
}

const chatChunk = (id: string, content: string, finish_reason: string | null = null, usage: unknown = null) => ({
	id,
	object: 'chat.completion.chunk',
	model: 'gpt-5.2',
	choices: [{ index: 0, delta: { content }, finish_reason }],
	usage,
});
const openAiUsage = (prompt_tokens: number, completion_tokens: number) => ({
	prompt_tokens,
	completion_tokens,
	total_tokens: prompt_tokens + completion_tokens,
});
const chat = (id: string, read: number, written: number) => [
	chatChunk(id, 'no'),
	chatChunk(id, '', 'stop'),
	{ id, object: 'chat.completion.chunk', model: 'gpt-5.2', choices: [], usage: openAiUsage(read, written) },
];

const messageStart = (id: string, usage: object) => ({
	type: 'message_start',
	message: { id, type: 'message', role: 'assistant', model: 'claude', content: [], stop_reason: null, usage },
});
const textDelta = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'no' } };
const messageDelta = (usage: object, stop_reason: string | null = 'end_turn') => ({
	type: 'message_delta',
	delta: { stop_reason, stop_sequence: null },
	usage,
});
const claude = (id: string, read: number, written: number) => [
	messageStart(id, {
		input_tokens: read,
		cache_read_input_tokens: 4,
		cache_creation_input_tokens: 1,
		output_tokens: 1,
	}),
	textDelta,
	messageDelta({ output_tokens: written }),
	{ type: 'message_stop' },
];

describe('a stream of OpenAI chat completions', () => {
	it('has its usage in the last chunk, which has no choices', () => {
		expect(usageOf(chat('chatcmpl-1', 10, 5))).toEqual({
			input: 10,
			output: 5,
			model: 'gpt-5.2',
			responseId: 'chatcmpl-1',
		});
	});

	it('that is left before has none', () => {
		expect(usageOf(chat('chatcmpl-1', 10, 5), 2)).toBeUndefined();
	});

	it('that is left after its last chunk is not partial', () => {
		expect(usageOf(chat('chatcmpl-1', 10, 5), 3)).not.toHaveProperty('partial');
	});

	it('with a cumulative usage in each chunk has the last one, and is partial if it is left', () => {
		const chunks = [1, 2, 3].map((n) => chatChunk('c', 'x', n === 3 ? 'stop' : null, openAiUsage(10, n)));
		const answer = { input: 10, model: 'gpt-5.2', responseId: 'c' };
		expect(usageOf(chunks)).toEqual({ ...answer, output: 3 });
		expect(usageOf(chunks, 2)).toEqual({ ...answer, output: 2, partial: true });
		expect(usageOf(chunks, 3)).toEqual({ ...answer, output: 3 });
	});

	it('with a cumulative usage and another id in each chunk is one response', () => {
		const chunks = [1, 2, 3].map((n) => chatChunk(`c${n}`, 'x', n === 3 ? 'stop' : null, openAiUsage(10, n)));
		expect(usageOf(chunks)).toMatchObject({ input: 10, output: 3 });
	});

	it('of several responses, as in a tool loop, is their sum, without an id', () => {
		const chunks = [...chat('a', 10, 5), ...chat('b', 20, 6), ...chat('c', 30, 7)];
		expect(usageOf(chunks)).toEqual({ input: 60, output: 18, model: 'gpt-5.2' });
	});

	it('of Groq has it beside', () => {
		const last = { ...chatChunk('g', '', 'stop'), usage: undefined, x_groq: { id: 'req', usage: openAiUsage(3, 4) } };
		expect(usageOf([chatChunk('g', 'no'), last])).toEqual({
			input: 3,
			output: 4,
			model: 'gpt-5.2',
			provider: 'groq',
			responseId: 'g',
		});
	});

	it('of the SDK of Mistral has each chunk in an event', () => {
		const data = { id: 'm', object: 'chat.completion.chunk', model: 'mistral', choices: [{ finishReason: 'stop' }] };
		const chunks = [
			{ data: { ...data, choices: [{ finishReason: null }] } },
			{ data: { ...data, usage: { promptTokens: 3, completionTokens: 4, totalTokens: 7 } } },
		];
		expect(usageOf(chunks, 2)).toEqual({ input: 3, output: 4, model: 'mistral', responseId: 'm' });
	});
});

describe('a stream of OpenAI responses', () => {
	const end = (type: string) => ({
		type,
		response: {
			id: 'resp_1',
			object: 'response',
			model: 'gpt-5.2',
			usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
		},
	});
	const begin = {
		type: 'response.created',
		response: { id: 'resp_1', object: 'response', model: 'gpt-5.2', usage: null },
	};

	it.each(['response.completed', 'response.incomplete', 'response.failed'])('has its usage in %s', (type) => {
		expect(usageOf([begin, { type: 'response.output_text.delta', delta: 'no' }, end(type)], 3)).toEqual({
			input: 10,
			output: 5,
			model: 'gpt-5.2',
			responseId: 'resp_1',
		});
	});

	it('that is left before has none', () => {
		expect(usageOf([begin, end('response.completed')], 1)).toBeUndefined();
	});
});

describe('a stream of Anthropic', () => {
	const answer = { cacheRead: 4, cacheWrite: 1, model: 'claude', provider: 'anthropic', responseId: 'msg_1' };

	it('has the input at its start, and the output at its end', () => {
		expect(usageOf(claude('msg_1', 10, 50))).toEqual({ ...answer, input: 15, output: 50 });
	});

	it('that is left early has what its start reported, and is partial', () => {
		expect(usageOf(claude('msg_1', 10, 50), 2)).toEqual({ ...answer, input: 15, output: 1, partial: true });
	});

	it('that is left after its last report is not partial', () => {
		expect(usageOf(claude('msg_1', 10, 50), 3)).toEqual({ ...answer, input: 15, output: 50 });
	});

	it('may correct the input in later reports, and leave out what it reported before', () => {
		const cumulative = {
			input_tokens: 40,
			cache_read_input_tokens: 9,
			cache_creation_input_tokens: 1,
			output_tokens: 20,
		};
		const chunks = [
			messageStart('msg_1', {
				input_tokens: 10,
				cache_read_input_tokens: 4,
				cache_creation_input_tokens: 1,
				output_tokens: 1,
			}),
			messageDelta(cumulative, null),
			messageDelta({ input_tokens: null, output_tokens: 30, output_tokens_details: null }),
		];
		expect(usageOf(chunks)).toEqual({ ...answer, cacheRead: 9, input: 50, output: 30 });
		expect(usageOf(chunks, 2)).toEqual({ ...answer, cacheRead: 9, input: 50, output: 20, partial: true });
	});

	it('of several responses is their sum, also if one was left', () => {
		const chunks = [...claude('msg_1', 10, 50), ...claude('msg_2', 20, 60).slice(0, 2), ...claude('msg_3', 30, 70)];
		expect(usageOf(chunks)).toMatchObject({ input: 15 + 25 + 35, output: 50 + 1 + 70, cacheRead: 12 });
		expect(usageOf(chunks)).toMatchObject({ model: 'claude', provider: 'anthropic', responseId: undefined });
	});
});

describe('a stream of Google', () => {
	const chunk = (
		responseId: string,
		thoughtsTokenCount: number,
		candidatesTokenCount: number,
		finishReason?: string,
	) => ({
		candidates: [{ content: {}, ...(finishReason === undefined ? {} : { finishReason }) }],
		modelVersion: 'gemini',
		responseId,
		usageMetadata: { promptTokenCount: 10, candidatesTokenCount, thoughtsTokenCount },
	});
	const facts = { model: 'gemini', provider: 'gcp.gen_ai' };

	it('is cumulative: the last chunk wins', () => {
		const chunks = [chunk('r', 3, 0), chunk('r', 3, 5), chunk('r', 3, 9, 'STOP')];
		expect(usageOf(chunks, 3)).toEqual({ ...facts, input: 10, output: 12, reasoning: 3, responseId: 'r' });
		expect(usageOf(chunks, 2)).toEqual({
			...facts,
			input: 10,
			output: 8,
			reasoning: 3,
			responseId: 'r',
			partial: true,
		});
	});

	it('of several responses is their sum, also if one broke off', () => {
		const chunks = [chunk('r', 3, 5), chunk('s', 0, 1), chunk('s', 0, 9, 'STOP')];
		expect(usageOf(chunks)).toEqual({ ...facts, input: 20, output: 17, reasoning: 3 });
	});

	it('of interactions has it in the last event', () => {
		const interaction = {
			id: 'i',
			object: 'interaction',
			model: 'gemini',
			usage: { total_input_tokens: 3, total_output_tokens: 4 },
		};
		const chunks = [{ event_type: 'step.delta' }, { event_type: 'interaction.completed', interaction }];
		expect(usageOf(chunks, 2)).toEqual({ input: 3, output: 4, model: 'gemini', responseId: 'i' });
	});
});

describe('a stream of others', () => {
	it('Cohere v2 has its usage in message-end, and its id in message-start', () => {
		const usage = { billedUnits: { inputTokens: 3, outputTokens: 4 }, tokens: { inputTokens: 70, outputTokens: 5 } };
		const chunks = [
			{ type: 'message-start', id: 'c-1', delta: { message: { role: 'assistant' } } },
			{ type: 'content-delta', index: 0, delta: { message: { content: { text: 'no' } } } },
			{ type: 'message-end', delta: { finishReason: 'COMPLETE', usage } },
		];
		expect(usageOf(chunks, 3)).toEqual({ input: 3, output: 4, provider: 'cohere', responseId: 'c-1' });
	});

	it('Cohere v1 has it in stream-end', () => {
		const response = { text: 'no', responseId: 'c-2', meta: { billedUnits: { inputTokens: 3, outputTokens: 4 } } };
		const chunks = [
			{ eventType: 'text-generation', text: 'no' },
			{ eventType: 'stream-end', response },
		];
		expect(usageOf(chunks, 2)).toEqual({ input: 3, output: 4, provider: 'cohere', responseId: 'c-2' });
	});

	it('Bedrock Converse has it in metadata, for each answer', () => {
		const answer = [
			{ contentBlockDelta: { delta: { text: 'no' } } },
			{ messageStop: { stopReason: 'end_turn' } },
			{ metadata: { usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 }, metrics: { latencyMs: 1 } } },
		];
		expect(usageOf(answer, 3)).toEqual({ input: 3, output: 4 });
		expect(usageOf([...answer, ...answer])).toEqual({ input: 6, output: 8 });
	});

	it('Ollama has it in the chunk that is done, for each answer', () => {
		const answer = [
			{ model: 'llama3', message: { content: 'no' }, done: false },
			{ model: 'llama3', message: { content: '' }, done: true, total_duration: 1, prompt_eval_count: 3, eval_count: 4 },
		];
		expect(usageOf(answer, 2)).toEqual({ input: 3, output: 4, model: 'llama3', provider: 'ollama' });
		expect(usageOf([...answer, ...answer])).toEqual({ input: 6, output: 8, model: 'llama3', provider: 'ollama' });
	});

	it('an application has it in its last chunk', () => {
		expect(usageOf(['a', 'b', { text: 'c', usage: { input_tokens: 3, output_tokens: 4 } }])).toEqual({
			input: 3,
			output: 4,
		});
		expect(usageOf(['a', { done: true, tokens: { in: 3, out: 4 } }], 2)).toEqual({ input: 3, output: 4 });
		expect(usageOf(['a', { tokens_used: 7 }])).toEqual({ input: 7, output: 0 });
	});

	it('of strings, bytes and numbers has none', () => {
		expect(usageOf(['a', new Uint8Array(8), 1, null, undefined, [], Buffer.from('b')])).toBeUndefined();
	});
});

describe('a stream of the Vercel AI SDK', () => {
	const usage = (inputTokens: number, outputTokens: number) => ({
		inputTokens,
		outputTokens,
		totalTokens: inputTokens + outputTokens,
	});
	const step = (id: string, read: number, written: number) => [
		{ type: 'start-step', request: {}, warnings: [] },
		{ type: 'text-delta', id: '1', text: 'no' },
		{ type: 'finish-step', response: { id, modelId: 'gpt-5.2' }, usage: usage(read, written), finishReason: 'stop' },
	];

	it('is the sum of its steps, which its end repeats', () => {
		const chunks = [...step('a', 10, 5), ...step('b', 20, 6), { type: 'finish', totalUsage: usage(30, 11) }];
		expect(usageOf(chunks)).toEqual({ input: 30, output: 11, model: 'gpt-5.2' });
	});

	it('that is left has the steps that were through, and is partial', () => {
		const chunks = [...step('a', 10, 5), ...step('b', 20, 6), { type: 'finish', totalUsage: usage(30, 11) }];
		expect(usageOf(chunks, 4)).toEqual({ input: 10, output: 5, model: 'gpt-5.2', responseId: 'a', partial: true });
		expect(usageOf(chunks, 6)).toEqual({ input: 30, output: 11, model: 'gpt-5.2', partial: true });
	});

	it('of one step has its id', () => {
		const chunks = [...step('a', 10, 5), { type: 'finish', totalUsage: usage(10, 5) }];
		expect(usageOf(chunks)).toEqual({ input: 10, output: 5, model: 'gpt-5.2', responseId: 'a' });
	});

	it('whose end has no numbers keeps those of its steps', () => {
		const nothing = { inputTokens: undefined, outputTokens: undefined };
		expect(usageOf([...step('a', 10, 5), { type: 'finish', totalUsage: nothing }], 4)).toMatchObject({
			input: 10,
			output: 5,
		});
	});

	it('of a provider’s parts has the numbers in finish and the names before', () => {
		const chunks = [
			{ type: 'response-metadata', id: 'resp_1', modelId: 'gpt-5.2' },
			{ type: 'text-delta', id: '1', delta: 'no' },
			{
				type: 'finish',
				usage: { inputTokens: { total: 3 }, outputTokens: { total: 4 } },
				finishReason: { unified: 'stop' },
			},
		];
		expect(usageOf(chunks, 3)).toEqual({ input: 3, output: 4, model: 'gpt-5.2', responseId: 'resp_1' });
	});
});

describe('a stream of LangChain', () => {
	const chunk = (content: string, usage?: [number, number], more: object = {}) => ({
		content,
		tool_call_chunks: [],
		response_metadata: {},
		usage_metadata: usage && { input_tokens: usage[0], output_tokens: usage[1], total_tokens: usage[0] + usage[1] },
		...more,
	});

	it('of OpenAI has its usage in the last chunk', () => {
		const chunks = [chunk('no', undefined, { id: 'chatcmpl-1' }), chunk('', [10, 5], { id: 'chatcmpl-1' })];
		expect(usageOf(chunks, 2)).toEqual({ input: 10, output: 5, responseId: 'chatcmpl-1' });
	});

	it('of Anthropic adds up, and counts the output of the start once', () => {
		const metadata = { response_metadata: { model_provider: 'anthropic', usage: { cache_read_input_tokens: 0 } } };
		const chunks = [
			chunk('', [10, 1], { id: 'msg_1', ...metadata }),
			chunk('no', undefined, { id: 'run-1' }),
			chunk('', [0, 50], { id: 'run-1' }),
		];
		expect(usageOf(chunks, 3)).toEqual({ input: 10, output: 50, provider: 'anthropic', responseId: 'msg_1' });
		expect(usageOf(chunks, 2)).toEqual({
			input: 10,
			output: 1,
			provider: 'anthropic',
			responseId: 'msg_1',
			partial: true,
		});
		expect(usageOf([...chunks, ...chunks])).toMatchObject({ input: 20, output: 100 });
	});

	it('of Google adds up', () => {
		const chunks = [
			chunk('a', [10, 2]),
			chunk('b', [0, 3]),
			chunk('c', [0, 4], { response_metadata: { finishReason: 'STOP' } }),
		];
		expect(usageOf(chunks, 3)).toEqual({ input: 10, output: 9 });
		expect(usageOf(chunks, 2)).toEqual({ input: 10, output: 5, partial: true });
	});

	it('of whole messages, as an agent makes them, is their sum', () => {
		const message = (id: string, read: number) => ({
			id,
			content: 'no',
			usage_metadata: { input_tokens: read, output_tokens: 1 },
		});
		expect(usageOf([message('chatcmpl-1', 3), message('chatcmpl-2', 4)], 2)).toEqual({ input: 7, output: 2 });
	});

	it('of generation chunks has each message within', () => {
		expect(
			usageOf([
				{ text: 'no', message: chunk('no') },
				{ text: '', message: chunk('', [3, 4]) },
			]),
		).toEqual({ input: 3, output: 4 });
	});

	it('of events counts each model call only at its end', () => {
		const output = { content: 'no', usage_metadata: { input_tokens: 3, output_tokens: 4 } };
		const chunks = [
			{ event: 'on_chat_model_stream', data: { chunk: chunk('', [3, 4]) } },
			{ event: 'on_chat_model_end', data: { output } },
			{ event: 'on_chain_end', data: { output } },
		];
		expect(usageOf([...chunks, ...chunks])).toEqual({ input: 6, output: 8 });
	});
});

describe('sums over streams', () => {
	const n = fc.nat(10_000);
	const responses = fc.array(
		fc.record({
			read: n,
			written: fc.integer({ min: 1, max: 10_000 }),
			by: fc.constantFrom('chat', 'claude', 'plain'),
		}),
		{ maxLength: 8 },
	);

	it('are those of the responses, of any provider and in any order', () => {
		fc.assert(
			fc.property(responses, (calls) => {
				const chunks = calls.flatMap(({ read, written, by }, index): unknown[] => {
					if (by === 'chat') return chat(`chatcmpl-${index}`, read, written);
					if (by === 'claude') return claude(`msg_${index}`, read, written);
					return ['text', { metadata: { usage: { inputTokens: read, outputTokens: written } } }];
				});
				const cached = calls.filter(({ by }) => by === 'claude').length * 5;
				const total = (of: 'read' | 'written') => calls.reduce((sum, call) => sum + call[of], 0);
				const usage = usageOf(chunks);
				if (calls.length === 0) expect(usage).toBeUndefined();
				else expect(usage).toMatchObject({ input: total('read') + cached, output: total('written') });
			}),
		);
	});

	it('never fall while a stream goes on', () => {
		fc.assert(
			fc.property(responses, (calls) => {
				const usage = new StreamUsage();
				let before = 0;
				for (const chunk of calls.flatMap(({ read, written }, index) => claude(`msg_${index}`, read, written))) {
					usage.add(chunk);
					const { input: read = 0, output: out = 0 } = usage.usage(true) ?? {};
					expect(read + out).toBeGreaterThanOrEqual(before);
					before = read + out;
				}
			}),
		);
	});
});

describe('a stream’s usage', () => {
	it('keeps nothing of a chunk', async () => {
		setFlagsFromString('--expose-gc');
		const collect = runInNewContext('gc') as () => void;
		const usage = new StreamUsage();
		const addCopy = (chunk: object): WeakRef<object>[] => {
			const copy = structuredClone(chunk);
			usage.add(copy);
			return [copy, ...Object.values(copy)]
				.filter((part) => part !== null && typeof part === 'object')
				.map((part) => new WeakRef(part));
		};
		const all = [...chat('a', 1, 2), ...claude('msg_1', 3, 4), { usage_metadata: openAiUsage(5, 6), content: '' }];
		const references = all.flatMap(addCopy);
		expect(references.length).toBeGreaterThan(all.length);
		await setImmediate();
		collect();
		expect(references.filter((object) => object.deref() !== undefined)).toEqual([]);
		expect(usage.usage(true)).toMatchObject({ input: 1 + 8 + 5, output: 2 + 4 + 6 });
	});

	it('can be read at any time, any number of times', () => {
		const usage = new StreamUsage();
		for (const chunk of claude('msg_1', 10, 50)) {
			usage.add(chunk);
			expect(usage.usage(false)).toEqual(usage.usage(false));
		}
		expect(usage.usage(true)).toMatchObject({ input: 15, output: 50 });
	});
});
