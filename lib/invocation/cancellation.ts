import { readProperty } from '../runtime/read-property.js';

/** How many levels of causes are searched. */
const MAX_CAUSES = 16;
/** How many members of an options object are searched for a signal. */
const MAX_MEMBERS = 32;

/** The names of the errors by which clients report that the caller aborted a call. */
const ABORT_NAMES: ReadonlySet<unknown> = new Set(['AbortError', 'APIUserAbortError', 'CanceledError']);
/** The codes of such errors: of Node and axios. */
const ABORT_CODES: ReadonlySet<unknown> = new Set(['ABORT_ERR', 'ERR_CANCELED']);

/**
 * True if a call that failed was cancelled by its caller: it failed with an abort error, or with the reason of an aborted
 * signal among its arguments, or an error that has one of these among its causes. An abort error after a timeout is a
 * failure, and so is a TimeoutError, even if it is the reason of such a signal.
 */
export function isCancellation(error: unknown, args: readonly unknown[]): boolean {
	if (isTimeout(error)) return false;
	const aborted = abortedSignals(args);
	if (isAbortError(error)) return aborted.length === 0 || aborted.some(({ reason }) => !isTimeout(reason));
	const reasons = aborted.map(({ reason }: AbortSignal): unknown => reason).filter((reason) => !isTimeout(reason));
	return reasons.length > 0 && causesOf(error).some((cause) => reasons.some((reason) => Object.is(reason, cause)));
}

/**
 * True if a signal among the arguments was aborted, and not by a timeout: a stream that ends after that was cut off, also
 * if its client ends it without an error.
 */
export function isAborted(args: readonly unknown[]): boolean {
	return abortedSignals(args).some(({ reason }) => !isTimeout(reason));
}

function isTimeout(error: unknown): boolean {
	return readProperty(error, 'name') === 'TimeoutError';
}

/** True for the error by which a client reports that the caller aborted a call, by its name, its class or its code. */
function isAbortError(error: unknown): boolean {
	return (
		ABORT_NAMES.has(readProperty(error, 'name')) ||
		ABORT_NAMES.has(readProperty(readProperty(error, 'constructor'), 'name')) ||
		ABORT_CODES.has(readProperty(error, 'code'))
	);
}

/** Returns an error and its causes, those of an AggregateError's errors too. */
function causesOf(error: unknown): unknown[] {
	const found = [error];
	for (let at = 0; at < found.length && found.length < MAX_CAUSES; at++) {
		const cause = readProperty(found[at], 'cause');
		const errors = readProperty(found[at], 'errors');
		if (cause !== undefined && !found.includes(cause)) found.push(cause);
		if (Array.isArray(errors)) found.push(...errors.slice(0, MAX_CAUSES));
	}
	return found;
}

/**
 * Returns the aborted signals among the arguments: an argument itself, the member `signal` of one, and those of the
 * members of an options object. Getters of options objects are not called.
 */
function abortedSignals(args: readonly unknown[]): AbortSignal[] {
	const found: AbortSignal[] = [];
	for (const arg of args) {
		if (typeof arg !== 'object' || arg === null) continue;
		addAborted(found, arg);
		addAborted(found, readProperty(arg, 'signal'));
		for (const member of membersOf(arg)) {
			addAborted(found, member);
			addAborted(found, readProperty(member, 'signal'));
		}
	}
	return found;
}

function addAborted(found: AbortSignal[], value: unknown): void {
	if (value instanceof AbortSignal && value.aborted) found.push(value);
}

/** Returns the values of the own data properties of an object literal. */
function membersOf(value: object): unknown[] {
	try {
		if (Reflect.getPrototypeOf(value) !== Object.prototype) return [];
		const members: unknown[] = [];
		for (const key of Reflect.ownKeys(value).slice(0, MAX_MEMBERS)) {
			const member: unknown = Reflect.getOwnPropertyDescriptor(value, key)?.value;
			if (typeof member === 'object' && member !== null) members.push(member);
		}
		return members;
	} catch {
		return [];
	}
}
