import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { CheckpointingSpanProcessor, SpanCheckpoints } from '../../presets/signals/processors.js';
import { CleanSpans } from './clean-spans.js';
import { type Parts, partsOf, redactedSpan, type SpanRules } from './redact-span.js';

/** Looks at each span once, however many presets ask one after the other. */
export function spanLook(rules: SpanRules): (span: ReadableSpan) => ReadableSpan {
	const clean = new CleanSpans(rules);
	let last: ReadableSpan | undefined;
	let seen: ReadableSpan | undefined;
	return (span) => {
		if (seen === undefined || last !== span) {
			seen = clean.has(span) ? span : redactedSpan(span, rules);
			last = span;
		}
		return seen;
	};
}

/**
 * Stands before a preset's processor, which gets each span that ends without its secrets. A span that has not ended
 * yet it may write to, and reads without its secrets.
 */
export class RedactingSpanProcessor implements CheckpointingSpanProcessor {
	/** What takes down open spans, which it gets without their secrets too. */
	readonly noting: SpanCheckpoints | undefined;
	readonly #inner: SpanProcessor;
	readonly #look: (span: ReadableSpan) => ReadableSpan;
	readonly #rules: SpanRules;
	readonly #early: boolean;
	/** What the processor got at a span's start, for it may know the span by its object. */
	readonly #started = new WeakMap<ReadableSpan, Started>();

	/** @param early - whether the processor looks at spans before they end */
	constructor(
		inner: CheckpointingSpanProcessor,
		look: (span: ReadableSpan) => ReadableSpan,
		rules: SpanRules,
		early: boolean,
	) {
		const { noting } = inner;
		this.noting = noting && {
			note: (span, interrupted) => noting.note(span, look(interrupted)),
			forget: (span) => noting.forget(span),
		};
		this.#inner = inner;
		this.#look = look;
		this.#rules = rules;
		this.#early = early;
	}

	onStart(span: Span, parentContext: Context): void {
		if (this.#early) this.#inner.onStart(this.#startedOf(span).view, parentContext);
	}

	onEnding(span: Span): void {
		if (this.#early) this.#inner.onEnding?.(this.#startedOf(span).view);
	}

	onEnd(span: ReadableSpan): void {
		const seen = this.#look(span);
		const started = this.#started.get(span);
		if (started !== undefined) started.ended = seen;
		this.#inner.onEnd(started?.view ?? seen);
	}

	async forceFlush(): Promise<void> {
		await this.#inner.forceFlush();
	}

	async shutdown(): Promise<void> {
		await this.#inner.shutdown();
	}

	#startedOf(span: Span): Started {
		const started = this.#started.get(span) ?? new Started(span, this.#rules);
		this.#started.set(span, started);
		return started;
	}
}

const PARTS: readonly PropertyKey[] = [
	'name',
	'attributes',
	'events',
	'links',
	'status',
	'resource',
	'instrumentationScope',
] satisfies (keyof Parts)[];

/** A span from its start on: what is called on its view happens to the span itself, what is read has no secrets. */
class Started {
	readonly view: Span;
	ended: ReadableSpan | undefined;

	constructor(span: Span, rules: SpanRules) {
		this.view = new Proxy(span, {
			get: (_, key) => {
				if (PARTS.includes(key)) return (this.ended ?? partsOf(span, rules))[key as keyof Parts];
				const value: unknown = Reflect.get(span, key, span);
				if (typeof value !== 'function') return value;
				return (...args: unknown[]) => {
					const answer: unknown = Reflect.apply(value, span, args);
					return answer === span ? this.view : answer;
				};
			},
		});
	}
}
