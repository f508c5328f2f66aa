// The NodeSDK as its documentation starts it, with OTLP over HTTP.
import { createRequire } from 'node:module';
import { records, started } from '../lib/started.mjs';

const require = createRequire(process.env.BENCH_HOME);
const { trace } = require('@opentelemetry/api');
const { NodeSDK } = require('@opentelemetry/sdk-node');
new NodeSDK().start();
started(records(trace));
