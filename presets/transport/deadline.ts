import type { SendResult } from '../../delivery/sending/transport.js';
import { platform } from '../../lib/runtime/platform.js';

/** The longest delay that a timer of Node accepts, in milliseconds: about 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a request waits with: how it ends, and what is destroyed then. */
export interface Attempt {
	/** Ends the request with a result. Only the first call counts. */
	end(result: SendResult): void;
	/** Sets what ends the wait: it is called once, when the request ends or its time is over. */
	onEnd(release: () => void): void;
	/** Sets the result if the time is over. @default `retry` */
	late: () => SendResult;
}

/**
 * Runs one request under one time limit, from its first byte to the last one of its answer. A timeout of inactivity
 * would not do: a backend that sends a byte now and then would hold the request for ever.
 *
 * The limit keeps the process alive, so that a request is never forgotten half-way; at its end everything that the
 * request has opened is destroyed, so that nothing else keeps it alive. Never rejects.
 *
 * @param start - begins the request. What it throws ends the request with `fault`.
 */
export function withDeadline(
	timeoutMs: number,
	start: (attempt: Attempt) => void,
	fault: (error: unknown) => SendResult,
): Promise<SendResult> {
	return new Promise((resolve) => {
		let release: (() => void) | undefined;
		let over = false;
		const attempt: Attempt = {
			end: (result) => {
				if (over) return;
				over = true;
				platform.clearTimeout(timer);
				release?.();
				resolve(result);
			},
			onEnd: (next) => {
				release = next;
				if (over) next();
			},
			late: () => ({ kind: 'retry', error: new Error(`no answer within ${timeoutMs} ms`) }),
		};
		const timer = platform.setTimeout(() => attempt.end(attempt.late()), Math.min(timeoutMs, MAX_TIMER_MS));
		try {
			start(attempt);
		} catch (error) {
			attempt.end(fault(error));
		}
	});
}
