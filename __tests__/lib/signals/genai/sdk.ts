import { context, diag, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { invocationSpanProcessor } from '../../../../sdk/index.js';

class PullReader extends MetricReader {
	protected async onShutdown(): Promise<void> {}
	protected async onForceFlush(): Promise<void> {}
}

/** The exporter and the reader of a test's SDK. */
export interface Sdk {
	readonly exporter: InMemorySpanExporter;
	readonly reader: MetricReader;
}

/** Registers an SDK with the span processor of the toolkit. Its ids are 1, 2, 3 and so on. */
export function startSdk(): Sdk {
	const exporter = new InMemorySpanExporter();
	const reader = new PullReader();
	let next = 0;
	const id = (length: number) => (++next).toString(16).padStart(length, '0');
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	trace.setGlobalTracerProvider(
		new TracerProvider({
			spanProcessors: [invocationSpanProcessor(), new SimpleSpanProcessor({ exporter })],
			idGenerator: { generateTraceId: () => id(32), generateSpanId: () => id(16) },
		}),
	);
	metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
	return { exporter, reader };
}

/** Unregisters the SDK. */
export function stopSdk(): void {
	for (const signal of [trace, metrics, context, diag]) signal.disable();
}
