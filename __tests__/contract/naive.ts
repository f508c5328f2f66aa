import { SpanStatusCode, trace } from '@opentelemetry/api';

/**
 * The wrapper that is usually written first: async, a span around the await, its end in `finally`. The contract suite
 * must fail for it, see naive.test.ts.
 */
export function naive<F extends (...args: never[]) => unknown>(fn: F): (...args: Parameters<F>) => Promise<unknown> {
	return async function (this: unknown, ...args) {
		return trace.getTracer('naive').startActiveSpan(fn.name, async (span) => {
			try {
				const result = await Reflect.apply(fn, this, args);
				span.setStatus({ code: SpanStatusCode.OK });
				return result;
			} catch (error) {
				span.recordException(error as Error);
				span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
				throw error;
			} finally {
				span.end();
			}
		});
	};
}
