import type { Attributes } from '@opentelemetry/api';
import type { Streamed } from '../../settling/common/stream-timing.js';

/**
 * Returns the measurements of a stream as attributes of its span: how many chunks its consumer received, the
 * milliseconds until the first one and the longest wait for another, and the bytes. What was not measured has no
 * attribute.
 */
export function streamAttributes({ chunks, firstChunk, stall, bytes }: Streamed): Attributes {
	return {
		'agentese.stream.chunks': chunks,
		...(firstChunk === undefined ? undefined : { 'agentese.stream.first_chunk': firstChunk }),
		...(stall === undefined ? undefined : { 'agentese.stream.stall': stall }),
		...(bytes === undefined ? undefined : { 'agentese.stream.bytes': bytes }),
	};
}
