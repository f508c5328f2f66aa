import { count, items, part, readOwnProperty, tokens } from './read-property.js';

/** The numbers of one usage object. */
export interface Counts {
	readonly in: number;
	readonly out: number;
	readonly cacheRead?: number | undefined;
	readonly cacheWrite?: number | undefined;
	readonly reasoning?: number | undefined;
}

/** What a usage object says, in whichever spelling; the first that fits wins, so that one object counts once. */
export function countsOf(usage: object): Counts | undefined {
	return splitCounts(usage) ?? unsplit(usage);
}

/** The same, where what was read and what was written stand apart. */
export function splitCounts(usage: object): Counts | undefined {
	return prompt(usage) ?? input(usage) ?? camelPrompt(usage) ?? camelInput(usage) ?? google(usage) ?? cohere(usage);
}

/** OpenAI's chat completions and embeddings, and all the servers that speak like them: Mistral, DeepSeek, xAI, vLLM. */
function prompt(usage: object): Counts | undefined {
	const read = count(usage, 'prompt_tokens');
	const written = count(usage, 'completion_tokens');
	if (read === undefined && written === undefined) return undefined;
	const details = part(usage, 'prompt_tokens_details');
	return counts(read, written, {
		cacheRead:
			count(details, 'cached_tokens') ??
			count(usage, 'cache_read_input_tokens') ??
			count(usage, 'prompt_cache_hit_tokens') ??
			count(usage, 'cached_tokens'),
		cacheWrite: count(details, 'cache_write_tokens') ?? count(usage, 'cache_creation_input_tokens'),
		reasoning: count(part(usage, 'completion_tokens_details'), 'reasoning_tokens'),
		total: count(usage, 'total_tokens'),
	});
}

/** OpenAI's responses and images, Anthropic's messages, LangChain's `usage_metadata`. */
function input(usage: object): Counts | undefined {
	const read = count(usage, 'input_tokens');
	const written = count(usage, 'output_tokens');
	if (read === undefined && written === undefined) return interaction(usage);
	const details = part(usage, 'input_tokens_details');
	const reasoning = part(usage, 'output_tokens_details');
	const total = count(usage, 'total_tokens');
	if (count(details, 'cached_tokens') === undefined && holdsAnthropicCache(usage)) return anthropic(usage);
	const langchain = part(usage, 'input_token_details');
	if (langchain !== undefined) {
		const cacheRead = count(langchain, 'cache_read');
		const cacheWrite = count(langchain, 'cache_creation');
		// Older releases of its Anthropic client hand on `input_tokens` as it came, without what the cache took.
		const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
		const missing = cached > (read ?? 0) ? cached : 0;
		const thought = count(part(usage, 'output_token_details'), 'reasoning');
		return counts((read ?? 0) + missing, written, { cacheRead, cacheWrite, reasoning: thought, total });
	}
	return counts(read, written, {
		cacheRead: count(details, 'cached_tokens'),
		cacheWrite: count(details, 'cache_write_tokens'),
		reasoning: count(reasoning, 'reasoning_tokens') ?? count(reasoning, 'thinking_tokens'),
		total,
	});
}

export function holdsAnthropicCache(usage: object): boolean {
	return Object.hasOwn(usage, 'cache_creation_input_tokens') || Object.hasOwn(usage, 'cache_read_input_tokens');
}

/**
 * Anthropic's `input_tokens` are those that neither were read from the cache nor written to it. The iterations that
 * it made on its own (compaction, the advisor tool) are billed and are not in the numbers beside them.
 */
function anthropic(usage: object): Counts | undefined {
	let all = anthropicOne(usage);
	for (const iteration of items(usage, 'iterations')) {
		const type = readOwnProperty(iteration, 'type');
		if (type === 'compaction' || type === 'advisor_message') all = sum(all, anthropicOne(iteration));
	}
	return sound(all);
}

function anthropicOne(usage: object): Counts {
	const cacheRead = count(usage, 'cache_read_input_tokens');
	const cacheWrite = count(usage, 'cache_creation_input_tokens');
	return {
		in: (count(usage, 'input_tokens') ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
		out: count(usage, 'output_tokens') ?? 0,
		cacheRead,
		cacheWrite,
		reasoning: count(part(usage, 'output_tokens_details'), 'thinking_tokens'),
	};
}

/** Google's interactions: thoughts and the use of tools stand beside input and output. */
function interaction(usage: object): Counts | undefined {
	const read = count(usage, 'total_input_tokens');
	const written = count(usage, 'total_output_tokens');
	if (read === undefined && written === undefined) return undefined;
	const thoughts = count(usage, 'total_thought_tokens');
	const from = (read ?? 0) + (count(usage, 'total_tool_use_tokens') ?? 0);
	const within = thoughts !== undefined && count(usage, 'total_tokens') === from + (written ?? 0);
	return counts(from, (written ?? 0) + (within ? 0 : (thoughts ?? 0)), {
		cacheRead: count(usage, 'total_cached_tokens'),
		reasoning: thoughts,
	});
}

/** The SDK of Mistral, the Vercel AI SDK up to its version 4, LangChain's `tokenUsage`. */
function camelPrompt(usage: object): Counts | undefined {
	const read = count(usage, 'promptTokens');
	const written = count(usage, 'completionTokens');
	if (read === undefined && written === undefined) return undefined;
	return counts(read, written, {
		cacheRead: count(part(usage, 'promptTokensDetails'), 'cachedTokens') ?? count(usage, 'numCachedTokens'),
		reasoning: count(part(usage, 'completionTokensDetails'), 'reasoningTokens'),
		total: count(usage, 'totalTokens'),
	});
}

/**
 * The Vercel AI SDK from its version 5 on, whose providers give `{ total, cacheRead, … }` where its results give
 * numbers; and Bedrock's Converse, whose `inputTokens` leave out what its cache took, as Anthropic's do.
 */
function camelInput(usage: object): Counts | undefined {
	const into = part(usage, 'inputTokens');
	const from = part(usage, 'outputTokens');
	const read = count(usage, 'inputTokens') ?? count(into, 'total');
	const written = count(usage, 'outputTokens') ?? count(from, 'total');
	if (read === undefined && written === undefined) return undefined;
	const bedrockRead = count(usage, 'cacheReadInputTokens');
	const bedrockWrite = count(usage, 'cacheWriteInputTokens');
	if (bedrockRead !== undefined || bedrockWrite !== undefined) {
		const all = (read ?? 0) + (bedrockRead ?? 0) + (bedrockWrite ?? 0);
		return counts(all, written, { cacheRead: bedrockRead, cacheWrite: bedrockWrite });
	}
	const details = part(usage, 'inputTokenDetails');
	return counts(read, written, {
		cacheRead: count(into, 'cacheRead') ?? count(details, 'cacheReadTokens') ?? count(usage, 'cachedInputTokens'),
		cacheWrite: count(into, 'cacheWrite') ?? count(details, 'cacheWriteTokens'),
		reasoning:
			count(from, 'reasoning') ??
			count(part(usage, 'outputTokenDetails'), 'reasoningTokens') ??
			count(usage, 'reasoningTokens'),
		total: count(usage, 'totalTokens'),
	});
}

/** Google's `usageMetadata`: what tools handed back to the model was read, and thoughts were written. */
function google(usage: object): Counts | undefined {
	const read = count(usage, 'promptTokenCount');
	const written = count(usage, 'candidatesTokenCount') ?? count(usage, 'responseTokenCount');
	if (read === undefined && written === undefined) return undefined;
	const thoughts = count(usage, 'thoughtsTokenCount');
	return counts((read ?? 0) + (count(usage, 'toolUsePromptTokenCount') ?? 0), (written ?? 0) + (thoughts ?? 0), {
		cacheRead: count(usage, 'cachedContentTokenCount'),
		reasoning: thoughts,
	});
}

/**
 * Cohere says both what was billed and what was used, the prompts of its own included. OpenTelemetry's GenAI
 * conventions ask for the billed ones where a provider says both, and the sum of the counter is the bill.
 */
function cohere(usage: object): Counts | undefined {
	const billed = part(usage, 'billedUnits') ?? part(usage, 'billed_units');
	return cohereUnits(usage, billed) ?? cohereUnits(usage, part(usage, 'tokens'));
}

function cohereUnits(usage: object, units: object | undefined): Counts | undefined {
	const text = count(units, 'inputTokens') ?? count(units, 'input_tokens');
	const images = count(units, 'imageTokens') ?? count(units, 'image_tokens');
	const written = count(units, 'outputTokens') ?? count(units, 'output_tokens');
	if (text === undefined && images === undefined && written === undefined) return undefined;
	const cacheRead = count(usage, 'cachedTokens') ?? count(usage, 'cached_tokens');
	return counts((text ?? 0) + (images ?? 0), written, { cacheRead });
}

/** A total that nobody split counts as read, as a reranker's or an embedding's is. */
function unsplit(usage: object): Counts | undefined {
	const total = count(usage, 'total_tokens') ?? count(usage, 'totalTokens');
	return total === undefined ? undefined : { in: total, out: 0 };
}

interface Parts {
	readonly cacheRead?: number | undefined;
	readonly cacheWrite?: number | undefined;
	readonly reasoning?: number | undefined;
	readonly total?: number | undefined;
}

function counts(read = 0, written = 0, { cacheRead, cacheWrite, reasoning, total }: Parts): Counts | undefined {
	const thought = reasoning ?? 0;
	// Some servers (xAI's) leave reasoning out of what was written. Where that is so, the total gives it away.
	const beside = total === undefined ? thought > written : total === read + written + thought;
	return sound({ in: read, out: beside ? written + thought : written, cacheRead, cacheWrite, reasoning });
}

/** Without the parts that are more than their whole; undefined where a sum went beyond what a number holds. */
function sound(all: Counts): Counts | undefined {
	if (tokens(all.in) === undefined || tokens(all.out) === undefined) return undefined;
	const { cacheRead = 0, cacheWrite = 0, reasoning = 0 } = all;
	if (cacheRead <= all.in && cacheWrite <= all.in && reasoning <= all.out) return all;
	return {
		in: all.in,
		out: all.out,
		cacheRead: cacheRead <= all.in ? all.cacheRead : undefined,
		cacheWrite: cacheWrite <= all.in ? all.cacheWrite : undefined,
		reasoning: reasoning <= all.out ? all.reasoning : undefined,
	};
}

/** Both together, up to what a number holds exactly; a part that neither knows stays unknown. */
export function sum(a: Counts, b: Counts): Counts {
	return {
		in: upToSafe(a.in + b.in),
		out: upToSafe(a.out + b.out),
		cacheRead: sumOf(a.cacheRead, b.cacheRead),
		cacheWrite: sumOf(a.cacheWrite, b.cacheWrite),
		reasoning: sumOf(a.reasoning, b.reasoning),
	};
}

function sumOf(a: number | undefined, b: number | undefined): number | undefined {
	return a === undefined && b === undefined ? undefined : upToSafe((a ?? 0) + (b ?? 0));
}

function upToSafe(tokens: number): number {
	return Math.min(tokens, Number.MAX_SAFE_INTEGER);
}
