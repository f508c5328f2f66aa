import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

/** OpenTelemetry's context in which nothing of our own work is traced, and which holds nothing of the application's. */
const QUIET = suppressTracing(ROOT_CONTEXT);

/** Does our own work in a context in which nothing of it is traced. */
export function untraced<T>(work: () => T): T {
	return context.with(QUIET, work);
}
