import { createHash } from 'node:crypto';

/** The trace of a recording: the same for the same events, in whichever order they are given. */
export function traceIdOf(ids: readonly string[]): string {
	const hash = createHash('sha256').update('agentese-otel/import-events');
	for (const id of [...ids].sort()) hash.update(`\0${id}`);
	return valid(hash.digest('hex').slice(0, 32));
}

/** The span of a call, by the id of its call event. */
export function spanIdOf(traceId: string, id: string): string {
	return valid(createHash('sha256').update(`${traceId}\0${id}`).digest('hex').slice(0, 16));
}

/** An id of zeros alone is none. */
function valid(id: string): string {
	return /[1-9a-f]/.test(id) ? id : `${id.slice(1)}1`;
}
