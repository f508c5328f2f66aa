import type { TokenUsage } from '../accounting/usage.js';

type Attributes = Readonly<Record<string, unknown>>;

/** The names under which instrumentations write one fact, the preferred first. */
interface Names {
	readonly in: readonly string[];
	readonly out: readonly string[];
	readonly cacheRead: readonly string[];
	readonly cacheWrite: readonly string[];
	readonly reasoning: readonly string[];
}

/**
 * Families of names, newest first; what was read and written is taken from one family alone. OpenTelemetry's GenAI
 * conventions (semantic-conventions-genai, v1.41 and before), OpenLLMetry, OpenInference, the Vercel AI SDK.
 */
const FAMILIES: readonly Names[] = [
	{
		in: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
		out: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
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
	{
		in: ['llm.token_count.prompt'],
		out: ['llm.token_count.completion'],
		cacheRead: ['llm.token_count.prompt_details.cache_read'],
		cacheWrite: ['llm.token_count.prompt_details.cache_write'],
		reasoning: ['llm.token_count.completion_details.reasoning'],
	},
	{
		in: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
		out: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
		cacheRead: ['ai.usage.cachedInputTokens', 'ai.usage.inputTokenDetails.cacheReadTokens'],
		cacheWrite: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
		reasoning: ['ai.usage.reasoningTokens', 'ai.usage.outputTokenDetails.reasoningTokens'],
	},
	{
		in: ['llm.usage.prompt_tokens'],
		out: ['llm.usage.completion_tokens'],
		cacheRead: [],
		cacheWrite: [],
		reasoning: [],
	},
];

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
const PROVIDER = ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'ai.model.provider'];
const RESPONSE_ID = ['gen_ai.response.id', 'ai.response.id', 'llm.response.id'];

/** The parts of usage, which stand on some spans under the names of another family than the whole. */
const CACHE_READ = FAMILIES.flatMap(({ cacheRead }) => cacheRead);
const CACHE_WRITE = FAMILIES.flatMap(({ cacheWrite }) => cacheWrite);
const REASONING = FAMILIES.flatMap(({ reasoning }) => reasoning);

/** The usage that a span carries, whoever made it; undefined where it carries none. */
export function usageOnSpan(attributes: Attributes): TokenUsage | undefined {
	for (const names of FAMILIES) {
		const spentIn = number(first(attributes, names.in));
		const spentOut = number(first(attributes, names.out));
		if (spentIn === undefined && spentOut === undefined) continue;
		const cacheRead = number(first(attributes, CACHE_READ));
		const cacheWrite = number(first(attributes, CACHE_WRITE));
		const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
		return {
			// What is more than the whole was not in it: some write Anthropic's numbers, which leave out what its cache took.
			in: cached > (spentIn ?? 0) ? (spentIn ?? 0) + cached : spentIn,
			out: spentOut,
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

/** How the attributes begin with which instrumentations start the span of a model call. */
const BEGINNINGS = ['gen_ai.', 'llm.', 'ai.operationId', 'ai.model.', 'openinference.'];

/** Whether a span that begins with these attributes may come to carry usage. */
export function mayCarryUsage(attributes: Attributes): boolean {
	for (const key in attributes) if (BEGINNINGS.some((beginning) => key.startsWith(beginning))) return true;
	return false;
}

function first(attributes: Attributes, names: readonly string[]): unknown {
	for (const name of names) {
		const value = attributes[name];
		if (value !== undefined) return value;
	}
	return undefined;
}

/** Some write numbers as text. */
function number(value: unknown): number | undefined {
	if (typeof value === 'number') return value;
	return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
