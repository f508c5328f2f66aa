import { redactTextAtWrite } from '../../redaction/settings.js';
import { ATTR_AGENTESE_MODEL } from '../../runtime/names.generated.js';

/**
 * The tokens that one model call spent. All counts are whole numbers from 0. As in OpenTelemetry's GenAI conventions,
 * `input` includes the tokens that were read from and written to a cache, and `output` includes the reasoning tokens.
 */
export interface TokenUsage {
	/** Input tokens: those that the model read. @default 0 */
	readonly input?: number | undefined;
	/** Output tokens: those that the model wrote. @default 0 */
	readonly output?: number | undefined;
	/** The tokens of `input` that were read from a cache. @default unknown */
	readonly cacheRead?: number | undefined;
	/** The tokens of `input` that were written to a cache. @default unknown */
	readonly cacheWrite?: number | undefined;
	/** The tokens of `output` that were spent on reasoning. @default unknown */
	readonly reasoning?: number | undefined;
	/** The model that answered. @default unknown */
	readonly model?: string | undefined;
	/** The provider, by its name in OpenTelemetry: `openai`, `anthropic`, `gcp.gemini`. @default unknown */
	readonly provider?: string | undefined;
	/** The provider's id of the response: a call that is reported twice under one id counts once. @default unknown */
	readonly responseId?: string | undefined;
	/** True if the call ended before the provider had reported all of its usage. @default false */
	readonly partial?: boolean | undefined;
}

/** The tokens of one or several model calls. */
export interface TokenCount {
	/** Input tokens, those of the cache included. */
	readonly input: number;
	/** Output tokens, those of reasoning included. */
	readonly output: number;
	/** The tokens of `input` that were read from a cache; undefined if no call reported it. */
	readonly cacheRead?: number | undefined;
	/** The tokens of `input` that were written to a cache; undefined if no call reported it. */
	readonly cacheWrite?: number | undefined;
	/** The tokens of `output` that were spent on reasoning; undefined if no call reported it. */
	readonly reasoning?: number | undefined;
	/** True if a call ended before its provider had reported all of its usage; false or undefined if none did. */
	readonly partial?: boolean | undefined;
	/** The model, if all calls were of the same one; else undefined. */
	readonly model?: string | undefined;
}

/** A usage that `checkUsage()` has checked: both counts are present, and every other member is valid or undefined. */
export interface Usage extends TokenUsage {
	/** Input tokens; 0 if the provider reported none. */
	readonly input: number;
	/** Output tokens; 0 if the provider reported none. */
	readonly output: number;
}

/**
 * Returns a checked copy of a usage, or undefined if neither `input` nor `output` is a whole number from 0. A part that is
 * not one, or is greater than the count that it is a part of, is left out. The model's name passes the redaction.
 */
export function checkUsage(usage: unknown): Usage | undefined {
	if (usage === null || typeof usage !== 'object') return undefined;
	const given = usage as TokenUsage;
	const input = tokenCount(given.input);
	const output = tokenCount(given.output);
	if (input === undefined && output === undefined) return undefined;
	return {
		input: input ?? 0,
		output: output ?? 0,
		cacheRead: tokenCount(given.cacheRead, input),
		cacheWrite: tokenCount(given.cacheWrite, input),
		reasoning: tokenCount(given.reasoning, output),
		model: modelName(given.model),
		provider: text(given.provider),
		responseId: text(given.responseId),
		partial: given.partial === true,
	};
}

/** Returns the value if it is a whole number from 0 to `max`. */
function tokenCount(value: unknown, max = Number.MAX_SAFE_INTEGER): number | undefined {
	return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max
		? (value as number)
		: undefined;
}

function modelName(value: unknown): string | undefined {
	const name = text(value);
	return name === undefined ? undefined : redactTextAtWrite(ATTR_AGENTESE_MODEL, name);
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}
