import { PassThrough } from 'node:stream';
import { metrics, trace } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { metered, traced } from '../../../../index.js';

/**
 * Prints how many chunks are not garbage-collected while their streams are open. Runs with --expose-gc, in its own
 * process.
 */
declare const gc: () => void;

trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [] }));
metrics.setGlobalMeterProvider(new MeterProvider());

const chunks: Record<string, WeakRef<object>[]> = {};
const newChunk = (kind: string) => {
	const chunk = new Uint8Array(1000);
	chunks[kind] ??= [];
	chunks[kind].push(new WeakRef(chunk));
	return chunk;
};
const open = <T>(make: () => T): T => metered(traced(make))();

async function take(kind: string): Promise<unknown> {
	if (kind === 'async generator') {
		const stream = open(async function* () {
			for (;;) yield newChunk(kind);
		});
		for (let i = 0; i < 3; i++) await stream.next();
		return stream;
	}
	if (kind === 'web stream') {
		const stream = open(
			() => new ReadableStream({ pull: (controller) => controller.enqueue(newChunk(kind)) }, { highWaterMark: 0 }),
		);
		const reader = stream.getReader();
		for (let i = 0; i < 3; i++) await reader.read();
		return [stream, reader];
	}
	const stream = open(() => new PassThrough());
	stream.on('data', () => {});
	for (let i = 0; i < 3; i++) stream.write(newChunk(kind));
	return stream;
}

const kept: unknown[] = [];
for (const kind of ['async generator', 'web stream', 'Node stream']) kept.push(await take(kind));
for (let i = 0; i < 5; i++) {
	await new Promise((resolve) => setTimeout(resolve, 5));
	gc();
}
const alive = Object.entries(chunks).map(([kind, refs]) => [
	kind,
	refs.length,
	refs.filter((ref) => ref.deref() !== undefined).length,
]);
console.log(JSON.stringify([kept.length, ...alive]));
