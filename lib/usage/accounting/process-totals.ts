import { scopedState } from '../../runtime/scoped-state.js';
import type { TokenCount } from './usage.js';

/** The tokens that this process has counted since it started. */
export interface TokenTotals {
	/**
	 * All tokens that this process spent itself: those that were added to the counter `agentese.tokens`, or would have
	 * been with metrics on.
	 */
	counted: Pick<TokenCount, 'input' | 'output'>;
	/** Those of `counted` that were reported after their invocation had ended, and so are on no span. */
	late: Pick<TokenCount, 'input' | 'output'>;
	/** Those of `counted` that were reported outside of any invocation while metrics were on. */
	outside: Pick<TokenCount, 'input' | 'output'>;
}

const totals = scopedState(
	'usage/process-totals',
	(): Record<keyof TokenTotals, { input: number; output: number }> => ({
		counted: { input: 0, output: 0 },
		late: { input: 0, output: 0 },
		outside: { input: 0, output: 0 },
	}),
);

/** Adds tokens to one of the totals. */
export function addToTotals(kind: keyof TokenTotals, tokens: Pick<TokenCount, 'input' | 'output'>): void {
	totals[kind].input += tokens.input;
	totals[kind].output += tokens.output;
}

/** Returns a copy of the totals of this process so far. */
export function tokenTotals(): TokenTotals {
	return { counted: { ...totals.counted }, late: { ...totals.late }, outside: { ...totals.outside } };
}
