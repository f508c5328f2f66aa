import types from 'node:util/types';
import type { TokenUsage } from '../accounting/usage.js';
import { messageUsage, resultUsage } from './langchain.js';
import { merge } from './merge.js';
import { count, items, name, part, plain, readOwnProperty } from './read-property.js';
import { aiSdkFacts, factsOf } from './response-facts.js';
import { countsOf, splitCounts } from './token-counts.js';

const { hasOwn } = Object;

/**
 * The usage in what a model client answered (a response, or a usage object itself), in any shape that is known;
 * undefined where there is none. Only own data properties are read: no getter runs, no proxy is asked. Never throws.
 *
 * An unsplit total counts as `in`. A pair `{ in, out }` by itself is no usage: it might count bytes.
 */
export function usageIn(value: unknown): TokenUsage | undefined {
	if (value === null || typeof value !== 'object' || types.isProxy(value) || Array.isArray(value)) return undefined;
	try {
		return find(value);
	} catch {
		// A module namespace throws where a binding is not set yet.
		return undefined;
	}
}

/**
 * The usage that somebody handed over as such: an exact `TokenUsage`, or any shape that `usageIn` knows. Never throws.
 */
export function usageFrom(given: unknown): TokenUsage | undefined {
	try {
		const exact = plain(given);
		if (exact === undefined) return undefined;
		const read = count(exact, 'in');
		const written = count(exact, 'out');
		if (read === undefined && written === undefined) return usageIn(given);
		return {
			in: read ?? 0,
			out: written ?? 0,
			cacheRead: count(exact, 'cacheRead'),
			cacheWrite: count(exact, 'cacheWrite'),
			reasoning: count(exact, 'reasoning'),
			model: name(exact, 'model'),
			provider: name(exact, 'provider'),
			responseId: name(exact, 'responseId'),
			partial: readOwnProperty(exact, 'partial') === true ? true : undefined,
		};
	} catch {
		return undefined;
	}
}

/**
 * Every result of a woven method comes here, so what is no usage is known by fifteen names that it does not own. (To
 * enumerate its own names is faster for a small object, and takes milliseconds for a big one.)
 */
function find(value: object): TokenUsage | undefined {
	let found: TokenUsage | undefined;
	if (hasOwn(value, 'totalUsage')) found = generated(value);
	if (found === undefined && hasOwn(value, 'usage_metadata')) found = messageUsage(value);
	if (found === undefined && hasOwn(value, 'usage')) found = answered(value, 'usage');
	if (found === undefined && hasOwn(value, 'usageMetadata')) found = answered(value, 'usageMetadata');
	if (found === undefined && hasOwn(value, 'meta')) found = cohereMeta(value);
	if (found === undefined && hasOwn(value, 'generations')) found = resultUsage(value);
	if (found === undefined && hasOwn(value, 'total_duration')) found = ollama(value);
	if (found === undefined && hasOwn(value, 'tokens')) found = originTokens(value);
	if (found === undefined && hasOwn(value, 'tokens_used')) found = total(count(value, 'tokens_used'));
	if (found === undefined && hasOwn(value, 'type')) found = event(value);
	return found ?? itself(value);
}

/** An answer with its usage beside it. */
function answered(answer: object, key: string): TokenUsage | undefined {
	const usage = part(answer, key);
	if (usage === undefined || readOwnProperty(answer, 'object') === 'batch') return undefined;
	const counts = countsOf(usage);
	if (counts !== undefined) return { ...counts, ...factsOf(answer, usage) };
	// The embeddings of the Vercel AI SDK: a plain number of tokens would not do elsewhere.
	const embedded = hasOwn(answer, 'embedding') || hasOwn(answer, 'embeddings');
	return embedded ? total(count(usage, 'tokens')) : undefined;
}

/** What `generateText` of the Vercel AI SDK answers. `usage` is a getter there, and in its version 6 the last step's. */
function generated(result: object): TokenUsage | undefined {
	const usage = part(result, 'totalUsage');
	const counts = usage === undefined ? undefined : countsOf(usage);
	if (counts === undefined) return undefined;
	let facts: TokenUsage | undefined;
	for (const step of items(result, 'steps')) {
		const response = part(step, 'response');
		facts = merge(facts, response === undefined ? {} : aiSdkFacts(step, response));
	}
	return { ...counts, model: facts?.model, provider: facts?.provider, responseId: facts?.responseId };
}

/** Cohere's version 1, and its embeddings in both. */
function cohereMeta(answer: object): TokenUsage | undefined {
	const meta = part(answer, 'meta');
	if (meta === undefined || !(hasOwn(meta, 'billedUnits') || hasOwn(meta, 'billed_units'))) return undefined;
	const counts = splitCounts(meta);
	return counts === undefined ? undefined : { ...counts, ...factsOf(answer, meta) };
}

/** Ollama's own API, which tells the numbers with the durations, in the last chunk. It may leave out a cached prompt. */
function ollama(answer: object): TokenUsage | undefined {
	const read = count(answer, 'prompt_eval_count');
	const written = count(answer, 'eval_count');
	if (read === undefined && written === undefined) return undefined;
	return { in: read ?? 0, out: written ?? 0, model: name(answer, 'model'), provider: 'ollama' };
}

/** The origin's `tokens: { in, out }`, both of them; and a usage object of Cohere's, which has `tokens` too. */
function originTokens(value: object): TokenUsage | undefined {
	const given = part(value, 'tokens');
	const read = count(given, 'in');
	const written = count(given, 'out');
	if (read !== undefined && written !== undefined) return { in: read, out: written };
	return hasOwn(value, 'billedUnits') || hasOwn(value, 'billed_units') ? splitCounts(value) : undefined;
}

function total(read: number | undefined): TokenUsage | undefined {
	return read === undefined ? undefined : { in: read, out: 0 };
}

/** An event of a stream that carries the whole answer, or its end. */
function event(value: object): TokenUsage | undefined {
	switch (readOwnProperty(value, 'type')) {
		case 'response.completed':
		case 'response.incomplete':
		case 'response.failed':
			return within(part(value, 'response'));
		case 'message_start':
			return within(part(value, 'message'));
		case 'message-end':
			return within(part(value, 'delta'));
		default:
			return undefined;
	}
}

function within(answer: object | undefined): TokenUsage | undefined {
	return answer === undefined ? undefined : answered(answer, 'usage');
}

/**
 * A usage object itself has both sides: what was read alone is what `countTokens` of Anthropic and OpenAI answer, and
 * nobody is billed for that.
 */
function itself(value: object): TokenUsage | undefined {
	const spoken =
		(hasOwn(value, 'input_tokens') && hasOwn(value, 'output_tokens')) ||
		(hasOwn(value, 'prompt_tokens') && (hasOwn(value, 'completion_tokens') || hasOwn(value, 'total_tokens'))) ||
		(hasOwn(value, 'inputTokens') && hasOwn(value, 'outputTokens')) ||
		(hasOwn(value, 'promptTokens') && hasOwn(value, 'completionTokens')) ||
		(hasOwn(value, 'promptTokenCount') && hasOwn(value, 'totalTokenCount'));
	return spoken ? splitCounts(value) : undefined;
}
