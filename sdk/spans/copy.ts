import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** A span as it is now, but for what is said otherwise. The span itself keeps what it has, and may be of any class. */
export function copyOf(span: ReadableSpan, otherwise: Partial<ReadableSpan>): ReadableSpan {
	const { parentSpanContext } = span;
	const spanContext = span.spanContext();
	return {
		name: span.name,
		kind: span.kind,
		spanContext: () => spanContext,
		...(parentSpanContext !== undefined && { parentSpanContext }),
		startTime: span.startTime,
		endTime: span.endTime,
		duration: span.duration,
		ended: span.ended,
		status: span.status,
		attributes: span.attributes,
		events: span.events,
		links: span.links,
		resource: span.resource,
		instrumentationScope: span.instrumentationScope,
		droppedAttributesCount: span.droppedAttributesCount,
		droppedEventsCount: span.droppedEventsCount,
		droppedLinksCount: span.droppedLinksCount,
		...otherwise,
	};
}
