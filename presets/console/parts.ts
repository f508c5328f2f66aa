import { styleText } from 'node:util';
import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { sayOnce } from '../../lib/runtime/say.js';
import type { ConsoleSettings } from '../options/console.js';
import type { PresetEnvironment, PresetParts, SignalCounts } from '../preset.js';
import { type Paint, tree } from './tree.js';

/** What may wait for the end of its trace: an application whose roots never end must not fill the memory. */
const MAX_TRACES = 500;
const MAX_SPANS = 500;

const NONE: SignalCounts = { made: 0, written: 0, queued: 0, dropped: 0, droppedBy: {} };
const LOOKS = { name: 'bold', faint: 'dim', good: 'green', bad: 'red' } as const;

/** What is written to: stderr, so that what an application prints stays its own. */
export type Out = NodeJS.WriteStream;

/** Writes each trace when its root ends, in the next turn of the loop; and what is left when the process ends. */
export function consoleParts(
	{ color }: ConsoleSettings,
	whenProcessEnds: PresetEnvironment['whenProcessEnds'],
	out: Out = process.stderr,
): PresetParts {
	const printer = new Printer(out, painter(color, out));
	const forget = whenProcessEnds(() => printer.print());
	const processor: SpanProcessor = {
		onStart: () => undefined,
		onEnd: (span) => {
			if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) printer.take(span);
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

class Printer {
	readonly #out: Out;
	readonly #paint: Paint;
	readonly #waiting = new Map<string, ReadableSpan[]>();
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

	/** A span ended. Its trace is made lines when the span is its root, or the first of a trace from elsewhere. */
	take(span: ReadableSpan): void {
		this.#counts.made += 1;
		const { traceId } = span.spanContext();
		const others = this.#waiting.get(traceId) ?? [];
		// What ends after its root has a line of its own.
		const late = this.#printed.has(traceId);
		const root = late || span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
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
		for (const oldest of this.#printed) {
			if (this.#printed.size <= MAX_TRACES) break;
			this.#printed.delete(oldest);
		}
		this.#write(span, others);
	}

	#full(traceId: string): boolean {
		return this.#waiting.size >= MAX_TRACES && !this.#waiting.has(traceId);
	}

	#write(root: ReadableSpan, others: readonly ReadableSpan[]): void {
		try {
			this.#lines.push(...tree(root, others, this.#paint));
		} catch (error) {
			sayOnce('console/line', 'a trace could not be made a line.', error);
		}
		this.#linesOf += 1 + others.length;
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
			sayOnce('console/write', 'the console preset cannot write to stderr.', error);
		}
	}

	/** Writes all, also the spans whose root never ended. */
	end(): void {
		for (const spans of this.#waiting.values()) {
			const ids = new Set(spans.map((span) => span.spanContext().spanId));
			const first = spans.find(({ parentSpanContext }) => !ids.has(parentSpanContext?.spanId ?? ''));
			const rest = spans.filter((span) => span !== first);
			if (first !== undefined) this.#write(first, rest);
		}
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
