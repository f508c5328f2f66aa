import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/**
 * Returns a copy of a span with some fields replaced. The span is not changed, and may be of any class: each field of
 * `ReadableSpan` is read, so that getters and fields with other private names are copied too.
 *
 * @param overrides - the fields that differ in the copy
 */
export function copyWith(span: ReadableSpan, overrides: Partial<ReadableSpan>): ReadableSpan {
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
		...overrides,
	};
}
