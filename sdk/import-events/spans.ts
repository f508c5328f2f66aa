import {
	type Attributes,
	type Link,
	ROOT_CONTEXT,
	type SpanContext,
	SpanStatusCode,
	TraceFlags,
	trace,
} from '@opentelemetry/api';
import { resourceFromAttributes, type Resource as SdkResource } from '@opentelemetry/resources';
import { AlwaysOnSampler, type IdGenerator, TracerProvider } from '@opentelemetry/sdk-trace';
import {
	ATTR_AGENTESE_RECORDING_DEPTH,
	ATTR_AGENTESE_RECORDING_ID,
	ATTR_AGENTESE_RECORDING_SOURCE,
	ATTR_AGENTESE_RECORDING_UNFINISHED,
	ATTR_CODE_FILE_PATH,
	ATTR_CODE_FUNCTION_NAME,
	ATTR_CODE_LINE_NUMBER,
	ATTR_EXCEPTION_MESSAGE,
} from '../../lib/runtime/names.generated.js';
import { SCOPE, SCOPE_OPTIONS, VERSION } from '../../lib/runtime/version.js';
import type { Resource, SpanProcessor } from '../../presets/contract/sdk-parts.js';
import type { RecordedCall } from './calls.js';
import { spanIdOf } from './ids.js';
import type { ReadEvent } from './read.js';
import { toHrTime } from './time.js';

/** Where the spans of a recording are sent. */
export interface Destination {
	/** The processors that receive the spans. */
	readonly processors: readonly SpanProcessor[];
	/** The resource of the spans. */
	readonly resource: Resource | undefined;
}

/** No limit applies: a recording that is imported on purpose is kept completely. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
/** The span limits of imported spans. */
const LIMITS = { attributeCountLimit: NO_LIMIT, eventCountLimit: NO_LIMIT, linkCountLimit: NO_LIMIT };

/** Creates the spans of one trace through the SDK, with the recorded times and with ids derived from the recording. */
export class SpanImporter {
	readonly #traceId: string;
	/** Gives the next span the id `next`. */
	readonly #ids: IdGenerator & { next: string };
	readonly #provider: TracerProvider;

	constructor(traceId: string, { processors, resource }: Destination) {
		this.#traceId = traceId;
		const ids = { next: '', generateTraceId: () => traceId, generateSpanId: () => ids.next };
		this.#ids = ids;
		this.#provider = new TracerProvider({
			spanProcessors: [...processors],
			...(resource === undefined ? {} : { resource: sdkResource(resource) }),
			idGenerator: ids,
			sampler: new AlwaysOnSampler(),
			spanLimits: LIMITS,
		});
	}

	/**
	 * Starts and ends the span of a call.
	 *
	 * @throws whatever a processor throws
	 */
	importCall(call: RecordedCall): void {
		const { event, exceptions, returned, parent } = call;
		this.#ids.next = spanIdOf(this.#traceId, event.id);
		const startTime = toHrTime(event.timestamp);
		const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, this.#spanContext(parent));
		const span = this.#provider
			.getTracer(SCOPE, VERSION, SCOPE_OPTIONS)
			.startSpan(
				event.content.function,
				{ startTime, attributes: attributesOf(call), links: this.#links(call) },
				context,
			);
		for (const exception of exceptions) {
			const attributes = { [ATTR_EXCEPTION_MESSAGE]: messageOf(exception), ...sourceLocation(exception) };
			span.addEvent('exception', attributes, toHrTime(exception.timestamp));
		}
		const [thrown] = exceptions;
		if (thrown !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(thrown) });
		else if (returned !== undefined) span.setStatus({ code: SpanStatusCode.OK });
		span.end(toHrTime((endOf(call) ?? event).timestamp));
	}

	#links({ links }: RecordedCall): Link[] {
		return [...links].map((other) => ({ context: this.#spanContext(other) }));
	}

	#spanContext({ event }: RecordedCall): SpanContext {
		const spanId = spanIdOf(this.#traceId, event.id);
		return { traceId: this.#traceId, spanId, traceFlags: TraceFlags.SAMPLED };
	}
}

/** Returns a resource as the SDK needs it. One of another version of the SDK is used as it is. */
function sdkResource(resource: Resource): SdkResource {
	if ('merge' in resource) return resource as SdkResource;
	return resourceFromAttributes(resource.attributes as Attributes);
}

/** The event that ended a call: its return, else its last exception if no call below it began after that. */
function endOf({ returned, exceptions, continued }: RecordedCall): ReadEvent | undefined {
	return returned ?? (continued ? undefined : exceptions.at(-1));
}

/** The attributes of a call's span. */
function attributesOf(call: RecordedCall): Attributes {
	const { id, source, content } = call.event;
	return {
		[ATTR_CODE_FUNCTION_NAME]: content.function,
		...sourceLocation(call.event),
		[ATTR_AGENTESE_RECORDING_ID]: id,
		...(source === '' ? {} : { [ATTR_AGENTESE_RECORDING_SOURCE]: source }),
		[ATTR_AGENTESE_RECORDING_DEPTH]: content.depth,
		...(endOf(call) === undefined ? { [ATTR_AGENTESE_RECORDING_UNFINISHED]: true } : {}),
	};
}

/** The attributes of the file and line of an event, if it has them. */
function sourceLocation({ content: { file, line } }: ReadEvent): Attributes {
	return {
		...(file === undefined || file === null ? {} : { [ATTR_CODE_FILE_PATH]: file }),
		...(line === undefined || line === null ? {} : { [ATTR_CODE_LINE_NUMBER]: line }),
	};
}

/** A recording contains where an exception was thrown, and not which one. */
function messageOf({ content: { function: name, file, line } }: ReadEvent): string {
	const location = [file, line].filter((part) => part !== undefined && part !== null).join(':');
	return `exception in ${name}${location === '' ? '' : ` at ${location}`}`;
}
