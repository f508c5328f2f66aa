import { writtenText } from '../redaction/settings.js';
import { warnOnce } from '../runtime/log-once.js';
import type { Advice, Outcome, OutcomeKind } from './advice.js';

/** How a result ended, before it is judged. */
export interface Ending {
	readonly threw: boolean;
	readonly value?: unknown;
	readonly error?: unknown;
	/** True where the consumer left early. */
	readonly left?: boolean;
	readonly stream?: string;
	readonly endedAt?: number;
}

/** What is judged with: the advices that know refusals, and the arguments. */
interface Judged {
	readonly args: readonly unknown[];
	readonly point: { readonly judges: readonly Advice[]; readonly functionName: string };
}

/** A code that is fit for a label: `ECONNREFUSED`, `ERR_INVALID_ARG_TYPE`. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
const CLASS_NAME = /^[\p{L}_$][\p{L}\p{N}_$.]{0,127}$/u;

/** Turns an ending into an outcome: ok, error, refused or cancelled. */
export function judge(ending: Ending, duration: number, invocation: Judged): Outcome {
	const kind = kindOf(ending, invocation);
	if (kind === 'ok' && ending.stream === undefined) return { kind, threw: false, value: ending.value, duration };
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

function kindOf(ending: Ending, invocation: Judged): OutcomeKind {
	if (ending.left === true) return 'cancelled';
	if (refused(ending, invocation)) return 'refused';
	if (!ending.threw) return 'ok';
	return isCancellation(ending.error, invocation.args) ? 'cancelled' : 'error';
}

function refused(ending: Ending, invocation: Judged): boolean {
	for (const advice of invocation.point.judges) {
		try {
			if (advice.refuses?.(ending) === true) return true;
		} catch (error) {
			const name = invocation.point.functionName;
			warnOnce('advice.refuses', `the expected or refused option of ${name} threw.`, error);
		}
	}
	return false;
}

/**
 * An AbortError, or the reason of an aborted signal that was an argument (or the `signal` of one): the caller's own
 * wish and no failure. A TimeoutError is a failure, whoever's signal it came from.
 */
function isCancellation(error: unknown, args: readonly unknown[]): boolean {
	const name = read(error, 'name');
	if (name === 'AbortError') return true;
	if (name === 'TimeoutError') return false;
	return args.some((arg) => abortedWith(arg, error) || abortedWith(read(arg, 'signal'), error));
}

function abortedWith(signal: unknown, error: unknown): boolean {
	return signal instanceof AbortSignal && signal.aborted && Object.is(signal.reason, error);
}

/**
 * `error.type`: a code that matches `^[A-Z][A-Z0-9_]{1,63}$`, else the class name, else the type of what was thrown.
 * The code comes first because it tells apart what Node throws as one class.
 */
export function errorType(error: unknown): string {
	if (error === null) return 'null';
	if (typeof error !== 'object' && typeof error !== 'function') return typeof error;
	const code = read(error, 'code');
	if (typeof code === 'string' && CODE.test(code)) return writtenText('error.type', code);
	const name = read(read(error, 'constructor'), 'name');
	return typeof name === 'string' && CLASS_NAME.test(name) ? name : '_OTHER';
}

/** Reads a property of something that may be anything: a getter that throws reads as undefined. */
export function read(value: unknown, key: string): unknown {
	if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
	try {
		return (value as Record<string, unknown>)[key];
	} catch {
		return undefined;
	}
}
