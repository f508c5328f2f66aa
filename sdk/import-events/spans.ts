import {
	type Attributes,
	type Link,
	ROOT_CONTEXT,
	type SpanContext,
	SpanStatusCode,
	TraceFlags,
	trace,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { AlwaysOnSampler, type IdGenerator, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { SCOPE, VERSION } from '../../lib/runtime/version.js';
import type { Call } from './calls.js';
import { spanIdOf } from './ids.js';
import type { ReadEvent } from './read.js';
import { hrTimeOf } from './time.js';

/** Where the spans of a recording go. */
export interface Destination {
	readonly processors: readonly SpanProcessor[];
	readonly resource: Resource | undefined;
}

/** All that a recording holds is kept: what was imported on purpose is neither sampled nor cut. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const LIMITS = { attributeCountLimit: NO_LIMIT, eventCountLimit: NO_LIMIT, linkCountLimit: NO_LIMIT };

/** Makes the spans of one trace through the SDK, with the times of the recording and ids that are its own. */
export class SpanMaker {
	readonly #traceId: string;
	readonly #ids: IdGenerator & { next: string };
	readonly #provider: TracerProvider;

	constructor(traceId: string, { processors, resource }: Destination) {
		this.#traceId = traceId;
		const ids = { next: '', generateTraceId: () => traceId, generateSpanId: () => ids.next };
		this.#ids = ids;
		this.#provider = new TracerProvider({
			spanProcessors: [...processors],
			...(resource === undefined ? {} : { resource }),
			idGenerator: ids,
			sampler: new AlwaysOnSampler(),
			spanLimits: LIMITS,
		});
	}

	/** Makes the span of a call, begun and ended; throws what a processor throws. */
	make(one: Call): void {
		const { call, exceptions, returned, parent } = one;
		this.#ids.next = spanIdOf(this.#traceId, call.id);
		const startTime = hrTimeOf(call.timestamp);
		const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, this.#spanContext(parent));
		const span = this.#provider
			.getTracer(SCOPE, VERSION)
			.startSpan(call.content.function, { startTime, attributes: attributesOf(one), links: this.#links(one) }, context);
		for (const event of exceptions) {
			const attributes = { 'exception.message': messageOf(event), ...placeOf(event) };
			span.addEvent('exception', attributes, hrTimeOf(event.timestamp));
		}
		const [thrown] = exceptions;
		if (thrown !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(thrown) });
		else if (returned !== undefined) span.setStatus({ code: SpanStatusCode.OK });
		span.end(hrTimeOf((endOf(one) ?? call).timestamp));
	}

	#links({ links }: Call): Link[] {
		return [...links].map((other) => ({ context: this.#spanContext(other) }));
	}

	#spanContext({ call }: Call): SpanContext {
		const spanId = spanIdOf(this.#traceId, call.id);
		return { traceId: this.#traceId, spanId, traceFlags: TraceFlags.SAMPLED };
	}
}

/** What ended a call: its return, else an exception after which nothing of it was recorded; undefined where it is not known. */
function endOf({ returned, exceptions, wentOn }: Call): ReadEvent | undefined {
	return returned ?? (wentOn ? undefined : exceptions.at(-1));
}

function attributesOf(one: Call): Attributes {
	const { id, source, content } = one.call;
	return {
		'code.function.name': content.function,
		...placeOf(one.call),
		'agentese.event.id': id,
		...(source === '' ? {} : { 'agentese.event.source': source }),
		'agentese.event.depth': content.depth,
		...(endOf(one) === undefined ? { 'agentese.event.unfinished': true } : {}),
	};
}

function placeOf({ content: { file, line } }: ReadEvent): Attributes {
	return {
		...(file === undefined || file === null ? {} : { 'code.file.path': file }),
		...(line === undefined || line === null ? {} : { 'code.line.number': line }),
	};
}

/** A recording says that something was thrown, and where; not what. */
function messageOf({ content: { function: name, file, line } }: ReadEvent): string {
	const place = [file, line].filter((part) => part !== undefined && part !== null).join(':');
	return `exception in ${name}${place === '' ? '' : ` at ${place}`}`;
}
