import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';

/** An application that never ends its spans is not to be kept from being collected: so many are remembered. */
const MAX_OPEN = 10_000;

/** The spans that have begun and not ended, so that those which the end of the process cuts off are not lost. */
export class OpenSpans implements SpanProcessor {
	readonly #open = new Set<Span>();

	onStart(span: Span): void {
		if (this.#open.size < MAX_OPEN) this.#open.add(span);
	}

	onEnd(span: unknown): void {
		this.#open.delete(span as Span);
	}

	/**
	 * Ends what is open, the youngest first, each with `agentese.interrupted`; an invocation's outcome is `cancelled`.
	 * For the very end of the process alone: nothing will end them otherwise.
	 */
	interrupt(): void {
		for (const span of [...this.#open].reverse()) {
			try {
				span.setAttribute('agentese.interrupted', true);
				if (span.attributes['agentese.path'] !== undefined) span.setAttribute('agentese.outcome', 'cancelled');
				span.end();
			} catch {
				// A processor of the application's may throw; the others are ended all the same.
			}
		}
		this.#open.clear();
	}

	async forceFlush(): Promise<void> {}

	async shutdown(): Promise<void> {
		this.#open.clear();
	}
}
