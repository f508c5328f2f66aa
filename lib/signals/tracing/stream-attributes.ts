import type { Attributes } from '@opentelemetry/api';
import {
	ATTR_AGENTESE_STREAM_CHUNKS,
	ATTR_AGENTESE_STREAM_SIZE,
	ATTR_AGENTESE_STREAM_STALL_MAX,
	ATTR_AGENTESE_STREAM_TIME_TO_FIRST_CHUNK,
} from '../../runtime/names.generated.js';
import type { Streamed } from '../../settling/common/stream-timing.js';

/**
 * Returns the measurements of a stream as attributes of its span: how many chunks its consumer received, the
 * milliseconds until the first one and the longest wait for another, and the bytes. What was not measured has no
 * attribute.
 */
export function streamAttributes({ chunks, firstChunk, stall, bytes }: Streamed): Attributes {
	return {
		[ATTR_AGENTESE_STREAM_CHUNKS]: chunks,
		...(firstChunk === undefined ? undefined : { [ATTR_AGENTESE_STREAM_TIME_TO_FIRST_CHUNK]: firstChunk }),
		...(stall === undefined ? undefined : { [ATTR_AGENTESE_STREAM_STALL_MAX]: stall }),
		...(bytes === undefined ? undefined : { [ATTR_AGENTESE_STREAM_SIZE]: bytes }),
	};
}
