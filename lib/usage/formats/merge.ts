import type { TokenUsage } from '../accounting/usage.js';
import { sum } from './token-counts.js';

/** Two calls as one usage: the sums, and of the rest what both agree on. */
export function merge(all: TokenUsage | undefined, more: TokenUsage): TokenUsage {
	if (all === undefined) return more;
	return {
		...sum({ ...all, in: all.in ?? 0, out: all.out ?? 0 }, { ...more, in: more.in ?? 0, out: more.out ?? 0 }),
		model: all.model === more.model ? all.model : undefined,
		provider: all.provider === more.provider ? all.provider : undefined,
		responseId: all.responseId === more.responseId ? all.responseId : undefined,
	};
}

/** Two reports of one call whose numbers add up: what the one does not say is known from the other. */
export function append(all: TokenUsage | undefined, more: TokenUsage): TokenUsage {
	if (all === undefined) return more;
	return {
		...merge(all, more),
		model: more.model ?? all.model,
		provider: more.provider ?? all.provider,
		responseId: more.responseId ?? all.responseId,
	};
}

/** Two cumulative reports of one call: its numbers never fall, and a later report may leave some out. */
export function grow(all: TokenUsage | undefined, later: TokenUsage): TokenUsage {
	if (all === undefined) return later;
	return {
		in: Math.max(all.in ?? 0, later.in ?? 0),
		out: Math.max(all.out ?? 0, later.out ?? 0),
		cacheRead: most(all.cacheRead, later.cacheRead),
		cacheWrite: most(all.cacheWrite, later.cacheWrite),
		reasoning: most(all.reasoning, later.reasoning),
		model: later.model ?? all.model,
		provider: later.provider ?? all.provider,
		responseId: later.responseId ?? all.responseId,
	};
}

function most(a: number | undefined, b: number | undefined): number | undefined {
	return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
