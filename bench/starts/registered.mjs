// The application below a preload. It checks that `http` is instrumented, and requires it, because some preloads do not
// instrument imports.
import { createRequire } from 'node:module';
import { records, registered, started } from '../lib/started.mjs';

const http = createRequire(import.meta.url)('node:http');
started(records(registered()) ?? (http.request.__wrapped ? undefined : 'http is not instrumented'));
