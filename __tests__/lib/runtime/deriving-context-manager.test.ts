import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Context, context, createContextKey, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { currentInvocation, traced } from '../../../index.js';

const SCOPES = createContextKey('scopes');
const CONSUMER = createContextKey('consumer');

/** A context manager as Sentry's: what becomes active is derived from the context that it is given. */
class Deriving extends AsyncLocalStorageContextManager {
	override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
		ctx: Context,
		fn: F,
		self?: ThisParameterType<F>,
		...args: A
	): ReturnType<F> {
		return super.with(ctx.setValue(SCOPES, {}), fn, self, ...args);
	}
}

const exporter = new InMemorySpanExporter();
beforeEach(() => {
	context.setGlobalContextManager(new Deriving().enable());
	trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
});
afterEach(() => {
	trace.disable();
	context.disable();
	exporter.reset();
});

it('has the span of an invocation active in the method, and children below it', async () => {
	const seen: unknown[] = [];
	const work = traced(
		async () => {
			await null;
			seen.push(
				currentInvocation()?.spanId === trace.getActiveSpan()?.spanContext().spanId,
				context.active().getValue(SCOPES),
			);
			trace.getTracer('library').startSpan('child').end();
		},
		{ name: 'parent' },
	);
	await work();
	expect(seen).toEqual([true, {}]);
	const [child, parent] = exporter.getFinishedSpans();
	expect([child?.name, parent?.name]).toEqual(['child', 'parent']);
	expect(child?.parentSpanContext?.spanId).toBe(parent?.spanContext().spanId);
});

it('calls the listeners of a stream in the context of its consumer', async () => {
	const seen: unknown[] = [];
	let left = 3;
	const read = function (this: Readable) {
		setTimeout(() => this.push(left-- > 0 ? 'chunk' : null), 1);
	};
	const stream = traced(() => new Readable({ read, highWaterMark: 1 }), { name: 'stream' })();
	await context.with(context.active().setValue(CONSUMER, 'consumer'), async () => {
		stream.on('data', () => seen.push(context.active().getValue(CONSUMER)));
		await new Promise((ended) => stream.on('end', ended));
	});
	expect(seen).toEqual(['consumer', 'consumer', 'consumer']);
});
