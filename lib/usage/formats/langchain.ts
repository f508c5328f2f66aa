import type { TokenUsage } from '../accounting/usage.js';
import { merge } from './merge.js';
import { count, firsts, items, name, part } from './read-property.js';
import { providerNamed } from './response-facts.js';
import { countsOf, holdsAnthropicCache } from './token-counts.js';

/**
 * The usage of one message of LangChain. What Anthropic said itself, kept in `response_metadata`, goes before
 * `usage_metadata`, because older releases of that client leave out of it what the cache took.
 */
export function messageUsage(message: object): TokenUsage | undefined {
	const metadata = part(message, 'response_metadata');
	const raw = part(metadata, 'usage');
	const exact =
		raw !== undefined &&
		holdsAnthropicCache(raw) &&
		count(raw, 'input_tokens') !== undefined &&
		count(raw, 'output_tokens') !== undefined;
	const usage = exact
		? raw
		: (part(message, 'usage_metadata') ??
			part(metadata, 'tokenUsage') ??
			part(metadata, 'token_usage') ??
			part(metadata, 'usage'));
	const counts = usage === undefined ? undefined : countsOf(usage);
	if (counts === undefined) return undefined;
	return {
		...counts,
		model: name(metadata, 'model_name') ?? name(metadata, 'model'),
		provider: providerNamed(name(metadata, 'model_provider')),
		responseId: name(metadata, 'id') ?? providersId(message),
	};
}

/** A message's own id is the provider's, unless LangChain made it up. */
function providersId(message: object): string | undefined {
	const id = name(message, 'id');
	return id === undefined || id.startsWith('run-') || id.startsWith('lc_') ? undefined : id;
}

/**
 * The usage of an `LLMResult`: that of the first generation of each prompt, because all generations of one prompt wear
 * the usage of the whole answer; else the sum in `llmOutput`, but never what LangChain only estimated.
 */
export function resultUsage(result: object): TokenUsage | undefined {
	const flat = items(result, 'generations');
	let found: TokenUsage | undefined;
	for (const generation of flat.length > 0 ? flat.slice(0, 1) : firsts(result, 'generations')) {
		const message = part(generation, 'message');
		const usage = message === undefined ? undefined : messageUsage(message);
		if (usage !== undefined) found = merge(found, usage);
	}
	if (found !== undefined) return found;
	const output = part(result, 'llmOutput');
	const usage = part(output, 'tokenUsage') ?? part(output, 'usage');
	return usage === undefined ? undefined : countsOf(usage);
}
