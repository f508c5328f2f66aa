import { processState } from '../../runtime/process-state.js';

/** Tokens in both directions. */
interface Both {
	in: number;
	out: number;
}

/** What this process counted. */
export interface TokenTotals {
	/** All that was added to the counter `agentese.tokens`, or would have been with metrics on. */
	counted: Both;
	/** Those of `counted` that came after their invocation had ended, and so are on no span. */
	late: Both;
	/** Those of `counted` that were reported outside of any invocation, while metrics were on. */
	outside: Both;
}

const totals = processState(
	'tokens/tally',
	(): TokenTotals => ({
		counted: { in: 0, out: 0 },
		late: { in: 0, out: 0 },
		outside: { in: 0, out: 0 },
	}),
);

export function addToTotals(kind: keyof TokenTotals, spent: Readonly<Both>): void {
	totals[kind].in += spent.in;
	totals[kind].out += spent.out;
}

/** The sums of this process so far. */
export function tokenTotals(): TokenTotals {
	return { counted: { ...totals.counted }, late: { ...totals.late }, outside: { ...totals.outside } };
}
