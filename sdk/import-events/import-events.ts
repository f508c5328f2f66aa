import { valueInWords } from '../../lib/agentese/errors/value-in-words.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { Resource, SpanProcessor } from '../../presets/contract/sdk-parts.js';
import { reconstructCalls } from './calls.js';
import { traceIdOf } from './ids.js';
import { type ImportFault, type RecordedEvent, readEvents } from './read.js';
import { runningSpans } from './running-spans.js';

export type { ImportFault, RecordedEvent };

/**
 * The options of {@linkcode importEvents}: what receives the spans.
 *
 * @example
 * ```ts
 * import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
 * import { importEvents, type ImportOptions } from 'agentese-otel/presets';
 *
 * const exporter = new InMemorySpanExporter();
 * const options: ImportOptions = { processors: [new SimpleSpanProcessor({ exporter })] };
 * await importEvents([{ id: '1', timestamp: 1.5, content: { type: 'call', function: 'ask', depth: 0 } }], options);
 * exporter.getFinishedSpans().length; // => 1
 * ```
 */
export interface ImportOptions {
	/**
	 * The span processors that receive the spans. They are flushed and never shut down.
	 *
	 * @default the processors of the running telemetry
	 */
	readonly processors?: readonly SpanProcessor[] | undefined;
	/** The resource of the spans. @default the resource of the running telemetry */
	readonly resource?: Resource | undefined;
}

/** What was imported of a recording. */
export interface ImportResult {
	/** The id of the trace with all imported spans. Undefined if no event was valid. */
	readonly traceId: string | undefined;
	/** How many spans were passed to the span processors. */
	readonly spans: number;
	/** What was left out, by the index of the event. */
	readonly faults: readonly ImportFault[];
}

/** The queue of a preset that sends may drop spans beyond 2048, so the processors are flushed more often than that. */
const SPANS_PER_FLUSH = 500;

/**
 * Exports a recording of AGENTESE's `TraceCollector` through the running presets, as one trace with the recorded times.
 * A call and its return become a span. The call of its first dependency is the parent, those of the others are links.
 * An exception becomes an exception event and the status ERROR.
 *
 * Nothing is invented: a call without a recorded end ends where it began, has no status, and has the attribute
 * `agentese.recording.unfinished`. Ids are hashes of the events' ids, so the same recording gives the same trace each time.
 * Sampling and span limits do not apply.
 *
 * A faulty event is left out and reported in `faults`; all others are imported.
 *
 * @param events - the events, in any order
 * @param options - what receives the spans. @default the running telemetry
 * @returns a promise of what was imported; it resolves once the processors were flushed
 * @throws TypeError if `events` is no array
 * @throws Error if no running preset exports traces and `options.processors` is not given
 *
 * @example
 * ```ts
 * import { importEvents, startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * const { spans, faults } = await importEvents([
 * 	{ id: '1', timestamp: 1.5, content: { type: 'call', function: 'ask', depth: 0 } },
 * 	{ id: '2', timestamp: 1.7, content: { type: 'return', function: 'ask', depth: 0 }, dependencies: ['1'] },
 * ]);
 * spans; // => 1
 * faults; // => []
 * ```
 */
export async function importEvents(
	events: readonly RecordedEvent[],
	options: ImportOptions = {},
): Promise<ImportResult> {
	if (!Array.isArray(events)) {
		throw new TypeError(`importEvents() expects a list of events; it got ${events === null ? 'null' : typeof events}.`);
	}
	if (typeof options !== 'object' || options === null) {
		throw new TypeError(`importEvents() accepts an object of options; it got ${valueInWords(options)}.`);
	}
	const running = runningSpans();
	const processors = options.processors ?? running?.processors ?? [];
	if (processors.length === 0) {
		throw new Error(
			'importEvents() exports through the running presets, and none of them exports traces. Await startTelemetry() ' +
				'first, or pass the option processors.',
		);
	}
	const read = readEvents(events);
	const { calls, faults } = reconstructCalls(read.events);
	const all = [...read.faults, ...faults].sort((a, b) => a.index - b.index);
	if (read.events.length === 0) return { traceId: undefined, spans: 0, faults: all };
	// The SDK is loaded only if there is something to import.
	const { SpanImporter } = await import('./spans.js');
	const traceId = traceIdOf(read.events.map(({ id }) => id));
	const importer = new SpanImporter(traceId, { processors, resource: options.resource ?? running?.resource });
	let spans = 0;
	for (const call of calls) {
		try {
			importer.importCall(call);
			spans += 1;
		} catch (error) {
			warnOnce('import-events/make', 'a span processor threw on an imported span, which may be lost.', error);
		}
		if (spans % SPANS_PER_FLUSH === 0) await flush(processors);
	}
	await flush(processors);
	return { traceId, spans, faults: all };
}

/** Flushes the processors. A failure is logged: a preset keeps and counts what it could not send. */
async function flush(processors: readonly SpanProcessor[]): Promise<void> {
	await Promise.all(
		processors.map(async (processor) => {
			try {
				await processor.forceFlush();
			} catch (error) {
				warnOnce('import-events/flush', 'a preset could not send imported spans.', error);
			}
		}),
	);
}
