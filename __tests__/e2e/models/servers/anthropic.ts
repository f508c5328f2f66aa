import { event, events, json, type Part, type Reply, type Spent } from './wire.js';

let made = 0;
const newId = (prefix: string) => `${prefix}_${++made}`;

const MODEL = 'claude-sonnet-5-5';

/** A tool that the model uses. */
export interface ToolUse {
	readonly name: string;
	readonly input: object;
}

/** The input tokens of a call that were read from and written to the cache. */
export interface Cache {
	readonly read?: number;
	readonly write?: number;
}

/** Anthropic's `input_tokens` does not include the cached ones. */
const inputOf = (spent: Spent, { read = 0, write = 0 }: Cache = {}) => ({
	input_tokens: spent.input - read - write,
	cache_creation_input_tokens: write,
	cache_read_input_tokens: read,
});

const blockOf = (content: string | ToolUse) =>
	typeof content === 'string'
		? { type: 'text', text: content, citations: null }
		: { type: 'tool_use', id: newId('toolu'), ...content };

const messageOf = (content: object[], usage: object, stop_reason: string | null) => ({
	id: newId('msg'),
	type: 'message',
	role: 'assistant',
	model: MODEL,
	content,
	stop_reason,
	stop_sequence: null,
	usage: { ...usage, service_tier: 'standard' },
});

const stopOf = (content: string | ToolUse) => (typeof content === 'string' ? 'end_turn' : 'tool_use');

/** A message in JSON. */
export function message(spent: Spent, content: string | ToolUse = 'Hello there.', cache?: Cache): Reply {
	const usage = { ...inputOf(spent, cache), output_tokens: spent.output };
	return json(messageOf([blockOf(content)], usage, stopOf(content)), spent);
}

/** The events of a streamed message: the first reports all input and one output token; the last but one, everything. */
export function messageEvents(spent: Spent, content: string | ToolUse = 'Hello there.', cache?: Cache): Part[] {
	const said = (type: string, data: object = {}, reports?: Spent) =>
		event({ type, ...data }, { name: type, ...(reports ? { reports } : {}) });
	const block = blockOf(content);
	const empty = 'text' in block ? { ...block, text: '' } : { ...block, input: {} };
	const deltas =
		typeof content === 'string'
			? (content.match(/\S+\s*/g) ?? []).map((text) => ({ type: 'text_delta', text }))
			: [{ type: 'input_json_delta', partial_json: JSON.stringify(content.input) }];
	const begun = { input: spent.input, output: 1 };
	return [
		said('message_start', { message: messageOf([], { ...inputOf(spent, cache), output_tokens: 1 }, null) }, begun),
		said('content_block_start', { index: 0, content_block: empty }),
		said('ping'),
		...deltas.map((delta) => said('content_block_delta', { index: 0, delta })),
		said('content_block_stop', { index: 0 }),
		said(
			'message_delta',
			{ delta: { stop_reason: stopOf(content), stop_sequence: null }, usage: { output_tokens: spent.output } },
			spent,
		),
		said('message_stop'),
	];
}

/** A streamed message. */
export function messageStream(spent: Spent, content?: string | ToolUse, cache?: Cache): Reply {
	return events(...messageEvents(spent, content, cache));
}

/** The number of tokens that a message would have: a response without usage. */
export function tokenCount(input_tokens: number): Reply {
	return json({ input_tokens });
}

/** An error in Anthropic's format. The client retries 429 and 5xx as often as it is configured. */
export function refused(status: number, text = 'Not today.'): Reply {
	const type = status === 429 ? 'rate_limit_error' : 'api_error';
	const error = { type: 'error', error: { type, message: text }, request_id: newId('req') };
	return { ...json(error, undefined, status), headers: { 'retry-after-ms': '1' } };
}

/** The event of a stream that the server cannot complete. */
export function failure(text = 'Overloaded'): Part {
	return event({ type: 'error', error: { type: 'overloaded_error', message: text } }, { name: 'error' });
}
