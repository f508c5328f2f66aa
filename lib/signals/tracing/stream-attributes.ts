import type { Attributes } from '@opentelemetry/api';
import type { Streamed } from '../../settling/common/stream-timing.js';

/** What was measured of a stream, as its span says it: times in ms. */
export function streamAttributes({ chunks, firstChunk, stall, bytes }: Streamed): Attributes {
	return {
		'agentese.stream.chunks': chunks,
		...(firstChunk === undefined ? undefined : { 'agentese.stream.first_chunk': firstChunk }),
		...(stall === undefined ? undefined : { 'agentese.stream.stall': stall }),
		...(bytes === undefined ? undefined : { 'agentese.stream.bytes': bytes }),
	};
}
