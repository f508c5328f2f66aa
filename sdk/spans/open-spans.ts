import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';

/** An application that never ends its spans is not to be kept from being collected: so many are remembered. */
const MAX_OPEN = 10_000;

/** So many of the youngest are in an array: most spans end among them. */
const NEAR = 32;

/**
 * The spans that have begun and not ended, so that those which the end of the process cuts off are not lost. The youngest
 * are looked for from the end of an array: a set that each call fills and empties makes a new table ever again, 75 ns.
 */
export class OpenSpans implements SpanProcessor {
	/** Is told of each span that ends. */
	ended: ((span: object) => void) | undefined;
	readonly #older = new Set<Span>();
	readonly #young: Span[] = [];

	onStart(span: Span): void {
		if (this.#older.size + this.#young.length >= MAX_OPEN) return;
		this.#young.push(span);
		if (this.#young.length <= NEAR) return;
		const oldest = this.#young.shift();
		if (oldest !== undefined) this.#older.add(oldest);
	}

	onEnd(span: ReadableSpan): void {
		const young = this.#young;
		const at = young.lastIndexOf(span as Span);
		this.ended?.(span);
		if (at === -1) this.#older.delete(span as Span);
		else if (at === young.length - 1) young.pop();
		else young.splice(at, 1);
	}

	/** The oldest first. */
	*[Symbol.iterator](): Iterator<Span> {
		yield* this.#older;
		yield* this.#young;
	}

	/**
	 * Ends what is open, the youngest first, each with `agentese.interrupted`; an invocation's outcome is `cancelled`.
	 * For the very end of the process alone: nothing will end them otherwise.
	 */
	interrupt(): void {
		for (const span of [...this.#older, ...this.#young].reverse()) {
			try {
				span.setAttributes(interruptedAttributes(span));
				span.end();
			} catch {
				// A processor of the application's may throw; the others are ended all the same.
			}
		}
		this.#clear();
	}

	async forceFlush(): Promise<void> {}

	async shutdown(): Promise<void> {
		this.#clear();
	}

	#clear(): void {
		this.#older.clear();
		this.#young.length = 0;
	}
}

/** What stands on a span that the end of the process cut off. */
export function interruptedAttributes({ attributes }: ReadableSpan): Attributes {
	const isInvocation = attributes['agentese.path'] !== undefined;
	return { 'agentese.interrupted': true, ...(isInvocation && { 'agentese.outcome': 'cancelled' }) };
}
