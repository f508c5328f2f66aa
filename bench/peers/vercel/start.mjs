import { trace } from '@opentelemetry/api';
import { registerOTel } from '@vercel/otel';
import { records, started } from '../../lib/started.mjs';

registerOTel({ serviceName: 'bench' });
started(records(trace));
