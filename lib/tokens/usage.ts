import type { TokenCount } from '../weaving/advice.js';

/** Model tokens that a call spent. `in` includes cached tokens, `out` includes reasoning (OpenTelemetry's GenAI conventions). */
export interface TokenUsage {
	/** Tokens that the model read. @default 0 */
	readonly in?: number | undefined;
	/** Tokens that the model wrote. @default 0 */
	readonly out?: number | undefined;
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
