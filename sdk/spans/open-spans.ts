import type { Attributes, Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import {
	ATTR_AGENTESE_INTERRUPTED,
	ATTR_AGENTESE_OUTCOME,
	ATTR_AGENTESE_PATH,
} from '../../lib/runtime/names.generated.js';
import { alignStart } from './span-clock.js';

/** How many open spans are remembered. An application that never ends its spans must not fill the memory. */
const MAX_OPEN = 10_000;

/** How many of the youngest spans are in an array: most spans end among them. */
const MAX_RECENT = 32;

/** Returns the span that it is called on. */
function unchanged<T>(this: T): T {
	return this;
}

/**
 * What replaces the methods of a span that was interrupted. The application still uses the span, which is no mistake of
 * it, and OpenTelemetry would log a warning for each call.
 */
const WITHOUT_EFFECT = {
	...{
		setAttribute: unchanged,
		setAttributes: unchanged,
		addEvent: unchanged,
		addLink: unchanged,
		addLinks: unchanged,
	},
	...{ setStatus: unchanged, updateName: unchanged },
	recordException: () => undefined,
	end: () => undefined,
};

/**
 * Remembers the spans that have started and not ended, so that those which the end of the process interrupts are not
 * lost. The youngest are searched from the end of an array. A Set that is filled and emptied by each call would
 * allocate a new table again and again, which takes 75 ns.
 */
export class OpenSpans implements SpanProcessor {
	/** Called with each span that ends. @default nothing is called */
	onSpanEnded: ((span: object) => void) | undefined;
	/** The spans that are not among the youngest, the oldest first. */
	readonly #older = new Set<Span>();
	/** The youngest spans, the oldest first. */
	readonly #recent: Span[] = [];

	/** Remembers a span that started, unless too many are open, and moves its start to the clock of its trace. */
	onStart(span: Span, parentContext?: Context): void {
		if (parentContext !== undefined) alignStart(span, parentContext);
		if (this.#older.size + this.#recent.length >= MAX_OPEN) return;
		this.#recent.push(span);
		if (this.#recent.length <= MAX_RECENT) return;
		const oldest = this.#recent.shift();
		if (oldest !== undefined) this.#older.add(oldest);
	}

	/** Forgets a span that ended. A span that was not remembered is ignored. */
	onEnd(span: ReadableSpan): void {
		const recent = this.#recent;
		const at = recent.lastIndexOf(span as Span);
		this.onSpanEnded?.(span);
		if (at === -1) this.#older.delete(span as Span);
		else if (at === recent.length - 1) recent.pop();
		else recent.splice(at, 1);
	}

	/** True if no span is open. */
	get isEmpty(): boolean {
		return this.#older.size + this.#recent.length === 0;
	}

	/** Iterates over the open spans, the oldest first. */
	*[Symbol.iterator](): Iterator<Span> {
		yield* this.#older;
		yield* this.#recent;
	}

	/**
	 * Ends all open spans, the youngest first, each with `agentese.interrupted`; the outcome of an invocation is
	 * `cancelled`. To be called only at a shutdown or at the very end of the process, when nothing else will end them in
	 * time. Never throws.
	 */
	interrupt(): void {
		for (const span of [...this.#older, ...this.#recent].reverse()) {
			try {
				span.setAttributes(interruptedAttributes(span));
				span.end();
				Object.assign(span, WITHOUT_EFFECT);
			} catch {
				// A processor of the application may throw. The other spans must be ended nevertheless.
			}
		}
		this.#clear();
	}

	async forceFlush(): Promise<void> {}

	/** Forgets all spans, without ending them. */
	async shutdown(): Promise<void> {
		this.#clear();
	}

	#clear(): void {
		this.#older.clear();
		this.#recent.length = 0;
	}
}

/** Returns the attributes of a span that the end of the process interrupts. */
export function interruptedAttributes({ attributes }: ReadableSpan): Attributes {
	const isInvocation = attributes[ATTR_AGENTESE_PATH] !== undefined;
	return { [ATTR_AGENTESE_INTERRUPTED]: true, ...(isInvocation && { [ATTR_AGENTESE_OUTCOME]: 'cancelled' }) };
}
