import { asTokenCount, countIn, objectIn, objectsIn, readOwnProperty } from './read-property.js';

/** The numbers of one usage object: `in` includes those of the cache, `out` those of reasoning. */
export interface Counts {
	readonly input: number;
	readonly output: number;
	/** The part of `in` that was read from a cache; undefined if the object does not report it. */
	readonly cacheRead?: number | undefined;
	/** The part of `in` that was written to a cache; undefined if the object does not report it. */
	readonly cacheWrite?: number | undefined;
	/** The part of `out` that was spent on reasoning; undefined if the object does not report it. */
	readonly reasoning?: number | undefined;
}

/**
 * Returns the numbers of a usage object in any known format; undefined if no format fits. The first format that fits is
 * used, so that one object counts once. A total without directions counts as `in`.
 */
export function countsOf(usage: object): Counts | undefined {
	return splitCounts(usage) ?? fromTotal(usage);
}

/** As `countsOf()`, but only for formats that report input and output apart. */
export function splitCounts(usage: object): Counts | undefined {
	return (
		fromPromptTokens(usage) ??
		fromInputTokens(usage) ??
		fromCamelPromptTokens(usage) ??
		fromCamelInputTokens(usage) ??
		fromGoogle(usage) ??
		fromCohere(usage)
	);
}

/**
 * Reads the format of OpenAI's chat completions and embeddings, which Mistral, DeepSeek, xAI, vLLM and other compatible
 * servers use too.
 */
function fromPromptTokens(usage: object): Counts | undefined {
	const input = countIn(usage, 'prompt_tokens');
	const output = countIn(usage, 'completion_tokens');
	if (input === undefined && output === undefined) return undefined;
	const details = objectIn(usage, 'prompt_tokens_details');
	// In order: OpenAI, gateways that pass on Anthropic's names, DeepSeek, and others.
	return counts(input, output, {
		cacheRead:
			countIn(details, 'cached_tokens') ??
			countIn(usage, 'cache_read_input_tokens') ??
			countIn(usage, 'prompt_cache_hit_tokens') ??
			countIn(usage, 'cached_tokens'),
		cacheWrite: countIn(details, 'cache_write_tokens') ?? countIn(usage, 'cache_creation_input_tokens'),
		reasoning: countIn(objectIn(usage, 'completion_tokens_details'), 'reasoning_tokens'),
		total: countIn(usage, 'total_tokens'),
	});
}

/** Reads the formats of OpenAI's responses and images, of Anthropic's messages, and of LangChain's `usage_metadata`. */
function fromInputTokens(usage: object): Counts | undefined {
	const input = countIn(usage, 'input_tokens');
	const output = countIn(usage, 'output_tokens');
	if (input === undefined && output === undefined) return fromInteraction(usage);
	const details = objectIn(usage, 'input_tokens_details');
	const outputDetails = objectIn(usage, 'output_tokens_details');
	const total = countIn(usage, 'total_tokens');
	if (countIn(details, 'cached_tokens') === undefined && hasAnthropicCache(usage)) return fromAnthropic(usage);
	const langchain = objectIn(usage, 'input_token_details');
	if (langchain !== undefined) {
		const cacheRead = countIn(langchain, 'cache_read');
		const cacheWrite = countIn(langchain, 'cache_creation');
		// Older releases of LangChain's Anthropic client pass `input_tokens` on as they are, without those of the
		// cache.
		const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
		const missing = cached > (input ?? 0) ? cached : 0;
		const reasoning = countIn(objectIn(usage, 'output_token_details'), 'reasoning');
		return counts((input ?? 0) + missing, output, { cacheRead, cacheWrite, reasoning, total });
	}
	return counts(input, output, {
		cacheRead: countIn(details, 'cached_tokens'),
		cacheWrite: countIn(details, 'cache_write_tokens'),
		reasoning: countIn(outputDetails, 'reasoning_tokens') ?? countIn(outputDetails, 'thinking_tokens'),
		total,
	});
}

/** Returns whether a usage object has one of Anthropic's cache fields. */
export function hasAnthropicCache(usage: object): boolean {
	return Object.hasOwn(usage, 'cache_creation_input_tokens') || Object.hasOwn(usage, 'cache_read_input_tokens');
}

/**
 * Reads Anthropic's format, whose `input_tokens` exclude those that were read from the cache or written to it.
 * Iterations that the server makes itself (compaction, the advisor tool) are billed, and are not included in the other
 * numbers.
 */
function fromAnthropic(usage: object): Counts | undefined {
	let all = fromAnthropicIteration(usage);
	for (const iteration of objectsIn(usage, 'iterations')) {
		const type = readOwnProperty(iteration, 'type');
		if (type === 'compaction' || type === 'advisor_message') all = sum(all, fromAnthropicIteration(iteration));
	}
	return validated(all);
}

/** Reads one set of Anthropic's numbers, and adds the tokens of the cache to the input. */
function fromAnthropicIteration(usage: object): Counts {
	const cacheRead = countIn(usage, 'cache_read_input_tokens');
	const cacheWrite = countIn(usage, 'cache_creation_input_tokens');
	return {
		input: (countIn(usage, 'input_tokens') ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
		output: countIn(usage, 'output_tokens') ?? 0,
		cacheRead,
		cacheWrite,
		reasoning: countIn(objectIn(usage, 'output_tokens_details'), 'thinking_tokens'),
	};
}

/** Reads the format of Google's interactions, which report thoughts and tool use beside input and output. */
function fromInteraction(usage: object): Counts | undefined {
	const input = countIn(usage, 'total_input_tokens');
	const output = countIn(usage, 'total_output_tokens');
	if (input === undefined && output === undefined) return undefined;
	const thoughts = countIn(usage, 'total_thought_tokens');
	const allInput = (input ?? 0) + (countIn(usage, 'total_tool_use_tokens') ?? 0);
	// Whether the output includes the thoughts shows in the total.
	const thoughtsInOutput = thoughts !== undefined && countIn(usage, 'total_tokens') === allInput + (output ?? 0);
	return counts(allInput, (output ?? 0) + (thoughtsInOutput ? 0 : (thoughts ?? 0)), {
		cacheRead: countIn(usage, 'total_cached_tokens'),
		reasoning: thoughts,
	});
}

/**
 * Reads the formats of the SDK of Mistral, of the Vercel AI SDK up to its version 4, and of LangChain's `tokenUsage`.
 */
function fromCamelPromptTokens(usage: object): Counts | undefined {
	const input = countIn(usage, 'promptTokens');
	const output = countIn(usage, 'completionTokens');
	if (input === undefined && output === undefined) return undefined;
	return counts(input, output, {
		cacheRead: countIn(objectIn(usage, 'promptTokensDetails'), 'cachedTokens') ?? countIn(usage, 'numCachedTokens'),
		reasoning: countIn(objectIn(usage, 'completionTokensDetails'), 'reasoningTokens'),
		total: countIn(usage, 'totalTokens'),
	});
}

/**
 * Reads the format of the Vercel AI SDK from its version 5 on, whose providers have `{ total, cacheRead, … }` where its
 * results have numbers; and that of Bedrock's Converse, whose `inputTokens` exclude those of the cache, as Anthropic's
 * do.
 */
function fromCamelInputTokens(usage: object): Counts | undefined {
	const inputParts = objectIn(usage, 'inputTokens');
	const outputParts = objectIn(usage, 'outputTokens');
	const input = countIn(usage, 'inputTokens') ?? countIn(inputParts, 'total');
	const output = countIn(usage, 'outputTokens') ?? countIn(outputParts, 'total');
	if (input === undefined && output === undefined) return undefined;
	// Only Bedrock has these two names.
	const bedrockRead = countIn(usage, 'cacheReadInputTokens');
	const bedrockWrite = countIn(usage, 'cacheWriteInputTokens');
	if (bedrockRead !== undefined || bedrockWrite !== undefined) {
		const allInput = (input ?? 0) + (bedrockRead ?? 0) + (bedrockWrite ?? 0);
		return counts(allInput, output, { cacheRead: bedrockRead, cacheWrite: bedrockWrite });
	}
	const details = objectIn(usage, 'inputTokenDetails');
	return counts(input, output, {
		cacheRead:
			countIn(inputParts, 'cacheRead') ?? countIn(details, 'cacheReadTokens') ?? countIn(usage, 'cachedInputTokens'),
		cacheWrite: countIn(inputParts, 'cacheWrite') ?? countIn(details, 'cacheWriteTokens'),
		reasoning:
			countIn(outputParts, 'reasoning') ??
			countIn(objectIn(usage, 'outputTokenDetails'), 'reasoningTokens') ??
			countIn(usage, 'reasoningTokens'),
		total: countIn(usage, 'totalTokens'),
	});
}

/** Reads Google's `usageMetadata`: results of tools that the model read are input, and thoughts are output. */
function fromGoogle(usage: object): Counts | undefined {
	const input = countIn(usage, 'promptTokenCount');
	const output = countIn(usage, 'candidatesTokenCount') ?? countIn(usage, 'responseTokenCount');
	if (input === undefined && output === undefined) return undefined;
	const toolInput = countIn(usage, 'toolUsePromptTokenCount') ?? 0;
	const thoughts = countIn(usage, 'thoughtsTokenCount');
	return counts((input ?? 0) + toolInput, (output ?? 0) + (thoughts ?? 0), {
		cacheRead: countIn(usage, 'cachedContentTokenCount'),
		reasoning: thoughts,
	});
}

/**
 * Reads Cohere's format, which reports both the billed tokens and the used ones, which include Cohere's own prompts.
 * OpenTelemetry's GenAI conventions ask for the billed ones if a provider reports both, and the sum of the counter is
 * the bill.
 */
function fromCohere(usage: object): Counts | undefined {
	const billed = objectIn(usage, 'billedUnits') ?? objectIn(usage, 'billed_units');
	return fromCohereUnits(usage, billed) ?? fromCohereUnits(usage, objectIn(usage, 'tokens'));
}

/** Reads one of Cohere's two sets of numbers. Images are input. */
function fromCohereUnits(usage: object, units: object | undefined): Counts | undefined {
	const text = countIn(units, 'inputTokens') ?? countIn(units, 'input_tokens');
	const images = countIn(units, 'imageTokens') ?? countIn(units, 'image_tokens');
	const output = countIn(units, 'outputTokens') ?? countIn(units, 'output_tokens');
	if (text === undefined && images === undefined && output === undefined) return undefined;
	const cacheRead = countIn(usage, 'cachedTokens') ?? countIn(usage, 'cached_tokens');
	return counts((text ?? 0) + (images ?? 0), output, { cacheRead });
}

/** Reads a total without directions, as rerankers and embeddings report it, as input. */
function fromTotal(usage: object): Counts | undefined {
	const total = countIn(usage, 'total_tokens') ?? countIn(usage, 'totalTokens');
	return total === undefined ? undefined : { input: total, output: 0 };
}

/** What a usage object reports beside input and output. */
interface Details {
	readonly cacheRead?: number | undefined;
	readonly cacheWrite?: number | undefined;
	readonly reasoning?: number | undefined;
	/** The total that the object itself states. */
	readonly total?: number | undefined;
}

/**
 * Builds the counts of a usage object. If its output excludes reasoning, reasoning is added to the output.
 */
function counts(input = 0, output = 0, { cacheRead, cacheWrite, reasoning, total }: Details): Counts | undefined {
	const thought = reasoning ?? 0;
	// Some servers (xAI's) exclude reasoning from the output. The total shows it; without one, so does reasoning that
	// is greater than the output.
	const excluded = total === undefined ? thought > output : total === input + output + thought;
	return validated({ input: input, output: excluded ? output + thought : output, cacheRead, cacheWrite, reasoning });
}

/** Drops the parts that are greater than their whole. Returns undefined if a sum exceeds the safe integers. */
function validated(all: Counts): Counts | undefined {
	if (asTokenCount(all.input) === undefined || asTokenCount(all.output) === undefined) return undefined;
	const { cacheRead = 0, cacheWrite = 0, reasoning = 0 } = all;
	if (cacheRead <= all.input && cacheWrite <= all.input && reasoning <= all.output) return all;
	return {
		input: all.input,
		output: all.output,
		cacheRead: cacheRead <= all.input ? all.cacheRead : undefined,
		cacheWrite: cacheWrite <= all.input ? all.cacheWrite : undefined,
		reasoning: reasoning <= all.output ? all.reasoning : undefined,
	};
}

/** Returns the sums, each at most `Number.MAX_SAFE_INTEGER`. A part that is undefined in both stays undefined. */
export function sum(a: Counts, b: Counts): Counts {
	return {
		input: limited(a.input + b.input),
		output: limited(a.output + b.output),
		cacheRead: sumOfParts(a.cacheRead, b.cacheRead),
		cacheWrite: sumOfParts(a.cacheWrite, b.cacheWrite),
		reasoning: sumOfParts(a.reasoning, b.reasoning),
	};
}

function sumOfParts(a: number | undefined, b: number | undefined): number | undefined {
	return a === undefined && b === undefined ? undefined : limited((a ?? 0) + (b ?? 0));
}

function limited(tokens: number): number {
	return Math.min(tokens, Number.MAX_SAFE_INTEGER);
}
