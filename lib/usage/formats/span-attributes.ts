import type { TokenUsage } from '../accounting/usage.js';

/** The attributes of a span, by name. */
type Attributes = Readonly<Record<string, unknown>>;

/** The attribute names that one family of instrumentations uses for each count, the preferred name first. */
interface AttributeNames {
	readonly input: readonly string[];
	readonly output: readonly string[];
	readonly cacheRead: readonly string[];
	readonly cacheWrite: readonly string[];
	readonly reasoning: readonly string[];
}

/**
 * The families of attribute names, the newest first. Input and output are read from one family only. They are those of
 * OpenTelemetry's GenAI conventions (semantic-conventions-genai, v1.41 and before), OpenLLMetry, OpenInference and the
 * Vercel AI SDK.
 */
const FAMILIES: readonly AttributeNames[] = [
	// OpenTelemetry's GenAI conventions and, with the older names, OpenLLMetry.
	{
		input: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
		output: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
		cacheRead: [
			'gen_ai.usage.cache_read.input_tokens',
			'gen_ai.usage.cache_read_input_tokens',
			'gen_ai.usage.input_tokens.cached',
		],
		cacheWrite: [
			'gen_ai.usage.cache_write.input_tokens',
			'gen_ai.usage.cache_creation.input_tokens',
			'gen_ai.usage.cache_creation_input_tokens',
		],
		reasoning: ['gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens'],
	},
	// OpenInference.
	{
		input: ['llm.token_count.prompt'],
		output: ['llm.token_count.completion'],
		cacheRead: ['llm.token_count.prompt_details.cache_read'],
		cacheWrite: ['llm.token_count.prompt_details.cache_write'],
		reasoning: ['llm.token_count.completion_details.reasoning'],
	},
	// The Vercel AI SDK.
	{
		input: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
		output: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
		cacheRead: ['ai.usage.cachedInputTokens', 'ai.usage.inputTokenDetails.cacheReadTokens'],
		cacheWrite: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
		reasoning: ['ai.usage.reasoningTokens', 'ai.usage.outputTokenDetails.reasoningTokens'],
	},
	// Early releases of OpenLLMetry.
	{
		input: ['llm.usage.prompt_tokens'],
		output: ['llm.usage.completion_tokens'],
		cacheRead: [],
		cacheWrite: [],
		reasoning: [],
	},
];

/** The names of the model, the preferred first: that of the response comes before that of the request. */
const MODEL = [
	'gen_ai.response.model',
	'gen_ai.request.model',
	'llm.model_name',
	'embedding.model_name',
	'ai.response.model',
	'ai.model.id',
	'llm.response.model',
	'llm.request.model',
];
/** The names of the provider, the preferred first. */
const PROVIDER = ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'ai.model.provider'];
/** The names of the response id, the preferred first. */
const RESPONSE_ID = ['gen_ai.response.id', 'ai.response.id', 'llm.response.id'];

/** The names of the parts in all families: some spans have them under the names of another family than the whole. */
const CACHE_READ = FAMILIES.flatMap(({ cacheRead }) => cacheRead);
const CACHE_WRITE = FAMILIES.flatMap(({ cacheWrite }) => cacheWrite);
const REASONING = FAMILIES.flatMap(({ reasoning }) => reasoning);

/** Returns the usage in the attributes of a span of any known instrumentation; undefined if there is none. */
export function usageOnSpan(attributes: Attributes): TokenUsage | undefined {
	for (const names of FAMILIES) {
		const input = number(first(attributes, names.input));
		const output = number(first(attributes, names.output));
		if (input === undefined && output === undefined) continue;
		const cacheRead = number(first(attributes, CACHE_READ));
		const cacheWrite = number(first(attributes, CACHE_WRITE));
		const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
		return {
			// A cache part that is greater than the input was not included in it: some instrumentations write
			// Anthropic's numbers, which exclude the tokens of the cache.
			input: cached > (input ?? 0) ? (input ?? 0) + cached : input,
			output,
			cacheRead,
			cacheWrite,
			reasoning: number(first(attributes, REASONING)),
			model: text(first(attributes, MODEL)),
			provider: text(first(attributes, PROVIDER)),
			responseId: text(first(attributes, RESPONSE_ID)),
		};
	}
	return undefined;
}

/** The prefixes of the attributes with which instrumentations start the span of a model call. */
const MODEL_CALL_PREFIXES = ['gen_ai.', 'llm.', 'ai.operationId', 'ai.model.', 'openinference.'];

/** Returns whether a span that starts with these attributes may have usage on it when it ends. */
export function mayCarryUsage(attributes: Attributes): boolean {
	for (const key in attributes) if (MODEL_CALL_PREFIXES.some((prefix) => key.startsWith(prefix))) return true;
	return false;
}

/** Returns the first of these attributes that is set. */
function first(attributes: Attributes, names: readonly string[]): unknown {
	for (const name of names) {
		const value = attributes[name];
		if (value !== undefined) return value;
	}
	return undefined;
}

/** Returns a number, also from text: some instrumentations write numbers as strings. */
function number(value: unknown): number | undefined {
	if (typeof value === 'number') return value;
	return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
