// OpenTelemetry's SDK as an application sets it up, with exporters that send nothing and count everything.
import { context, metrics, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
	AlwaysOffSampler,
	AlwaysOnSampler,
	BatchSpanProcessor,
	ParentBasedSampler,
	TracerProvider,
} from '@opentelemetry/sdk-trace';

/** Which side a span or a metric point belongs to: every side has a path of its own; a peer's span is named by it. */
const pathOf = (attributes, name) => attributes['agentese.path'] ?? name;

/**
 * Starts the signals that are asked for and registers them.
 *
 * @param options.traces - 'on': what has no parent is recorded; 'off': it is not
 * @param options.metrics - true for a meter provider with a periodic reader
 */
export function startSdk({ traces, metrics: metered = false }) {
	const counted = new Counted();
	const parts = [];
	if (traces !== undefined) {
		const root = traces === 'on' ? new AlwaysOnSampler() : new AlwaysOffSampler();
		const provider = new TracerProvider({
			sampler: new ParentBasedSampler({ root }),
			spanProcessors: [new BatchSpanProcessor({ exporter: counted.spanExporter() })],
		});
		trace.setGlobalTracerProvider(provider);
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		parts.push(provider);
	}
	if (metered) {
		const reader = new PeriodicExportingMetricReader({
			exporter: counted.metricExporter(),
			exportIntervalMillis: 1000,
		});
		const provider = new MeterProvider({ readers: [reader] });
		metrics.setGlobalMeterProvider(provider);
		parts.push(provider);
	}
	return {
		counted,
		flush: () => Promise.all(parts.map((part) => part.forceFlush())),
		shutdown: () => Promise.all(parts.map((part) => part.shutdown())),
	};
}

/** A context whose active span came from elsewhere and is not sampled. */
export function unsampledParent() {
	const traceId = '0af7651916cd43dd8448eb211c80319c';
	return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.NONE });
}

/** What reached the exporters, by path. */
class Counted {
	spans = new Map();
	/** The keys of the attributes of the first span of each path. */
	attributes = new Map();
	counts = new Map();
	records = new Map();

	spanExporter() {
		return {
			export: (spans, done) => {
				for (const { attributes, name } of spans) {
					const path = pathOf(attributes, name);
					this.spans.set(path, (this.spans.get(path) ?? 0) + 1);
					if (!this.attributes.has(path)) this.attributes.set(path, Object.keys(attributes).sort().join());
				}
				done({ code: 0 });
			},
			forceFlush: async () => {},
			shutdown: async () => {},
		};
	}

	metricExporter() {
		return {
			export: ({ scopeMetrics }, done) => {
				for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
					// Cumulative: the latest value is the whole sum.
					for (const { attributes, value } of dataPoints) {
						if (descriptor.name === 'agentese.invocations') this.counts.set(pathOf(attributes), value);
						if (descriptor.name === 'agentese.invoke.duration') this.records.set(pathOf(attributes), value.count);
					}
				}
				done({ code: 0 });
			},
			selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
			forceFlush: async () => {},
			shutdown: async () => {},
		};
	}
}
