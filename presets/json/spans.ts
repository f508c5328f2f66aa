import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Lane } from './lane.js';

/** Hands every sampled span that ends to its lane. Nothing here throws: it would reach the application. */
export class JsonSpanProcessor implements SpanProcessor {
	readonly #lane: Lane<ReadableSpan>;
	readonly #close: () => void;

	/** @param close - is called when the lane is closed */
	constructor(lane: Lane<ReadableSpan>, close: () => void) {
		this.#lane = lane;
		this.#close = close;
	}

	onStart(): void {}

	onEnd(span: ReadableSpan): void {
		if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.#lane.push(span);
	}

	forceFlush(): Promise<void> {
		return this.#lane.flush();
	}

	async shutdown(): Promise<void> {
		await this.#lane.shutdown();
		this.#close();
	}
}
