import type { MetricProducer, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** The producer inside a wrapper, and the change that the wrapper makes to each collection. */
interface WrappedProducer {
	/** The SDK's own producer. */
	readonly producer: MetricProducer;
	/** Returns the collection as the wrapper passes it on. Never throws. */
	readonly redact: (collection: ResourceMetrics) => ResourceMetrics;
}

/** The content of each wrapper that was recorded. */
const wrapped = new WeakMap<MetricProducer, WrappedProducer>();

/** Records which producer a wrapper contains, for readers that need the SDK's own producer. */
export function wrapProducer(wrapper: MetricProducer, inner: WrappedProducer): void {
	wrapped.set(wrapper, inner);
}

/** Returns the producer inside a wrapper and the wrapper's change; for any other producer itself and no change. */
export function unwrapProducer(producer: MetricProducer): WrappedProducer {
	return wrapped.get(producer) ?? { producer, redact: (collection) => collection };
}
