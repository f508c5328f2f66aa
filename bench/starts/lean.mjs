// By hand, with no more than it takes: provider, batch processor, one exporter, the context manager.
import { createRequire } from 'node:module';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { records, started } from '../lib/started.mjs';

const { OTLPTraceExporter } = createRequire(process.env.BENCH_HOME)('@opentelemetry/exporter-trace-otlp-http');
const exporter = new OTLPTraceExporter({ url: `${process.env.BENCH_CLOSED}/v1/traces` });
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
started(records(trace));
