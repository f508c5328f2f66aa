import { type Attributes, type Link, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
	ATTR_AGENTESE_STREAM_STALL_MAX,
	ATTR_AGENTESE_STREAM_TIME_TO_FIRST_CHUNK,
} from '../../lib/runtime/names.generated.js';
import type { ReadableSpan } from '../../presets/contract/sdk-parts.js';
import type { SpanRecord } from '../recording/span-log.js';

/** A span without what differs between two runs: ids, times, stack traces and the resource. */
export interface SpanShape {
	/** The name of the span. */
	readonly name: string;
	/** The name of the instrumentation scope: `agentese-otel` for invocations. */
	readonly scope: string;
	/** `internal`, `server`, `client`, `producer` or `consumer`. */
	readonly kind: string;
	/** `unset`, `ok` or `error`. */
	readonly status: string;
	/** The attributes, without measured times. */
	readonly attributes: Attributes;
	/** The events in their order, without times and stack traces. */
	readonly events: readonly {
		/** The name of the event. */
		readonly name: string;
		/** The attributes of the event, without stack traces. */
		readonly attributes: Attributes;
	}[];
	/** The attributes of each link. */
	readonly links: readonly Attributes[];
	/** The spans below it, in the order of their start. */
	readonly children: readonly SpanShape[];
}

/** Attributes that hold measured times or places in files. */
const VOLATILE: ReadonlySet<string> = new Set([
	ATTR_AGENTESE_STREAM_TIME_TO_FIRST_CHUNK,
	ATTR_AGENTESE_STREAM_STALL_MAX,
	'gen_ai.response.time_to_first_chunk',
	'exception.stacktrace',
]);

/** Returns the shapes of the ended spans: the roots, with all others below them. */
export function shapesOf(records: readonly SpanRecord[]): SpanShape[] {
	const shown = records.filter(({ ended }) => ended !== undefined);
	const shapeOf = (record: SpanRecord): SpanShape => {
		const span = record.ended as ReadableSpan;
		return {
			name: span.name,
			scope: span.instrumentationScope.name,
			kind: String(SpanKind[span.kind]).toLowerCase(),
			status: String(SpanStatusCode[span.status.code]).toLowerCase(),
			attributes: stable(span.attributes),
			events: span.events.map(({ name, attributes = {} }) => ({ name, attributes: stable(attributes) })),
			links: (span.links as readonly Link[]).map(({ attributes = {} }) => stable(attributes)),
			children: shown.filter(({ parent }) => parent === record).map(shapeOf),
		};
	};
	return shown.filter(({ parent }) => parent?.ended === undefined).map(shapeOf);
}

/** Returns the attributes that are the same in every run, sorted by name. */
function stable(attributes: Attributes): Attributes {
	const kept = Object.entries(attributes).filter(([key]) => !VOLATILE.has(key));
	return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
