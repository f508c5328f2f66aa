import { event, events, json, type Part, type Reply, type Spent } from './wire.js';

let made = 0;
const newId = (prefix: string) => `${prefix}-${++made}`;

const MODEL = 'gpt-6-mini-2026-05-01';

/** A call of a function that the model requests. */
export interface ToolUse {
	readonly name: string;
	readonly args: object;
}

const usageOf = (spent: Spent) => ({
	prompt_tokens: spent.input,
	completion_tokens: spent.output,
	total_tokens: spent.input + spent.output,
	prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
	completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
});

const toolCall = ({ name, args }: ToolUse) => ({
	id: newId('call'),
	type: 'function',
	function: { name, arguments: JSON.stringify(args) },
});

/** A chat completion in JSON. */
export function chat(spent: Spent, content: string | ToolUse = 'Hello there.'): Reply {
	const message =
		typeof content === 'string'
			? { role: 'assistant', content, refusal: null }
			: { role: 'assistant', content: null, refusal: null, tool_calls: [toolCall(content)] };
	const body = {
		id: newId('chatcmpl'),
		object: 'chat.completion',
		created: 1,
		model: MODEL,
		choices: [
			{ index: 0, message, logprobs: null, finish_reason: typeof content === 'string' ? 'stop' : 'tool_calls' },
		],
		usage: usageOf(spent),
	};
	return json(body, spent);
}

/** The events of a streamed chat completion; the last one has the usage if it is given. */
export function chatEvents(spent: Spent | undefined, content: string | ToolUse = 'Hello there.'): Part[] {
	const id = newId('chatcmpl');
	const chunk = (choices: unknown[], usage: unknown = null) => ({
		id,
		object: 'chat.completion.chunk',
		created: 1,
		model: MODEL,
		choices,
		...(spent === undefined ? {} : { usage }),
	});
	const choice = (delta: object, finish_reason: string | null = null) => ({ index: 0, delta, finish_reason });
	const deltas =
		typeof content === 'string'
			? (content.match(/\S+\s*/g) ?? []).map((word) => ({ content: word }))
			: [{ tool_calls: [{ index: 0, ...toolCall(content) }] }];
	const end = typeof content === 'string' ? 'stop' : 'tool_calls';
	return [
		event(chunk([choice({ role: 'assistant', content: null })])),
		...deltas.map((delta) => event(chunk([choice(delta)]))),
		event(chunk([choice({}, end)])),
		...(spent === undefined ? [] : [event(chunk([], usageOf(spent)), { reports: spent })]),
		event('[DONE]'),
	];
}

/** A streamed chat completion. */
export function chatStream(spent: Spent | undefined, content?: string | ToolUse): Reply {
	return events(...chatEvents(spent, content));
}

/** A legacy completion, in JSON and streamed. */
export function completion(spent: Spent): Reply {
	const choices = [{ index: 0, text: 'Once.', finish_reason: 'stop', logprobs: null }];
	const body = { id: newId('cmpl'), object: 'text_completion', created: 1, model: MODEL, choices };
	return json({ ...body, usage: usageOf(spent) }, spent);
}

/** A response of the Responses API, complete or in progress. */
export function responseBody(spent: Spent | undefined, status = 'completed', id = newId('resp')): object {
	const content = [{ type: 'output_text', text: '{"answer":4}', annotations: [] }];
	const output = [{ id: newId('msg'), type: 'message', status: 'completed', role: 'assistant', content }];
	return {
		id,
		object: 'response',
		created_at: 1,
		status,
		error: null,
		model: MODEL,
		output: status === 'completed' ? output : [],
		tools: [],
		usage:
			spent === undefined
				? null
				: {
						input_tokens: spent.input,
						input_tokens_details: { cached_tokens: 0 },
						output_tokens: spent.output,
						output_tokens_details: { reasoning_tokens: 0 },
						total_tokens: spent.input + spent.output,
					},
	};
}

/** A response of the Responses API in JSON. */
export function response(spent: Spent | undefined, status?: string, id?: string): Reply {
	return json(responseBody(spent, status, id), spent);
}

/** The events of a response of the Responses API; only the last one has the usage. */
export function responseEvents(spent: Spent): Part[] {
	const id = newId('resp');
	const item_id = newId('msg');
	const part = { type: 'output_text', text: '', annotations: [] };
	const item = { id: item_id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
	let sequence_number = 0;
	const said = (type: string, data: object, reports?: Spent) =>
		event({ type, sequence_number: sequence_number++, ...data }, { name: type, ...(reports ? { reports } : {}) });
	const at = { item_id, output_index: 0, content_index: 0 };
	return [
		said('response.created', { response: responseBody(undefined, 'in_progress', id) }),
		said('response.in_progress', { response: responseBody(undefined, 'in_progress', id) }),
		said('response.output_item.added', { output_index: 0, item }),
		said('response.content_part.added', { ...at, part }),
		said('response.output_text.delta', { ...at, delta: '{"answer":', logprobs: [] }),
		said('response.output_text.delta', { ...at, delta: '4}', logprobs: [] }),
		said('response.output_text.done', { ...at, text: '{"answer":4}', logprobs: [] }),
		said('response.content_part.done', { ...at, part: { ...part, text: '{"answer":4}' } }),
		said('response.output_item.done', {
			output_index: 0,
			item: { ...item, status: 'completed', content: [{ ...part, text: '{"answer":4}' }] },
		}),
		said('response.completed', { response: responseBody(spent, 'completed', id) }, spent),
	];
}

/** Two embeddings; an embedding has no output tokens. The client requests base64 by default. */
export function embeddings(tokens: number): Reply {
	const embedding = Buffer.from(new Float32Array([0.5, -0.25]).buffer).toString('base64');
	const data = [0, 1].map((index) => ({ object: 'embedding', index, embedding }));
	const body = {
		object: 'list',
		data,
		model: 'text-embedding-4',
		usage: { prompt_tokens: tokens, total_tokens: tokens },
	};
	return json(body, { input: tokens, output: 0 });
}

/** An error in OpenAI's format. The client retries 429 and 5xx as often as it is configured. */
export function refused(status: number, message = 'Not today.'): Reply {
	const error = { message, type: status === 429 ? 'rate_limit_error' : 'server_error', param: null, code: null };
	return { ...json({ error }, undefined, status), headers: { 'retry-after-ms': '1' } };
}

/** The event of a stream that the server cannot complete. */
export function failure(message = 'The server had an error.'): Part {
	return event({ error: { message, type: 'server_error', param: null, code: null } }, { name: 'error' });
}
