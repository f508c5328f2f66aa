import { trace } from '@opentelemetry/api';
import type { LiveInvocation } from '../../invocation/advice.js';
import { isSameSpan, isToolkitSpan, type StartedSpan } from '../../invocation/observer-stamp.js';
import { scopedState } from '../../runtime/scoped-state.js';
import { onShutdown } from '../../settling/common/finalization.js';
import { writeTokens } from './token-attributes.js';
import { countTokens } from './token-counter.js';

/**
 * The most invocations that are held. An application whose invocations never end must not keep all of them in memory:
 * if there are more, the oldest is counted at once.
 */
const MAX_HELD = 1000;

const state = scopedState('tokens/uncounted', () => ({
	/** The open invocations with tokens of their own that the counter does not have yet, the oldest first. */
	held: new Set<LiveInvocation>(),
	/** True once the shutdown handler is registered. */
	handlesShutdown: false,
}));

/**
 * Holds an open invocation that has spent tokens until `countNow()` counts them, when it ends. An invocation that a
 * shutdown or the end of the process interrupts never ends, but its tokens are spent: they are counted then.
 */
export function hold(invocation: LiveInvocation): void {
	if (!state.handlesShutdown) {
		state.handlesShutdown = true;
		onShutdown(() => {
			for (const held of state.held) {
				writeSoFar(held);
				countNow(held);
			}
		});
	}
	const [oldest] = state.held.size < MAX_HELD || state.held.has(invocation) ? [] : state.held;
	if (oldest !== undefined) countNow(oldest);
	state.held.add(invocation);
}

/**
 * Writes the tokens so far to the span of an invocation that a shutdown interrupts. The active span of its context may
 * also be one of the application or of an enclosing invocation: those are left as they are.
 */
function writeSoFar(invocation: LiveInvocation): void {
	const span = trace.getSpan(invocation.otelContext);
	if (span === undefined || !span.isRecording() || !isToolkitSpan(span as StartedSpan)) return;
	if (isSameSpan(span, invocation.parent && trace.getSpan(invocation.parent.otelContext))) return;
	writeTokens(span, invocation);
}

/**
 * Adds the own tokens of a held invocation to the counter, by model, and releases it. Does nothing if it is not held.
 * Tokens that it spends afterwards are counted at once.
 */
export function countNow(invocation: LiveInvocation): void {
	const { point, account } = invocation;
	if (!state.held.delete(invocation) || account?.own === undefined) return;
	account.counted = true;
	for (const [model, tokens] of account.own.byModel) countTokens(point, tokens, model);
}
