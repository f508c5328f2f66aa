import { SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import type { RecordedEvent } from '../../../sdk/import-events/import-events.js';

/** The exporter of the imported spans in these tests. */
export const exporter = new InMemorySpanExporter();
export const processors = [new SimpleSpanProcessor({ exporter })];

export type Type = 'call' | 'return' | 'exception';
export const event = (
	id: string,
	type: Type,
	name: string,
	depth: number,
	timestamp: number,
	dependencies: string[] = [],
	source = 'main',
): RecordedEvent => ({
	id,
	content: { type, function: name, file: 'soul.py', line: 7, depth },
	timestamp,
	source,
	dependencies,
});

export const byCall = () =>
	new Map(exporter.getFinishedSpans().map((span) => [span.attributes['agentese.recording.id'], span]));
export const idOf = (span: ReadableSpan | undefined) => span?.spanContext().spanId;

/** A span as its name, parent call, linked calls, start, end, status, and whether it is unfinished. */
export function importedSpans() {
	const spans = exporter.getFinishedSpans();
	const callOf = (id: string | undefined) =>
		spans.find((span) => idOf(span) === id)?.attributes['agentese.recording.id'] ?? id;
	return spans.map((span) => ({
		call: span.attributes['agentese.recording.id'],
		parent: callOf(span.parentSpanContext?.spanId),
		links: span.links.map(({ context }) => callOf(context.spanId)),
		from: span.startTime[0],
		to: span.endTime[0],
		status: SpanStatusCode[span.status.code],
		...(span.attributes['agentese.recording.unfinished'] === true ? { unfinished: true } : {}),
	}));
}
export const one = (call: string, from: number, to: number, rest: object = {}) => ({
	call,
	parent: undefined,
	links: [],
	from,
	to,
	status: 'OK',
	...rest,
});
export const unfinished = { status: 'UNSET', unfinished: true };

export const GARDEN = [
	event('e1', 'call', 'tend', 0, 1_700_000_000.125),
	event('e2', 'call', 'water', 1, 1_700_000_000.25, ['e1']),
	event('e3', 'exception', 'water', 1, 1_700_000_000.375, ['e2']),
	event('e4', 'return', 'water', 1, 1_700_000_000.5, ['e3']),
	event('e5', 'call', 'prune', 1, 1_700_000_001.000001, ['e1', 'e4']),
	event('e6', 'return', 'prune', 1, 1_700_000_002.123456, ['e5']),
	event('e7', 'return', 'tend', 0, 1_700_000_003, ['e6']),
];
