import { redactTextAtWrite } from '../redaction/settings.js';
import { warnOnce } from '../runtime/log-once.js';
import { ATTR_ERROR_TYPE } from '../runtime/names.generated.js';
import { readProperty } from '../runtime/read-property.js';
import type { Advice, Outcome, OutcomeKind } from './advice.js';
import { isAborted, isCancellation } from './cancellation.js';
import { knownOutcome } from './error-outcomes.js';

/** How a result settled, before its outcome is determined. */
export interface Ending {
	readonly threw: boolean;
	readonly value?: unknown;
	readonly error?: unknown;
	/** True if the consumer stopped before the end, or is not known to have consumed the result. */
	readonly left?: boolean;
	/** True if nothing is known of its result: it was disposed of without an end, or its end was not seen. */
	readonly unknown?: boolean;
	/** The name of the stream's kind; left out if the result is no stream. */
	readonly stream?: string;
	/** When it ended if that was earlier than now, on the clock of `performance.now()`, in ms. */
	readonly endedAt?: number;
}

/** The part of an invocation that its outcome depends on. */
interface OutcomeSource {
	readonly args: readonly unknown[];
	readonly point: { readonly refusalAdvices: readonly Advice[]; readonly functionName: string };
}

/** A code that has few enough values to be a metric label: `ECONNREFUSED`, `ERR_INVALID_ARG_TYPE`. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
const CLASS_NAME = /^[\p{L}_$][\p{L}\p{N}_$.]{0,127}$/u;

/**
 * Returns the outcome of an ending: `ok`, `error`, `refused`, `cancelled` or `unknown`. Never throws.
 *
 * @param duration - the time from the call to the end, in ms
 */
export function outcomeOf(ending: Ending, duration: number, invocation: OutcomeSource): Outcome {
	const kind = kindOf(ending, invocation);
	if (kind === 'ok' && ending.stream === undefined && !ending.threw)
		return { kind, threw: false, value: ending.value, duration };
	return {
		kind,
		threw: ending.threw,
		error: ending.error,
		value: ending.value,
		duration,
		...(ending.stream === undefined ? undefined : { stream: ending.stream }),
		...(kind === 'error' ? { errorType: errorType(ending.error) } : undefined),
		...(ending.endedAt === undefined ? undefined : { endedAt: ending.endedAt }),
	};
}

/**
 * Returns the outcome of an invocation for which an error was recorded. If it would be `ok` or `unknown`, it is what the
 * error makes it; the value stays. Never throws.
 */
export function outcomeWithRecorded(outcome: Outcome, recorded: unknown, invocation: OutcomeSource): Outcome {
	if (outcome.threw) return Object.is(outcome.error, recorded) ? { ...outcome, recorded: true } : outcome;
	if (outcome.kind !== 'ok' && outcome.kind !== 'unknown') return outcome;
	const { kind, errorType } = outcomeOf({ threw: true, error: recorded }, 0, invocation);
	return {
		...outcome,
		kind,
		error: recorded,
		recorded: true,
		...(errorType === undefined ? undefined : { errorType }),
	};
}

/** A refusal comes before a failure: an `expected` error is refused even if it is an AbortError. */
function kindOf(ending: Ending, invocation: OutcomeSource): OutcomeKind {
	if (ending.unknown === true) return 'unknown';
	if (ending.left === true) return 'cancelled';
	if (isRefused(ending, invocation)) return 'refused';
	if (!ending.threw) return ending.stream !== undefined && isAborted(invocation.args) ? 'cancelled' : 'ok';
	return knownOutcome(ending.error) ?? (isCancellation(ending.error, invocation.args) ? 'cancelled' : 'error');
}

/** True if an advice states that the ending is a refusal. One that throws is logged once and counts as false. */
function isRefused(ending: Ending, invocation: OutcomeSource): boolean {
	const { refusalAdvices } = invocation.point;
	for (let i = 0; i < refusalAdvices.length; i++) {
		try {
			if (refusalAdvices[i]?.refuses?.(ending) === true) return true;
		} catch (error) {
			const name = invocation.point.functionName;
			warnOnce('advice.refuses', `the expected or refused option of ${name} threw.`, error);
		}
	}
	return false;
}

/**
 * Returns the value of `error.type`: the error's `code` if it matches `^[A-Z][A-Z0-9_]{1,63}$`, else the name of its
 * class, else the type of what was thrown; `_OTHER` if the class has no usable name. The code comes first because Node
 * throws different failures as one class. Never throws.
 */
function errorType(error: unknown): string {
	if (error === null) return 'null';
	if (typeof error !== 'object' && typeof error !== 'function') return typeof error;
	const code = readProperty(error, 'code');
	if (typeof code === 'string' && CODE.test(code)) return redactTextAtWrite(ATTR_ERROR_TYPE, code);
	const className = readProperty(readProperty(error, 'constructor'), 'name');
	// A DOMException has a name for each kind of failure: TimeoutError, DataCloneError.
	const name = className === 'DOMException' ? readProperty(error, 'name') : className;
	return typeof name === 'string' && CLASS_NAME.test(name) ? name : '_OTHER';
}
