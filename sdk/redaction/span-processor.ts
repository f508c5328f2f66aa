import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { CheckpointingSpanProcessor, SpanCheckpoints } from '../../presets/signals/processors.js';
import { CleanSpans } from './clean-spans.js';
import { type RedactionPolicy, redactSpan, redactSpanParts, type SpanParts } from './redact-span.js';

/**
 * Creates a function that redacts spans. It redacts a span once if it is passed to it several times in succession, as
 * the processors of several presets do.
 */
export function createSpanRedactor(policy: RedactionPolicy): (span: ReadableSpan) => ReadableSpan {
	const clean = new CleanSpans(policy);
	let last: ReadableSpan | undefined;
	let redacted: ReadableSpan | undefined;
	return (span) => {
		if (redacted === undefined || last !== span) {
			redacted = clean.has(span) ? span : redactSpan(span, policy);
			last = span;
		}
		return redacted;
	};
}

/**
 * Passes each span to a preset's processor when it ends, redacted. A processor that reads spans before they end
 * receives a view of each span from its start on. It can write to the span through the view, but reads redacted parts.
 */
export class RedactingSpanProcessor implements CheckpointingSpanProcessor {
	/** The checkpoints of the preset's processor, which receive redacted spans too; undefined if it has none. */
	readonly checkpoints: SpanCheckpoints | undefined;
	/** The preset's processor. */
	readonly #inner: SpanProcessor;
	readonly #redact: (span: ReadableSpan) => ReadableSpan;
	readonly #policy: RedactionPolicy;
	/** Whether the processor reads spans before they end. */
	readonly #early: boolean;
	/** The views that the processor received at the start of spans: it may identify a span by its object. */
	readonly #started = new WeakMap<ReadableSpan, StartedSpan>();

	/**
	 * @param redact - what `createSpanRedactor` created, shared by the processors of all presets
	 * @param early - whether the processor reads spans before they end; if not, its `onStart` and `onEnding` are not
	 * called
	 */
	constructor(
		inner: CheckpointingSpanProcessor,
		redact: (span: ReadableSpan) => ReadableSpan,
		policy: RedactionPolicy,
		early: boolean,
	) {
		const { checkpoints } = inner;
		this.checkpoints = checkpoints && {
			save: (span, interrupted) => checkpoints.save(span, redact(interrupted)),
			remove: (span) => checkpoints.remove(span),
		};
		this.#inner = inner;
		this.#redact = redact;
		this.#policy = policy;
		this.#early = early;
	}

	/** Passes a redacted view of the span on, if the processor reads spans before they end. */
	onStart(span: Span, parentContext: Context): void {
		if (this.#early) this.#inner.onStart(this.#startedOf(span).view, parentContext);
	}

	/** Passes the view of `onStart` on, if the processor reads spans before they end. */
	onEnding(span: Span): void {
		if (this.#early) this.#inner.onEnding?.(this.#startedOf(span).view);
	}

	/** Passes the view of `onStart` on if there is one, else the redacted span. */
	onEnd(span: ReadableSpan): void {
		const redacted = this.#redact(span);
		const started = this.#started.get(span);
		if (started !== undefined) started.ended = redacted;
		this.#inner.onEnd(started?.view ?? redacted);
	}

	async forceFlush(): Promise<void> {
		await this.#inner.forceFlush();
	}

	async shutdown(): Promise<void> {
		await this.#inner.shutdown();
	}

	/** Returns the view of a span; creates it at the first call. */
	#startedOf(span: Span): StartedSpan {
		const started = this.#started.get(span) ?? new StartedSpan(span, this.#policy);
		this.#started.set(span, started);
		return started;
	}
}

/** The properties of a span that a view redacts. */
const PARTS: readonly PropertyKey[] = [
	'name',
	'attributes',
	'events',
	'links',
	'status',
	'resource',
	'instrumentationScope',
] satisfies (keyof SpanParts)[];

/** A span of which a processor received a view when it started. */
class StartedSpan {
	/** Behaves like the span: methods are called on the span itself, but the parts that are read are redacted. */
	readonly view: Span;
	/** The redacted span, set when it has ended: its parts are then not redacted again at each read. */
	ended: ReadableSpan | undefined;

	constructor(span: Span, policy: RedactionPolicy) {
		this.view = new Proxy(span, {
			get: (_, key) => {
				if (PARTS.includes(key)) return (this.ended ?? redactSpanParts(span, policy))[key as keyof SpanParts];
				const value: unknown = Reflect.get(span, key, span);
				if (typeof value !== 'function') return value;
				return (...args: unknown[]) => {
					const result: unknown = Reflect.apply(value, span, args);
					// A chained call continues on the view.
					return result === span ? this.view : result;
				};
			},
		});
	}
}
