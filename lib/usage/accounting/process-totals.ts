import { processState } from '../../runtime/process-state.js';

/** A number of tokens in both directions. */
interface Directions {
	input: number;
	output: number;
}

/** The tokens that this process has counted since it started. */
export interface TokenTotals {
	/**
	 * All tokens that this process spent itself: those that were added to the counter `agentese.tokens`, or would have
	 * been with metrics on.
	 */
	counted: Directions;
	/** Those of `counted` that were reported after their invocation had ended, and so are on no span. */
	late: Directions;
	/** Those of `counted` that were reported outside of any invocation while metrics were on. */
	outside: Directions;
}

const totals = processState(
	'usage/process-totals',
	(): TokenTotals => ({
		counted: { input: 0, output: 0 },
		late: { input: 0, output: 0 },
		outside: { input: 0, output: 0 },
	}),
);

/** Adds tokens to one of the totals. */
export function addToTotals(kind: keyof TokenTotals, tokens: Readonly<Directions>): void {
	totals[kind].input += tokens.input;
	totals[kind].output += tokens.output;
}

/** Returns a copy of the totals of this process so far. */
export function tokenTotals(): TokenTotals {
	return { counted: { ...totals.counted }, late: { ...totals.late }, outside: { ...totals.outside } };
}
