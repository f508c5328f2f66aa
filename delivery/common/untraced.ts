import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

/** A context in which instrumentations create no spans, and which holds nothing of the application's context. */
const UNTRACED_CONTEXT = suppressTracing(ROOT_CONTEXT);

/** Runs the toolkit's own work, such as its requests, so that none of it is traced. Returns what `work` returns. */
export function untraced<T>(work: () => T): T {
	return context.with(UNTRACED_CONTEXT, work);
}
