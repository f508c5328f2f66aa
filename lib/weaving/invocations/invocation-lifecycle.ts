import type { Outcome } from '../../invocation/advice.js';
import { writeObserverBaggage } from '../../invocation/observer-baggage.js';
import { type Ending, outcomeOf, outcomeWithRecorded } from '../../invocation/outcome.js';
import { warnOnce } from '../../runtime/log-once.js';
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
	writeObserverBaggage(invocation);
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
	const { point, streamTimer, additions } = invocation;
	attributeResult(invocation, ending, point.options.tokens, invocation.chunks);
	invocation.ended = true;
	const duration = point.timed ? Math.max(0, (ending.endedAt ?? platform.performanceNow()) - invocation.startedAt) : 0;
	let settled = outcomeOf(ending, duration, invocation);
	if (additions?.caught !== undefined) settled = outcomeWithRecorded(settled, additions.caught.error, invocation);
	const outcome: Outcome = streamTimer === undefined ? settled : withStreamed(settled, streamTimer, ending);
	// In reverse order: the first advice is the outermost.
	const { advices } = point;
	for (let i = advices.length - 1; i >= 0; i--) {
		try {
			advices[i]?.leave?.(invocation, outcome, i === 0 ? invocation.firstState : invocation.otherStates?.[i]);
		} catch (error) {
			warnOnce('advice.leave', `an advice of ${point.functionName} threw while it left.`, error);
		}
	}
	if (invocation.account?.own !== undefined) countNow(invocation);
	unregisterFinalization(invocation);
	invocation.releaseReferences();
}
