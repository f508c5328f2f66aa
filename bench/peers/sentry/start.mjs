import { init, startSpan } from '@sentry/node';
import { started } from '../../lib/started.mjs';

init({ dsn: 'http://key@127.0.0.1:9/1', tracesSampleRate: 1 });
started(startSpan({ name: 'probe' }, (span) => span.isRecording()) ? undefined : 'no span is recorded');
