import type { TokenUsage } from '../accounting/usage.js';
import { sum } from './token-counts.js';

/** Combines the usage of two calls: the sums, and the model, provider and response id if both have the same. */
export function merge(total: TokenUsage | undefined, next: TokenUsage): TokenUsage {
	if (total === undefined) return next;
	return {
		...sum(
			{ ...total, input: total.input ?? 0, output: total.output ?? 0 },
			{ ...next, input: next.input ?? 0, output: next.output ?? 0 },
		),
		model: total.model === next.model ? total.model : undefined,
		provider: total.provider === next.provider ? total.provider : undefined,
		responseId: total.responseId === next.responseId ? total.responseId : undefined,
	};
}

/** Combines two reports of one call whose numbers add up. What the later report leaves out is kept from the earlier. */
export function append(total: TokenUsage | undefined, next: TokenUsage): TokenUsage {
	if (total === undefined) return next;
	return {
		...merge(total, next),
		model: next.model ?? total.model,
		provider: next.provider ?? total.provider,
		responseId: next.responseId ?? total.responseId,
	};
}

/**
 * Combines two cumulative reports of one call: of each number the greater, because a number never falls. What the later
 * report leaves out is kept from the earlier.
 */
export function grow(earlier: TokenUsage | undefined, later: TokenUsage): TokenUsage {
	if (earlier === undefined) return later;
	return {
		input: Math.max(earlier.input ?? 0, later.input ?? 0),
		output: Math.max(earlier.output ?? 0, later.output ?? 0),
		cacheRead: max(earlier.cacheRead, later.cacheRead),
		cacheWrite: max(earlier.cacheWrite, later.cacheWrite),
		reasoning: max(earlier.reasoning, later.reasoning),
		model: later.model ?? earlier.model,
		provider: later.provider ?? earlier.provider,
		responseId: later.responseId ?? earlier.responseId,
	};
}

/** Returns the greater of two parts, or the one that is not undefined. */
function max(a: number | undefined, b: number | undefined): number | undefined {
	return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
