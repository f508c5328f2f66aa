// Loads OpenTelemetry's API alone.
import { trace } from '@opentelemetry/api';
import { started } from '../lib/started.mjs';

started(typeof trace.getTracer === 'function' ? undefined : 'no api');
