import type { MetricProducer, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** The producer that another one wraps, and what the wrapper changes in each collection. */
export interface WrappedProducer {
	readonly producer: MetricProducer;
	/** Returns the collection as the wrapper passes it on. Never throws. */
	readonly redact: (collection: ResourceMetrics) => ResourceMetrics;
}

const wrapped = new WeakMap<MetricProducer, WrappedProducer>();

/** Records that `wrapper` stands for `inner`, for readers that must reach the SDK's own producer. */
export function wrapProducer(wrapper: MetricProducer, inner: WrappedProducer): void {
	wrapped.set(wrapper, inner);
}

/** Returns the producer behind a wrapper, and what the wrapper changes; for any other producer itself, unchanged. */
export function unwrapProducer(producer: MetricProducer): WrappedProducer {
	return wrapped.get(producer) ?? { producer, redact: (collection) => collection };
}
