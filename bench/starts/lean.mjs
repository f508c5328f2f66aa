// By hand, with no more than it takes: provider, batch processor, one exporter, the context manager. All of it is required
// from the toolkit's packages: those of bench/ beside them would be a second copy of each.
import { createRequire } from 'node:module';
import { records, started } from '../lib/started.mjs';

const require = createRequire(process.env.BENCH_HOME);
const { context, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { BatchSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace');
const exporter = new OTLPTraceExporter({ url: `${process.env.BENCH_CLOSED}/v1/traces` });
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
started(records(trace));
