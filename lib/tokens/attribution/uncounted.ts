import { trace } from '@opentelemetry/api';
import type { LiveInvocation } from '../../invocation/advice.js';
import { isOurs, type StartedSpan } from '../../invocation/observer-stamp.js';
import { processState } from '../../runtime/process-state.js';
import { beforeShutdown } from '../../settling/common/finalization.js';
import { writeTokens } from './token-attributes.js';
import { countTotal } from './token-counter.js';

/** An application whose invocations never end is not to keep all of them: the oldest is counted as soon as there are more. */
const MOST_OPEN = 1000;

const state = processState('tokens/uncounted', () => ({
	/** The invocations under way that spent something, which the counter gets when they end. */
	open: new Set<LiveInvocation>(),
	toldShutdown: false,
}));

/**
 * Remembers that an invocation under way has spent something. What a shutdown or the end of the process cuts off never
 * ends, and was spent all the same: it is counted then.
 */
export function hold(invocation: LiveInvocation): void {
	if (!state.toldShutdown) {
		state.toldShutdown = true;
		beforeShutdown(() => {
			for (const one of state.open) {
				writeSoFar(one);
				countNow(one);
			}
		});
	}
	const [oldest] = state.open.size < MOST_OPEN || state.open.has(invocation) ? [] : state.open;
	if (oldest !== undefined) countNow(oldest);
	state.open.add(invocation);
}

/** Lets the span that the end cuts off say what its invocation spent; one of the application's, or of another, does not. */
function writeSoFar(invocation: LiveInvocation): void {
	const span = trace.getSpan(invocation.context);
	if (span === undefined || !span.isRecording() || !isOurs(span as StartedSpan)) return;
	if (invocation.parent !== undefined && trace.getSpan(invocation.parent.context) === span) return;
	writeTokens(span, invocation);
}

/** Adds to the counter what an invocation spent itself, once; what it spends afterwards is counted at once. */
export function countNow(invocation: LiveInvocation): void {
	const { point, account: purse } = invocation;
	if (!state.open.delete(invocation) || purse?.own === undefined) return;
	purse.counted = true;
	countTotal(point, purse.own);
}
