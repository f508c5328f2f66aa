import { LangfuseSpanProcessor } from '@langfuse/otel';
import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { records, started } from '../../lib/started.mjs';

const baseUrl = process.env.BENCH_CLOSED;
new NodeSDK({
	spanProcessors: [new LangfuseSpanProcessor({ publicKey: 'none', secretKey: 'none', baseUrl })],
}).start();
started(records(trace));
