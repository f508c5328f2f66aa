import { trace } from '@opentelemetry/api';
import { configure } from '@pydantic/logfire-node';
import { records, started } from '../../lib/started.mjs';

configure({ token: 'none', serviceName: 'bench', console: false, advanced: { baseUrl: process.env.BENCH_CLOSED } });
started(records(trace));
