import { styleText } from 'node:util';
import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { warnOnce, writeSafely } from '../../lib/runtime/log-once.js';
import { platform } from '../../lib/runtime/platform.js';
import type { PresetEnvironment, PresetParts } from '../contract/preset.js';
import type { ConsoleSettings } from './options.js';
import { isLocalRoot, type Paint, traceLines } from './tree.js';

/** The most traces that wait for their root to end: roots that never end must not fill the memory. */
const MAX_TRACES = 500;
/** The most spans of one trace that wait for their root to end. */
const MAX_SPANS = 500;

const NO_RECORDS: SignalCounts = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {} };
/** The style of `util.styleText` for each meaning. */
const STYLES = { name: 'bold', faint: 'dim', good: 'green', bad: 'red' } as const;

/** The stream that lines are written to. It is stderr, because stdout belongs to the application. */
export type OutputStream = NodeJS.WriteStream;

/**
 * Creates a span processor that writes each trace in the turn of the event loop after its root has ended, and
 * everything that waits when the process ends.
 *
 * A span that was called from another process is a root too. If a trace has several roots open in this process, as when
 * an application calls its own server, the last one to end writes the whole trace.
 */
export function consoleParts(
	{ color }: ConsoleSettings,
	whenProcessEnds: PresetEnvironment['whenProcessEnds'],
	out: OutputStream = process.stderr,
): PresetParts {
	const printer = new TracePrinter(out, painter(color, out));
	const unregister = whenProcessEnds(() => printer.print());
	const processor: SpanProcessor = {
		onStart: (span) => {
			if (isSampled(span) && isLocalRoot(span)) printer.rootStarted(span.spanContext().traceId);
		},
		onEnd: (span) => {
			if (isSampled(span)) printer.spanEnded(span);
		},
		forceFlush: async () => printer.print(),
		shutdown: async () => {
			printer.shutdown();
			unregister();
		},
	};
	return {
		spanProcessors: [processor],
		stats: () => ({ spans: printer.stats(), metricPoints: NO_RECORDS, logs: NO_RECORDS, files: [] }),
	};
}

/**
 * Returns the function that colours text. With `auto` Node itself decides: it checks the terminal and the variables.
 */
function painter(color: ConsoleSettings['color'], stream: OutputStream): Paint {
	if (color === 'never') return (_style, text) => text;
	const options = color === 'auto' ? { stream } : { validateStream: false };
	return (style, text) => styleText(STYLES[style], text, options);
}

function isSampled(span: ReadableSpan): boolean {
	return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** Holds the ended spans of each trace until its last root has ended, then formats and writes them. */
class TracePrinter {
	readonly #out: OutputStream;
	readonly #paint: Paint;
	/** Ended spans whose root has not ended yet, by trace id. */
	readonly #waiting = new Map<string, ReadableSpan[]>();
	/** The number of roots of each trace that are open. */
	readonly #openRoots = new Map<string, number>();
	/** The ids of the latest traces that were formatted. */
	readonly #printed = new Set<string>();
	readonly #counts = { created: 0, delivered: 0, queued: 0, dropped: 0 };
	/** Formatted lines that are not written yet. */
	#lines: string[] = [];
	/** The number of spans that `#lines` represents. */
	#spansInLines = 0;
	#immediate: NodeJS.Immediate | undefined;
	#closed = false;

	constructor(out: OutputStream, paint: Paint) {
		this.#out = out;
		this.#paint = paint;
	}

	/** Counts a root that has started: a span without a parent, or with its parent in another process. */
	rootStarted(traceId: string): void {
		this.#openRoots.set(traceId, (this.#openRoots.get(traceId) ?? 0) + 1);
		removeOldest(this.#openRoots);
	}

	/** Holds a span that has ended, or formats its whole trace if the span is the last open root of it. */
	spanEnded(span: ReadableSpan): void {
		this.#counts.created += 1;
		const { traceId } = span.spanContext();
		const others = this.#waiting.get(traceId) ?? [];
		const isRoot = isLocalRoot(span);
		if (isRoot) this.#rootEnded(traceId);
		// A span that ends after the root of its trace gets a line of its own.
		const completes = !this.#openRoots.has(traceId) && (isRoot || this.#printed.has(traceId));
		if (this.#closed || (!completes && (others.length >= MAX_SPANS || this.#isFull(traceId)))) {
			this.#counts.dropped += 1;
			return;
		}
		this.#counts.queued += 1;
		if (!completes) {
			others.push(span);
			this.#waiting.set(traceId, others);
			return;
		}
		this.#waiting.delete(traceId);
		this.#printed.add(traceId);
		removeOldest(this.#printed);
		this.#format([...others, span]);
	}

	#rootEnded(traceId: string): void {
		const left = (this.#openRoots.get(traceId) ?? 1) - 1;
		if (left > 0) this.#openRoots.set(traceId, left);
		else this.#openRoots.delete(traceId);
	}

	/** Returns true if no span of this trace waits and no further trace may wait. */
	#isFull(traceId: string): boolean {
		return this.#waiting.size >= MAX_TRACES && !this.#waiting.has(traceId);
	}

	/** Formats spans of one trace, and schedules the write for the next turn of the event loop. */
	#format(spans: readonly ReadableSpan[]): void {
		try {
			this.#lines.push(...traceLines(spans, this.#paint));
		} catch (error) {
			warnOnce('console/line', 'the console preset could not format a trace.', error);
		}
		this.#spansInLines += spans.length;
		this.#immediate ??= platform.setImmediate(() => this.print());
	}

	/** Writes the lines that wait. Never throws: a closed stderr must not fail the application. */
	print(): void {
		platform.clearImmediate(this.#immediate);
		this.#immediate = undefined;
		const lines = this.#lines;
		this.#lines = [];
		this.#counts.queued -= this.#spansInLines;
		this.#counts.delivered += this.#spansInLines;
		this.#spansInLines = 0;
		if (lines.length === 0) return;
		writeSafely(this.#out, `${lines.join('\n')}\n`);
	}

	/** Writes everything, including spans whose root never ended. Spans that end later are dropped. */
	shutdown(): void {
		for (const spans of this.#waiting.values()) this.#format(spans);
		this.#waiting.clear();
		this.#closed = true;
		this.print();
	}

	stats(): SignalCounts {
		const { dropped } = this.#counts;
		const reason = this.#closed ? 'closed' : 'memory';
		return { ...this.#counts, droppedBy: dropped > 0 ? { [reason]: dropped } : {} };
	}
}

/** Removes the oldest entries above `MAX_TRACES`, so that the collection does not grow without bound. */
function removeOldest(traces: Map<string, unknown> | Set<string>): void {
	for (const oldest of traces.keys()) {
		if (traces.size <= MAX_TRACES) return;
		traces.delete(oldest);
	}
}
