// Starts OpenTelemetry's SDK as an application does, with exporters that send nothing and count what reaches them.
import { fileURLToPath } from 'node:url';
import { context, metrics, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
	AlwaysOffSampler,
	AlwaysOnSampler,
	BatchSpanProcessor,
	ParentBasedSampler,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Counted } from './counted.mjs';
import { entry } from './toolkit.mjs';

/**
 * Starts the SDK, and registers its providers with OpenTelemetry's API.
 *
 * @param options.traces - 'on': root spans are sampled; 'off': they are not; undefined: no tracer provider
 * @param options.metrics - true for a meter provider with a reader that exports every second; false by default
 * @param options.batch - options of the batch processor, by default its own
 * @returns `counted`, what reached the exporters; `flush` and `shutdown`
 */
export function startSdk({ traces, metrics: metered = false, batch = {} }) {
	const counted = new Counted();
	const parts = [];
	if (traces !== undefined) {
		const root = traces === 'on' ? new AlwaysOnSampler() : new AlwaysOffSampler();
		const provider = new TracerProvider({
			sampler: new ParentBasedSampler({ root }),
			spanProcessors: [new BatchSpanProcessor({ exporter: counted.spanExporter(), ...batch })],
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

/** Starts the toolkit with a preset whose exporters count. Options and result are those of `startSdk`. */
export async function startPreset({ traces, metrics: metered = false, batch = {} }) {
	const preset = fileURLToPath(new URL('./counting-preset.mjs', import.meta.url));
	const counting = await import('./counting-preset.mjs');
	Object.assign(counting.wanted, { traces: traces === 'on', metrics: metered, batch });
	const { startTelemetry } = await entry('agentese-otel/presets');
	const telemetry = await startTelemetry({ preset: [preset] });
	return { counted: counting.counted, flush: () => telemetry.flush(), shutdown: () => telemetry.shutdown() };
}

/** Returns a context whose active span is a remote one that is not sampled. */
export function unsampledParent() {
	const traceId = '0af7651916cd43dd8448eb211c80319c';
	return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.NONE });
}
