import type { Outcome } from '../../invocation/advice.js';
import { writeObserverBaggage } from '../../invocation/observer-baggage.js';
import { type Ending, outcomeOf, outcomeWithRecorded } from '../../invocation/outcome.js';
import { max } from '../../runtime/intrinsics.js';
import { warnFault, warnOnce } from '../../runtime/log-once.js';
import { platform } from '../../runtime/platform.js';
import { unregisterFinalization } from '../../settling/common/finalization.js';
import { withStreamed } from '../../settling/common/stream-timing.js';
import { countNow } from '../../tokens/attribution/uncounted.js';
import { attributeResult } from '../../tokens/result-usage.js';
import { writePending } from './additions.js';
import type { InvocationState } from './invocation-state.js';

/**
 * Begins an invocation: writes the observer into the baggage, then calls `enter` of every advice, the first one
 * outermost. Never throws.
 */
export function enterInvocation(invocation: InvocationState): void {
	try {
		writeObserverBaggage(invocation);
	} catch (error) {
		warnFault('The baggage of an invocation', error);
	}
	// The loops over advices are written out here and below: a function for each would be a call more per invocation.
	const { advices } = invocation.point;
	for (let i = 0; i < advices.length; i++) {
		try {
			const state = advices[i]?.enter?.(invocation);
			if (i === 0) invocation.firstState = state;
			else if (state !== undefined) keepState(invocation, i, state);
		} catch (error) {
			warnOnce('advice.enter', `an advice of ${invocation.point.functionName} threw while it entered.`, error);
		}
	}
	invocation.entered = true;
	if (invocation.additions !== undefined) writePending(invocation, invocation.additions);
}

/** Keeps the state of another advice than the first. */
function keepState(invocation: InvocationState, index: number, state: unknown): void {
	invocation.otherStates ??= [];
	invocation.otherStates[index] = state;
}

/**
 * Ends an invocation; only the first call has an effect. Never throws.
 *
 * The order matters: token usage in the result is attributed before the invocation counts as ended, `leave` of the
 * advices sees it, and the token counter gets the sum after the span has its attributes.
 */
export function endInvocation(invocation: InvocationState, ending: Ending): void {
	if (invocation.ended) return;
	const { point } = invocation;
	let outcome: Outcome | undefined;
	try {
		attributeResult(invocation, ending, point.options.tokens, invocation.chunks);
		invocation.ended = true;
		outcome = settledOutcome(invocation, ending);
	} catch (error) {
		warnFault('The outcome of an invocation', error);
	}
	invocation.ended = true;
	outcome ??= { ...(ending.threw ? FAILED : UNKNOWN), error: ending.error, value: ending.value };
	// In reverse order: the first advice is the outermost.
	const { advices } = point;
	for (let i = advices.length - 1; i >= 0; i--) {
		try {
			advices[i]?.leave?.(invocation, outcome, i === 0 ? invocation.firstState : invocation.otherStates?.[i]);
		} catch (error) {
			warnOnce('advice.leave', `an advice of ${point.functionName} threw while it left.`, error);
		}
	}
	try {
		if (invocation.account?.own !== undefined) countNow(invocation);
		unregisterFinalization(invocation);
		invocation.releaseReferences();
	} catch (error) {
		warnFault('The end of an invocation', error);
	}
}

/** The outcomes that are assumed if the outcome cannot be determined. */
const UNKNOWN: Outcome = { kind: 'unknown', threw: false, duration: 0 };
const FAILED: Outcome = { kind: 'error', errorType: '_OTHER', threw: true, duration: 0 };

/** Returns the outcome of an ending, with its duration, what was recorded and the measurements of its stream. */
function settledOutcome(invocation: InvocationState, ending: Ending): Outcome {
	const { point, streamTimer, additions } = invocation;
	const elapsed = point.timed ? (ending.endedAt ?? platform.performanceNow()) - invocation.startedAt : 0;
	let settled = outcomeOf(ending, max(0, elapsed), invocation);
	if (additions?.caught !== undefined) settled = outcomeWithRecorded(settled, additions.caught.error, invocation);
	return streamTimer === undefined ? settled : withStreamed(settled, streamTimer, ending);
}
