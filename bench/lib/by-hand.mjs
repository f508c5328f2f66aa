// The toolkit's telemetry written by hand with OpenTelemetry's API, as a careful developer would write it. The
// benchmarks compare the toolkit with it.
import { context, metrics, SpanStatusCode, trace } from '@opentelemetry/api';

/** The toolkit's histogram boundaries, in ms. */
const BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000];

/**
 * Returns a function from an observer to the options of a span. The path is a parameter, since each side needs its own.
 */
function spanOf(path) {
	const [, holon] = path.split('.');
	return (umwelt) => ({
		attributes: {
			'agentese.path': path,
			'agentese.context': 'self',
			'agentese.holon': holon,
			'agentese.aspect': 'add',
			'agentese.observer': umwelt.id,
			'agentese.archetype': umwelt.archetype,
			'code.function.name': 'Soul.add',
		},
	});
}

/** Sets result, outcome and status of a call that returned. */
function succeed(span, result) {
	span.setAttribute('agentese.result', result);
	span.setAttribute('agentese.outcome', 'ok');
	span.setStatus({ code: SpanStatusCode.OK });
}

/** Sets exception, outcome and status of a call that threw. */
function fail(span, error) {
	span.recordException(error);
	span.setAttribute('agentese.outcome', 'error');
	span.setAttribute('error.type', error.name);
	span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}

/** Creates counter and histogram of a method. Returns a function that records one call. */
function countOf(path) {
	const meter = metrics.getMeter('by-hand');
	const counter = meter.createCounter('agentese.invocations', { unit: '{invocation}' });
	const advice = { explicitBucketBoundaries: BUCKETS };
	const histogram = meter.createHistogram('agentese.invoke.duration', { unit: 'ms', advice });
	return (outcome, start) => {
		const labels = { 'agentese.path': path, 'agentese.context': 'self', 'agentese.outcome': outcome };
		counter.add(1, labels);
		histogram.record(performance.now() - start, labels);
	};
}

/** Returns a synchronous method inside of `startActiveSpan`. */
function tracedSync(path) {
	const tracer = trace.getTracer('by-hand');
	const options = spanOf(path);
	return (umwelt, x) =>
		tracer.startActiveSpan('agentese.invoke', options(umwelt), (span) => {
			try {
				const result = x + 1;
				succeed(span, 'number');
				return result;
			} catch (error) {
				fail(span, error);
				throw error;
			} finally {
				span.end();
			}
		});
}

/** Returns an asynchronous method inside of `startActiveSpan`. @param body - the method, by default `x + 1` */
function tracedAsync(path, body) {
	const tracer = trace.getTracer('by-hand');
	const options = spanOf(path);
	return (umwelt, x) =>
		tracer.startActiveSpan('agentese.invoke', options(umwelt), async (span) => {
			try {
				const result = body === undefined ? x + 1 : body(umwelt, x);
				succeed(span, 'number');
				return result;
			} catch (error) {
				fail(span, error);
				throw error;
			} finally {
				span.end();
			}
		});
}

/** Returns a synchronous method that is counted and timed. */
function meteredSync(path) {
	const count = countOf(path);
	return (_umwelt, x) => {
		const start = performance.now();
		let outcome = 'ok';
		try {
			return x + 1;
		} catch (error) {
			outcome = 'error';
			throw error;
		} finally {
			count(outcome, start);
		}
	};
}

/** Returns an asynchronous method that is counted and timed. */
function meteredAsync(path) {
	const count = countOf(path);
	return async (_umwelt, x) => {
		const start = performance.now();
		let outcome = 'ok';
		try {
			return x + 1;
		} catch (error) {
			outcome = 'error';
			throw error;
		} finally {
			count(outcome, start);
		}
	};
}

/** Returns a synchronous method that is traced, counted and timed. */
function bothSync(path) {
	const traced = tracedSync(path);
	const count = countOf(path);
	return (umwelt, x) => {
		const start = performance.now();
		let outcome = 'ok';
		try {
			return traced(umwelt, x);
		} catch (error) {
			outcome = 'error';
			throw error;
		} finally {
			count(outcome, start);
		}
	};
}

/** Returns an asynchronous method that is traced, counted and timed. @param body - the method, by default `x + 1` */
function bothAsync(path, body) {
	const traced = tracedAsync(path, body);
	const count = countOf(path);
	return async (umwelt, x) => {
		const start = performance.now();
		let outcome = 'ok';
		try {
			return await traced(umwelt, x);
		} catch (error) {
			outcome = 'error';
			throw error;
		} finally {
			count(outcome, start);
		}
	};
}

/**
 * Returns a traced async generator, written correctly. The span ends with the last item. Each step of the body runs in
 * the span's context: `context.with` around the creation has no effect on a generator. `return` and `throw` are passed
 * on. The span has the number of chunks, the wait for the first one, and the longest wait for another, in ms.
 */
function tracedStream(path, body) {
	const tracer = trace.getTracer('by-hand');
	const options = spanOf(path);
	return (umwelt, n) => {
		const span = tracer.startSpan('agentese.invoke', options(umwelt));
		const inside = trace.setSpan(context.active(), span);
		const items = body(umwelt, n);
		let open = true;
		let chunks = 0;
		let firstChunk;
		let stall;
		const end = (write) => {
			if (!open) return;
			open = false;
			span.setAttribute('agentese.stream.chunks', chunks);
			if (firstChunk !== undefined) span.setAttribute('agentese.stream.time_to_first_chunk', firstChunk);
			if (stall !== undefined) span.setAttribute('agentese.stream.stall.max', stall);
			write();
			span.end();
		};
		const step = async (method, value) => {
			const requested = performance.now();
			try {
				const result = await context.with(inside, () => items[method](value));
				if (result.done) end(() => succeed(span, 'AsyncGenerator'));
				else {
					const waited = performance.now() - requested;
					if (chunks++ === 0) firstChunk = waited;
					else if (stall === undefined || waited > stall) stall = waited;
				}
				return result;
			} catch (error) {
				end(() => fail(span, error));
				throw error;
			}
		};
		return {
			next: (value) => step('next', value),
			return: (value) => step('return', value),
			throw: (error) => step('throw', error),
			[Symbol.asyncIterator]() {
				return this;
			},
		};
	};
}

/** The observed methods by telemetry and by shape, each a function from a path to the method. */
export const BY_HAND = {
	traced: { sync: tracedSync, async: tracedAsync, stream: tracedStream },
	metered: { sync: meteredSync, async: meteredAsync },
	both: { sync: bothSync, async: bothAsync },
};
