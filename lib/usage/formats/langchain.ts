import type { TokenUsage } from '../accounting/usage.js';
import { merge } from './merge.js';
import { countIn, firstObjectsIn, nameIn, objectIn, objectsIn } from './read-property.js';
import { providerNamed } from './response-metadata.js';
import { countsOf, hasAnthropicCache } from './token-counts.js';

/**
 * Returns the usage of one message of LangChain. Anthropic's own usage, in `response_metadata`, is preferred to
 * `usage_metadata`, because older releases of that client exclude the tokens of the cache from the latter.
 */
export function messageUsage(message: object): TokenUsage | undefined {
	const metadata = objectIn(message, 'response_metadata');
	const providerUsage = objectIn(metadata, 'usage');
	const isAnthropic =
		providerUsage !== undefined &&
		hasAnthropicCache(providerUsage) &&
		countIn(providerUsage, 'input_tokens') !== undefined &&
		countIn(providerUsage, 'output_tokens') !== undefined;
	// Which of these names has the usage depends on the client and its release.
	const usage = isAnthropic
		? providerUsage
		: (objectIn(message, 'usage_metadata') ??
			objectIn(metadata, 'tokenUsage') ??
			objectIn(metadata, 'token_usage') ??
			objectIn(metadata, 'usage'));
	const counts = usage === undefined ? undefined : countsOf(usage);
	if (counts === undefined) return undefined;
	return {
		...counts,
		model: nameIn(metadata, 'model_name') ?? nameIn(metadata, 'model'),
		provider: providerNamed(nameIn(metadata, 'model_provider')),
		responseId: nameIn(metadata, 'id') ?? providersId(message),
	};
}

/** Returns the message's own id if it is the provider's; undefined if LangChain generated it. */
function providersId(message: object): string | undefined {
	const id = nameIn(message, 'id');
	return id === undefined || id.startsWith('run-') || id.startsWith('lc_') ? undefined : id;
}

/**
 * Returns the usage of an `LLMResult`: that of the first generation of each prompt, because all generations of one
 * prompt carry the usage of the whole response; otherwise the sum in `llmOutput`, but never LangChain's own estimate.
 */
export function resultUsage(result: object): TokenUsage | undefined {
	// `generations` is an array for each prompt, or the generations of one prompt.
	const generations = objectsIn(result, 'generations');
	let total: TokenUsage | undefined;
	const firstOfEach = generations.length > 0 ? generations.slice(0, 1) : firstObjectsIn(result, 'generations');
	for (const generation of firstOfEach) {
		const message = objectIn(generation, 'message');
		const usage = message === undefined ? undefined : messageUsage(message);
		if (usage !== undefined) total = merge(total, usage);
	}
	if (total !== undefined) return total;
	// `estimatedTokenUsage`, LangChain's own estimate, is ignored.
	const output = objectIn(result, 'llmOutput');
	const usage = objectIn(output, 'tokenUsage') ?? objectIn(output, 'usage');
	return usage === undefined ? undefined : countsOf(usage);
}
