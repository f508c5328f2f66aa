import { trace } from '@opentelemetry/api';
import { init } from 'autotel';
import { records, started } from '../../lib/started.mjs';

init({ service: 'bench', endpoint: process.env.BENCH_CLOSED });
started(records(trace));
