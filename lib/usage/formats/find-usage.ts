import types from 'node:util/types';
import { checkUsage, type TokenUsage, type Usage } from '../accounting/usage.js';
import { messageUsage, resultUsage } from './langchain.js';
import { merge } from './merge.js';
import { asObject, countIn, nameIn, objectIn, objectsIn, readOwnProperty } from './read-property.js';
import { aiSdkMetadata, responseMetadata } from './response-metadata.js';
import { countsOf, splitCounts } from './token-counts.js';

const { hasOwn } = Object;

/**
 * Returns the usage in the response of a model client, or in a usage object itself, in any known format; undefined if
 * there is none. Only own data properties are read: no getter runs, and no trap of a proxy. Never throws.
 *
 * A total without directions counts as `in`. A pair `{ input, output }` by itself is no usage: it might count bytes.
 */
export function usageIn(value: unknown): TokenUsage | undefined {
	if (value === null || typeof value !== 'object' || types.isProxy(value) || Array.isArray(value)) return undefined;
	try {
		return find(value);
	} catch {
		// A module namespace throws if a binding is not initialized yet.
		return undefined;
	}
}

/**
 * Returns the checked usage in what the application reports as one, by `recordTokens` or by a `tokens` option: a
 * `TokenUsage`, or any format that `usageIn` knows. Undefined if it is neither.
 *
 * @throws what a getter of the value throws
 */
export function readUsage(value: unknown): Usage | undefined {
	return checkUsage(value) ?? checkUsage(usageFrom(value));
}

/**
 * Returns the usage in a value that is known to be one, because a reader or an option returned it: a `TokenUsage`, or
 * any format that `usageIn` knows. Undefined if it is neither. Never throws.
 */
export function usageFrom(value: unknown): TokenUsage | undefined {
	try {
		const usage = asObject(value);
		if (usage === undefined) return undefined;
		const input = countIn(usage, 'input');
		const output = countIn(usage, 'output');
		if (input === undefined && output === undefined) return usageIn(value);
		return {
			input: input ?? 0,
			output: output ?? 0,
			cacheRead: countIn(usage, 'cacheRead'),
			cacheWrite: countIn(usage, 'cacheWrite'),
			reasoning: countIn(usage, 'reasoning'),
			model: nameIn(usage, 'model'),
			provider: nameIn(usage, 'provider'),
			responseId: nameIn(usage, 'responseId'),
			partial: readOwnProperty(usage, 'partial') === true ? true : undefined,
		};
	} catch {
		return undefined;
	}
}

/**
 * Tries each format whose characteristic property the object has, until one has a usage.
 *
 * This runs for every result of a woven method, so a result without usage must cost little: fifteen look-ups of names
 * that it does not own. (To enumerate its own names is faster for a small object, and takes milliseconds for a big
 * one.)
 */
function find(value: object): TokenUsage | undefined {
	let found: TokenUsage | undefined;
	if (hasOwn(value, 'totalUsage')) found = generateTextUsage(value);
	if (found === undefined && hasOwn(value, 'usage_metadata')) found = messageUsage(value);
	if (found === undefined && hasOwn(value, 'usage')) found = responseUsage(value, 'usage');
	if (found === undefined && hasOwn(value, 'usageMetadata')) found = responseUsage(value, 'usageMetadata');
	if (found === undefined && hasOwn(value, 'meta')) found = cohereMetaUsage(value);
	if (found === undefined && hasOwn(value, 'generations')) found = resultUsage(value);
	if (found === undefined && hasOwn(value, 'total_duration')) found = ollamaUsage(value);
	if (found === undefined && hasOwn(value, 'tokens')) found = tokensUsage(value);
	if (found === undefined && hasOwn(value, 'tokens_used')) found = totalUsage(countIn(value, 'tokens_used'));
	if (found === undefined && hasOwn(value, 'type')) found = eventUsage(value);
	return found ?? bareUsage(value);
}

/** Reads a response that has its usage object under `key`. */
function responseUsage(response: object, key: string): TokenUsage | undefined {
	const usage = objectIn(response, key);
	if (usage === undefined || readOwnProperty(response, 'object') === 'batch') return undefined;
	const counts = countsOf(usage);
	if (counts !== undefined) return { ...counts, ...responseMetadata(response, usage) };
	// Embeddings of the Vercel AI SDK have `usage.tokens`; in other results a plain number may count something else.
	const isEmbedding = hasOwn(response, 'embedding') || hasOwn(response, 'embeddings');
	return isEmbedding ? totalUsage(countIn(usage, 'tokens')) : undefined;
}

/**
 * Reads what `generateText` of the Vercel AI SDK returns. `usage` is a getter there, and from version 6 on it is that
 * of the last step only.
 */
function generateTextUsage(result: object): TokenUsage | undefined {
	const usage = objectIn(result, 'totalUsage');
	const counts = usage === undefined ? undefined : countsOf(usage);
	if (counts === undefined) return undefined;
	let metadata: TokenUsage | undefined;
	for (const step of objectsIn(result, 'steps')) {
		const response = objectIn(step, 'response');
		metadata = merge(metadata, response === undefined ? {} : aiSdkMetadata(step, response));
	}
	return { ...counts, model: metadata?.model, provider: metadata?.provider, responseId: metadata?.responseId };
}

/** Reads the responses of Cohere's version 1, and its embeddings in both versions. */
function cohereMetaUsage(response: object): TokenUsage | undefined {
	const meta = objectIn(response, 'meta');
	if (meta === undefined || !(hasOwn(meta, 'billedUnits') || hasOwn(meta, 'billed_units'))) return undefined;
	const counts = splitCounts(meta);
	return counts === undefined ? undefined : { ...counts, ...responseMetadata(response, meta) };
}

/**
 * Reads a response of Ollama's own API, or the last chunk of its stream, which has the counts beside the durations.
 * Ollama may leave out `prompt_eval_count` for a cached prompt.
 */
function ollamaUsage(response: object): TokenUsage | undefined {
	const input = countIn(response, 'prompt_eval_count');
	const output = countIn(response, 'eval_count');
	if (input === undefined && output === undefined) return undefined;
	return { input: input ?? 0, output: output ?? 0, model: nameIn(response, 'model'), provider: 'ollama' };
}

/**
 * Reads `tokens: { in, out }`, the format of kgents, if it has both numbers; and a usage object of Cohere, which has a
 * member `tokens` too.
 */
function tokensUsage(value: object): TokenUsage | undefined {
	const tokens = objectIn(value, 'tokens');
	const input = countIn(tokens, 'in');
	const output = countIn(tokens, 'out');
	if (input !== undefined && output !== undefined) return { input, output };
	return hasOwn(value, 'billedUnits') || hasOwn(value, 'billed_units') ? splitCounts(value) : undefined;
}

/** Returns a total without directions as input. */
function totalUsage(total: number | undefined): TokenUsage | undefined {
	return total === undefined ? undefined : { input: total, output: 0 };
}

/** Reads an event of a stream that carries the whole response, or its end. */
function eventUsage(value: object): TokenUsage | undefined {
	switch (readOwnProperty(value, 'type')) {
		// The responses of OpenAI.
		case 'response.completed':
		case 'response.incomplete':
		case 'response.failed':
			return nestedUsage(objectIn(value, 'response'));
		// Anthropic.
		case 'message_start':
			return nestedUsage(objectIn(value, 'message'));
		// Cohere's version 2.
		case 'message-end':
			return nestedUsage(objectIn(value, 'delta'));
		default:
			return undefined;
	}
}

/** Reads the response inside of an event. */
function nestedUsage(response: object | undefined): TokenUsage | undefined {
	return response === undefined ? undefined : responseUsage(response, 'usage');
}

/**
 * Reads a value that is a usage object itself. It must have both directions: input alone is what the `countTokens`
 * methods of Anthropic and OpenAI return, and that is not billed.
 */
function bareUsage(value: object): TokenUsage | undefined {
	const isUsage =
		(hasOwn(value, 'input_tokens') && hasOwn(value, 'output_tokens')) ||
		(hasOwn(value, 'prompt_tokens') && (hasOwn(value, 'completion_tokens') || hasOwn(value, 'total_tokens'))) ||
		(hasOwn(value, 'inputTokens') && hasOwn(value, 'outputTokens')) ||
		(hasOwn(value, 'promptTokens') && hasOwn(value, 'completionTokens')) ||
		(hasOwn(value, 'promptTokenCount') && hasOwn(value, 'totalTokenCount'));
	return isUsage ? splitCounts(value) : undefined;
}
