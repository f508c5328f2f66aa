// Below a preload: what it instruments is seen on `http`, which is required, because not every preload sees imports.
import { createRequire } from 'node:module';
import { records, registered, started } from '../lib/started.mjs';

const http = createRequire(import.meta.url)('node:http');
started(records(registered()) ?? (http.request.__wrapped ? undefined : 'http is not instrumented'));
