import type { TokenCount } from '../weaving/advice.js';

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

/** A checked count, or undefined where the usage holds no whole, non-negative number. */
export function readUsage(usage: unknown): TokenCount | undefined {
	if (usage === null || typeof usage !== 'object') return undefined;
	const count = { in: whole((usage as TokenUsage).in), out: whole((usage as TokenUsage).out) };
	return count.in === undefined && count.out === undefined ? undefined : { in: count.in ?? 0, out: count.out ?? 0 };
}

function whole(value: unknown): number | undefined {
	return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
