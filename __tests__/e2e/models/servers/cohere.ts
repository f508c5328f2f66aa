import { event, events, json, type Part, type Reply, type Spent } from './wire.js';

/**
 * Responses of Cohere: version 2 in JSON and server-sent events, version 1 in JSON and in lines of JSON. Only the last
 * event has the usage. The billed tokens are fewer than the input tokens, because Cohere's own prompt is not billed.
 */

let made = 0;
const newId = () => `cohere-${++made}`;

const usageOf = (spent: Spent) => ({
	billed_units: { input_tokens: spent.input, output_tokens: spent.output },
	tokens: { input_tokens: spent.input + 65, output_tokens: spent.output + 2 },
});

const TOOL = { id: 'look-1', type: 'function', function: { name: 'look', arguments: '{}' } };

/** A response of version 2, with text or with a call of the tool `look`. */
export function chat(spent: Spent, what: 'words' | 'tool' = 'words'): Reply {
	const words = { role: 'assistant', content: [{ type: 'text', text: 'yes' }] };
	const tool = { role: 'assistant', tool_plan: 'I will look.', tool_calls: [TOOL] };
	const finish_reason = what === 'words' ? 'COMPLETE' : 'TOOL_CALL';
	return json({ id: newId(), finish_reason, message: what === 'words' ? words : tool, usage: usageOf(spent) }, spent);
}

/** The events of a streamed response of version 2, except the last. */
export function chatBegins(): Part[] {
	const said = (type: string, rest: object) => event({ type, ...rest }, { name: type });
	return [
		said('message-start', { id: newId(), delta: { message: { role: 'assistant', content: [], tool_calls: [] } } }),
		said('content-start', { index: 0, delta: { message: { content: { type: 'text', text: '' } } } }),
		said('content-delta', { index: 0, delta: { message: { content: { text: 'yes' } } } }),
		said('content-delta', { index: 0, delta: { message: { content: { text: ' and no' } } } }),
		said('content-end', { index: 0 }),
	];
}

/** The last event of version 2. */
export function chatEnds(spent: Spent): Part {
	const end = { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: usageOf(spent) } };
	return event(end, { name: 'message-end', reports: spent });
}

/** A streamed response of version 2. */
export const chatStream = (spent: Spent): Reply => events(...chatBegins(), chatEnds(spent), event('[DONE]'));

/** A response of version 1. */
export function chat1(spent: Spent): Reply {
	const meta = { api_version: { version: '1' }, ...usageOf(spent) };
	return json({ text: 'yes', generation_id: newId(), finish_reason: 'COMPLETE', meta }, spent);
}

const line = (data: object, reports?: Spent): Part => ({
	text: `${JSON.stringify(data)}\n`,
	...(reports ? { reports } : {}),
});

/** The lines of a streamed response of version 1, except the last. */
export const chat1Begins = (): Part[] => [
	line({ is_finished: false, event_type: 'stream-start', generation_id: newId() }),
	line({ is_finished: false, event_type: 'text-generation', text: 'yes' }),
];

/** The last line of version 1. */
export function chat1Ends(spent: Spent): Part {
	const response = { text: 'yes', generation_id: newId(), finish_reason: 'COMPLETE', meta: usageOf(spent) };
	return line({ is_finished: true, event_type: 'stream-end', finish_reason: 'COMPLETE', response }, spent);
}

/** Returns a reply of lines of JSON. */
export const lines = (...parts: Part[]): Reply => ({ headers: { 'content-type': 'application/stream+json' }, parts });

/** One embedding of version 2. */
export function embeds(tokens: number): Reply {
	const meta = { api_version: { version: '2' }, billed_units: { input_tokens: tokens } };
	return json({ id: newId(), embeddings: { float: [[0.1, 0.2]] }, texts: ['x'], meta }, { input: tokens, output: 0 });
}

/** An error before any token is used. The client retries as often as it is configured. */
export const refuses = (status: number): Reply => ({
	...json({ id: newId(), message: `Not today: ${status}.` }, undefined, status),
	headers: { 'retry-after': '0' },
});
