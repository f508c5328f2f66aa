import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { callsOf } from './calls.js';
import { traceIdOf } from './ids.js';
import { type ImportFault, type RecordedEvent, readEvents } from './read.js';
import { runningSpans } from './running-spans.js';

export type { ImportFault, RecordedEvent };

/** Where imported spans go. */
export interface ImportOptions {
	/** Span processors in place of those of the running presets; they are flushed, never shut down. */
	readonly processors?: readonly SpanProcessor[];
	/** Who speaks. @default the running telemetry's resource */
	readonly resource?: Resource;
}

/** What became of a recording. */
export interface ImportResult {
	/** The trace that holds all of it; undefined where no event was right. */
	readonly traceId: string | undefined;
	/** How many spans were handed to the presets. */
	readonly spans: number;
	/** What could not be imported, in the order of the events. */
	readonly faults: readonly ImportFault[];
}

/** A network preset's queue holds 2048 spans, and drops more than that. */
const SPANS_A_FLUSH = 500;

/**
 * Exports what the origin's `TraceCollector` recorded through the presets that run, as one trace with the recording's own
 * times: a call and its return are a span, its first dependency's call is the parent, the others' are links, an
 * exception is an exception event and status ERROR.
 *
 * Nothing is made up. A call whose end was not recorded ends where it began, without a status, and says
 * `agentese.event.unfinished`. Ids are hashes of the events' ids, so that the same recording gives the same trace each
 * time. Sampling and span limits do not hold here.
 *
 * A faulty event is left out and said in `faults`; all others are imported.
 *
 * @param events - the events, in any order
 * @throws TypeError where it is no list of events
 * @throws Error where no preset that carries traces runs and `processors` are not given
 */
export async function importEvents(
	events: readonly RecordedEvent[],
	options: ImportOptions = {},
): Promise<ImportResult> {
	if (!Array.isArray(events)) {
		throw new TypeError(`importEvents() takes a list of events; it got ${events === null ? 'null' : typeof events}.`);
	}
	const running = runningSpans();
	const processors = options.processors ?? running?.processors ?? [];
	if (processors.length === 0) {
		throw new Error(
			'importEvents() exports through the presets that run, and none that carries traces does. Await ' +
				'startTelemetry() first, or give it the option processors.',
		);
	}
	const read = readEvents(events);
	const { calls, faults } = callsOf(read.events);
	const all = [...read.faults, ...faults].sort((a, b) => a.index - b.index);
	if (read.events.length === 0) return { traceId: undefined, spans: 0, faults: all };
	const { SpanMaker } = await import('./spans.js');
	const traceId = traceIdOf(read.events.map(({ id }) => id));
	const maker = new SpanMaker(traceId, { processors, resource: options.resource ?? running?.resource });
	let spans = 0;
	for (const call of calls) {
		try {
			maker.make(call);
			spans += 1;
		} catch (error) {
			warnOnce('import-events/make', 'a span processor threw on an imported span, which may be lost.', error);
		}
		if (spans % SPANS_A_FLUSH === 0) await flush(processors);
	}
	await flush(processors);
	return { traceId, spans, faults: all };
}

/** What a preset could not send yet is its own to hold and to count. */
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
