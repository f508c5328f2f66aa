import { createHash } from 'node:crypto';

/** Returns the trace id of a recording, a hash of its events' ids. Their order does not matter. */
export function traceIdOf(ids: readonly string[]): string {
	const hash = createHash('sha256').update('agentese-otel/import-events');
	for (const id of [...ids].sort()) hash.update(`\0${id}`);
	return toValidId(hash.digest('hex').slice(0, 32));
}

/** Returns the span id of a call, a hash of the trace id and the id of its call event. */
export function spanIdOf(traceId: string, id: string): string {
	return toValidId(createHash('sha256').update(`${traceId}\0${id}`).digest('hex').slice(0, 16));
}

/** An id of zeros only is invalid in OpenTelemetry. */
function toValidId(id: string): string {
	return /[1-9a-f]/.test(id) ? id : `${id.slice(1)}1`;
}
