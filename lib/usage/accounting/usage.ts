import { writtenText } from '../../redaction/settings.js';

/**
 * What one model call spent. Whole numbers from 0. As in OpenTelemetry's GenAI conventions, `in` includes the tokens
 * that were read from and written to a cache, and `out` includes those of reasoning.
 */
export interface TokenUsage {
	/** Tokens that the model read. @default 0 */
	readonly in?: number | undefined;
	/** Tokens that the model wrote. @default 0 */
	readonly out?: number | undefined;
	/** Those of `in` that were read from a cache. @default unknown */
	readonly cacheRead?: number | undefined;
	/** Those of `in` that were written to a cache. @default unknown */
	readonly cacheWrite?: number | undefined;
	/** Those of `out` that were spent on reasoning. @default unknown */
	readonly reasoning?: number | undefined;
	/** The model that answered. @default unknown */
	readonly model?: string | undefined;
	/** Who served it, by OpenTelemetry's names: `openai`, `anthropic`, `gcp.gemini`. @default unknown */
	readonly provider?: string | undefined;
	/** The provider's id of the response: a call that is reported twice under one id counts once. @default unknown */
	readonly responseId?: string | undefined;
	/** True where the call ended before the provider reported all. @default false */
	readonly partial?: boolean | undefined;
}

/** Model tokens of one or several calls. */
export interface TokenCount {
	readonly in: number;
	readonly out: number;
	/** Those of `in` that were read from a cache; undefined where no call said so. */
	readonly cacheRead?: number | undefined;
	/** Those of `in` that were written to a cache. */
	readonly cacheWrite?: number | undefined;
	/** Those of `out` that were spent on reasoning. */
	readonly reasoning?: number | undefined;
	/** True where a call ended before its provider reported all. */
	readonly partial?: boolean;
	/** The model, where all calls were of one. */
	readonly model?: string | undefined;
}

/** A usage that was checked: both counts are there, and what else is there is what it should be. */
export interface Usage extends TokenUsage {
	readonly in: number;
	readonly out: number;
}

/**
 * A checked usage, or undefined where neither `in` nor `out` is a whole number from 0. A part that is none, or is
 * greater than what it is a part of, is left out.
 */
export function checkUsage(usage: unknown): Usage | undefined {
	if (usage === null || typeof usage !== 'object') return undefined;
	const given = usage as TokenUsage;
	const spentIn = whole(given.in);
	const spentOut = whole(given.out);
	if (spentIn === undefined && spentOut === undefined) return undefined;
	return {
		in: spentIn ?? 0,
		out: spentOut ?? 0,
		cacheRead: whole(given.cacheRead, spentIn),
		cacheWrite: whole(given.cacheWrite, spentIn),
		reasoning: whole(given.reasoning, spentOut),
		model: name(given.model),
		provider: text(given.provider),
		responseId: text(given.responseId),
		partial: given.partial === true,
	};
}

function whole(value: unknown, most = Number.MAX_SAFE_INTEGER): number | undefined {
	return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most
		? (value as number)
		: undefined;
}

function name(value: unknown): string | undefined {
	const given = text(value);
	return given === undefined ? undefined : writtenText('agentese.model', given);
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}
