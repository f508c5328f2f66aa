import { styleText } from 'node:util';
import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { PresetEnvironment, PresetParts } from '../contract/preset.js';
import type { ConsoleSettings } from './options.js';
import { isEntry, type Paint, trees } from './tree.js';

/** What may wait for the end of its trace: an application whose roots never end must not fill the memory. */
const MAX_TRACES = 500;
const MAX_SPANS = 500;

const NONE: SignalCounts = { made: 0, written: 0, queued: 0, dropped: 0, droppedBy: {} };
const LOOKS = { name: 'bold', faint: 'dim', good: 'green', bad: 'red' } as const;

/** What is written to: stderr, so that what an application prints stays its own. */
export type Out = NodeJS.WriteStream;

/**
 * Writes each trace when its root ends, in the next turn of the loop; and what is left when the process ends. What was
 * called from elsewhere is a root too, unless the trace has another one open here, as where an application calls its own
 * server: then the last of them to end brings all of it.
 */
export function consoleParts(
	{ color }: ConsoleSettings,
	whenProcessEnds: PresetEnvironment['whenProcessEnds'],
	out: Out = process.stderr,
): PresetParts {
	const printer = new Printer(out, painter(color, out));
	const forget = whenProcessEnds(() => printer.print());
	const processor: SpanProcessor = {
		onStart: (span) => {
			if (isSampled(span) && isEntry(span)) printer.open(span.spanContext().traceId);
		},
		onEnd: (span) => {
			if (isSampled(span)) printer.take(span);
		},
		forceFlush: async () => printer.print(),
		shutdown: async () => {
			printer.end();
			forget();
		},
	};
	return {
		spanProcessors: [processor],
		stats: () => ({ spans: printer.stats(), metricPoints: NONE, logs: NONE, files: [] }),
	};
}

/** `auto`: in colour on a terminal; `NO_COLOR` and `FORCE_COLOR` are heard, as Node does. */
function painter(color: ConsoleSettings['color'], stream: Out): Paint {
	if (color === 'never') return (_look, text) => text;
	const options = color === 'auto' ? { stream } : { validateStream: false };
	return (look, text) => styleText(LOOKS[look], text, options);
}

function isSampled(span: ReadableSpan): boolean {
	return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

class Printer {
	readonly #out: Out;
	readonly #paint: Paint;
	readonly #waiting = new Map<string, ReadableSpan[]>();
	/** How many roots of each trace are open. */
	readonly #open = new Map<string, number>();
	readonly #printed = new Set<string>();
	readonly #counts = { made: 0, written: 0, queued: 0, dropped: 0 };
	#lines: string[] = [];
	#linesOf = 0;
	#turn: NodeJS.Immediate | undefined;
	#closed = false;

	constructor(out: Out, paint: Paint) {
		this.#out = out;
		this.#paint = paint;
	}

	/** A root began: a span without a parent, or one whose parent is elsewhere. */
	open(traceId: string): void {
		this.#open.set(traceId, (this.#open.get(traceId) ?? 0) + 1);
		shorten(this.#open);
	}

	/** A span ended. Its trace is made lines when the span is the last of its roots. */
	take(span: ReadableSpan): void {
		this.#counts.made += 1;
		const { traceId } = span.spanContext();
		const others = this.#waiting.get(traceId) ?? [];
		const entry = isEntry(span);
		if (entry) this.#end(traceId);
		// What ends after its root has a line of its own.
		const root = !this.#open.has(traceId) && (entry || this.#printed.has(traceId));
		if (this.#closed || (!root && (others.length >= MAX_SPANS || this.#full(traceId)))) {
			this.#counts.dropped += 1;
			return;
		}
		this.#counts.queued += 1;
		if (!root) {
			others.push(span);
			this.#waiting.set(traceId, others);
			return;
		}
		this.#waiting.delete(traceId);
		this.#printed.add(traceId);
		shorten(this.#printed);
		this.#write([...others, span]);
	}

	#end(traceId: string): void {
		const left = (this.#open.get(traceId) ?? 1) - 1;
		if (left > 0) this.#open.set(traceId, left);
		else this.#open.delete(traceId);
	}

	#full(traceId: string): boolean {
		return this.#waiting.size >= MAX_TRACES && !this.#waiting.has(traceId);
	}

	#write(spans: readonly ReadableSpan[]): void {
		try {
			this.#lines.push(...trees(spans, this.#paint));
		} catch (error) {
			warnOnce('console/line', 'a trace could not be made a line.', error);
		}
		this.#linesOf += spans.length;
		this.#turn ??= setImmediate(() => this.print());
	}

	/** Writes the lines that wait. Never throws: a closed stderr is no reason to fail. */
	print(): void {
		clearImmediate(this.#turn);
		this.#turn = undefined;
		const lines = this.#lines;
		this.#lines = [];
		this.#counts.queued -= this.#linesOf;
		this.#counts.written += this.#linesOf;
		this.#linesOf = 0;
		if (lines.length === 0) return;
		try {
			this.#out.write(`${lines.join('\n')}\n`);
		} catch (error) {
			warnOnce('console/write', 'the console preset cannot write to stderr.', error);
		}
	}

	/** Writes all, also the spans whose root never ended. */
	end(): void {
		for (const spans of this.#waiting.values()) this.#write(spans);
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

/** Forgets the oldest of what may not grow without end. */
function shorten(traces: Map<string, unknown> | Set<string>): void {
	for (const oldest of traces.keys()) {
		if (traces.size <= MAX_TRACES) return;
		traces.delete(oldest);
	}
}
