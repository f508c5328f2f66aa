import { createRequire } from 'node:module';

const { trace } = createRequire(import.meta.url)('@opentelemetry/api');
console.log('the application runs');
trace.getTracer('t').startSpan('of the application').end();
