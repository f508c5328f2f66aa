import { trace } from '@opentelemetry/api';
import { initialize } from '@traceloop/node-server-sdk';
import { records, started } from '../../lib/started.mjs';

initialize({ appName: 'bench', apiKey: 'none', baseUrl: process.env.BENCH_CLOSED, silenceInitializationMessage: true });
started(records(trace));
