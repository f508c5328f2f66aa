// The NodeSDK by hand with the instrumentation of `http` alone. It uses `require`, because only that is patched.
import { createRequire } from 'node:module';
import { records, started } from '../lib/started.mjs';

const require = createRequire(process.env.BENCH_HOME);
const { trace } = require('@opentelemetry/api');
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
new NodeSDK({ instrumentations: [new HttpInstrumentation()] }).start();
const http = require('node:http');
started(records(trace) ?? (http.request.__wrapped ? undefined : 'http is not instrumented'));
