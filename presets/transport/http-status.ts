import type { SendResult } from '../../delivery/sending/transport.js';
import { printable } from '../../lib/diagnostics/printable.js';
import { platform } from '../../lib/runtime/platform.js';

/** A response that is not successful. */
export interface HttpFailure {
	readonly status: number;
	/** The reason phrase. */
	readonly phrase: string;
	/** The value of `Retry-After`. */
	readonly retryAfter?: string | undefined;
	/** Where a redirect leads to. */
	readonly location?: string | undefined;
	/** The text of the body. */
	readonly answer?: string | undefined;
}

/** The statuses of a backend that is busy or whose neighbour is: those that OTLP defines as retryable. */
const BUSY = [429, 502, 503, 504];

/** How many characters of a reason phrase are kept. */
const MAX_PHRASE = 100;

/**
 * Returns what a status other than 2xx means. 400 and 413 alone are about the records. Every other one is about the
 * backend or the way to it: a key that was renewed, a path that is wrong, a server that fails.
 */
export function statusResult({ status, phrase, retryAfter, location, answer }: HttpFailure): SendResult {
	const where = location === undefined ? '' : ` to ${withoutQuery(location)}`;
	const error = new Error(`${status} ${printable(phrase, MAX_PHRASE)}${where}`.trim());
	if (status === 413) return { kind: 'badBody', tooLarge: true, error, answer };
	const [aboutTls] =
		/No required SSL certificate was sent|The SSL certificate error|plain HTTP request was sent to HTTPS port/i.exec(
			answer ?? '',
		) ?? [];
	// nginx answers so before it looks at the records.
	if (status === 400 && aboutTls !== undefined)
		return { kind: 'badBackend', error: new Error(`${error.message}: ${aboutTls}`) };
	if (status === 400) return { kind: 'badBody', error, answer };
	const afterMs = retryAfter === undefined ? undefined : delayMs(retryAfter);
	return { kind: BUSY.includes(status) ? 'retry' : 'badBackend', error, ...(afterMs !== undefined && { afterMs }) };
}

/** Returns the delay of a `Retry-After` in milliseconds: it is a number of seconds, or a date. */
function delayMs(retryAfter: string): number | undefined {
	const seconds = /^\s*\d+\s*$/.test(retryAfter) ? Number(retryAfter) : undefined;
	const ms = seconds === undefined ? Date.parse(retryAfter) - platform.dateNow() : seconds * 1000;
	return ms > 0 ? ms : undefined;
}

/** Returns an address for a message: without user name, password and query, which may be secrets. */
function withoutQuery(location: string): string {
	return printable(location.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//'), 200);
}
