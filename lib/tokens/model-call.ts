import { activeContext, runIn } from '../runtime/carry.js';
import { invocationOf } from '../weaving/context.js';
import { readUsage, type TokenUsage } from './usage.js';

/** One call of a model client that reports what it spends. It belongs to the invocation in which it was opened. */
export interface ModelCall {
	/** Runs the client's own code. Spans that others make of this call below it are not counted once more. */
	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R;
	/** Says what the call spent, whenever that is known. Only the first time counts. Never throws. */
	spent(usage: TokenUsage | undefined): void;
}

/** Opens a call of a model client inside the invocation of the running code. */
export function openModelCall(): ModelCall {
	const context = activeContext();
	const invocation = invocationOf(context);
	let said = false;
	return {
		run: (fn, self, args) => runIn(context, fn, self, args),
		spent: (usage) => {
			const count = readUsage(usage);
			if (said || count === undefined) return;
			said = true;
			invocation?.addTokens(count);
		},
	};
}
