// A minimal start by hand: tracer provider, batch processor, one exporter, context manager. It requires the toolkit's
// copies of the packages, because those of bench/ would be second copies.
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
