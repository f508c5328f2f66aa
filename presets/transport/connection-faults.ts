import type { SendResult } from '../../delivery/sending/transport.js';

/**
 * Codes of errors that do not pass by themselves: a certificate that is not trusted, a name that does not exist, a
 * server that speaks another protocol, a header that is not legal.
 */
const LASTING =
	/^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|ERR_INVALID_|ERR_UNESCAPED|ERR_HTTP_|HPE_|EPROTO$|ENOTFOUND$|EACCES$|ENOTSUP$)/;

/** HTTP/2's own errors of that kind. The others are those of one connection. */
const LASTING_HTTP2 = /^ERR_HTTP2_(ERROR$|INVALID_|PSEUDOHEADER_|HEADER_|INADEQUATE)/;

/** Returns what it means that a request failed without a response: the records wait, whatever the reason is. */
export function faultResult(error: unknown): SendResult {
	const { code } = (error ?? {}) as { code?: unknown };
	const isLasting = typeof code === 'string' && (LASTING.test(code) || LASTING_HTTP2.test(code));
	return { kind: isLasting ? 'badBackend' : 'retry', error };
}

/** Returns the error of a connection that was closed before the response was complete. */
export function cutError(message: string): Error {
	return Object.assign(new Error(message), { code: 'ECONNRESET' });
}
