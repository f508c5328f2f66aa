import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { firstThat } from '../../../support/rounds.js';
import { waitForTurns, woven } from '../recorder.js';

/** The state after a pipe ended. */
interface PipeResult {
	outcome: unknown;
	readonly log: string[];
	readonly locked: boolean[];
	/** The chunks that are still in the source, if it was left open. */
	rest: unknown[];
}

type Log = string[];
type Make<T> = (log: Log) => T;
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const no = new Error('no');

/** A source of numbers, each on demand or all at once, that ends in the given way. */
function source(chunks: number, end: 'close' | 'fail' | 'hang' | 'with the last', eager: boolean, delay?: number) {
	return (log: Log) => {
		let i = 0;
		const step = (controller: ReadableStreamDefaultController) => {
			if (i < chunks) controller.enqueue(i++);
			if (i < chunks || (end !== 'with the last' && i === chunks && i++ < chunks + 1)) return;
			if (end === 'fail') controller.error(no);
			else if (end !== 'hang') controller.close();
		};
		return new ReadableStream<number>(
			{
				start(controller) {
					if (!eager) return;
					for (let j = 0; j < chunks; j++) controller.enqueue(i++);
					if (end === 'with the last' || end === 'close') controller.close();
					if (end === 'fail') setTimeout(() => controller.error(no), 60);
				},
				async pull(controller) {
					if (eager) return;
					if (delay !== undefined) await wait(delay);
					step(controller);
				},
				cancel: (reason) => void log.push(`source cancelled: ${reason}`),
			},
			{ highWaterMark: eager ? 10 : 0 },
		);
	};
}

function sink(options: { failAt?: number; delay?: number; highWaterMark?: number; closeFails?: boolean } = {}) {
	return (log: Log) => {
		let i = 0;
		return new WritableStream<number>(
			{
				async write(chunk) {
					if (options.delay !== undefined) await wait(options.delay);
					log.push(`wrote ${chunk}`);
					if (i++ === options.failAt) throw new Error(`full at ${chunk}`);
				},
				close() {
					log.push('sink closed');
					if (options.closeFails) throw new Error('stuck lid');
				},
				abort: (reason) => void log.push(`sink aborted: ${reason}`),
			},
			{ highWaterMark: options.highWaterMark ?? 1 },
		);
	};
}

const SOURCES: [string, Make<ReadableStream<number>>][] = [
	['an empty source', source(0, 'close', false)],
	['a source on demand', source(3, 'close', false)],
	['a source on demand that closes with its last chunk', source(3, 'with the last', false)],
	['a slow source', source(3, 'with the last', false, 2)],
	['an eager source', source(3, 'close', true)],
	['a source that fails', source(2, 'fail', false)],
	['a slow source that fails', source(2, 'fail', false, 2)],
	['an eager source that fails later', source(2, 'fail', true)],
	['a source that hangs', source(2, 'hang', true)],
];
const SINKS: [string, Make<WritableStream<number>>][] = [
	['a sink', sink()],
	['a slow sink', sink({ delay: 2 })],
	['a deep sink', sink({ delay: 1, highWaterMark: 8 })],
	['a sink without capacity', sink({ highWaterMark: 0 })],
	['a sink that fails', sink({ failAt: 1 })],
	['a slow sink that fails', sink({ failAt: 0, delay: 2 })],
	['a sink that cannot be closed', sink({ closeFails: true })],
];
const OPTIONS: [string, StreamPipeOptions][] = [
	['no options', {}],
	['preventClose', { preventClose: true }],
	['preventCancel', { preventCancel: true }],
	['preventAbort', { preventAbort: true }],
	['all three', { preventAbort: true, preventCancel: true, preventClose: true }],
];

/** Pipes, aborts by the signal if it takes too long, and returns the result. */
async function piped(
	from: ReadableStream<number>,
	log: Log,
	make: Make<WritableStream<number>>,
	options: StreamPipeOptions,
) {
	const to = make(log);
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort('too long'), 150);
	const promise = from.pipeTo(to, { ...options, signal: abort.signal });
	const locked = [from.locked, to.locked];
	const outcome = await promise.then(
		() => 'complete',
		(error: unknown) => String(error),
	);
	clearTimeout(timer);
	locked.push(from.locked, to.locked);
	await waitForTurns();
	return { outcome, locked };
}

async function rest(from: ReadableStream<number>): Promise<unknown[]> {
	const reader = from.getReader();
	const found: unknown[] = [];
	try {
		for (;;) {
			const step = await Promise.race([reader.read(), wait(25).then(() => undefined)]);
			if (step === undefined) return [...found, 'open'];
			if (step.done) return [...found, 'closed'];
			found.push(step.value);
		}
	} catch (error) {
		return [...found, String(error)];
	}
}

async function tryOut(
	weave: boolean,
	from: Make<ReadableStream<number>>,
	to: Make<WritableStream<number>>,
	options: StreamPipeOptions,
): Promise<PipeResult> {
	const log: Log = [];
	const stream = weave ? woven(from(log), { items: true }).result : from(log);
	const { outcome, locked } = await piped(stream, log, to, options);
	return { outcome, locked, log, rest: await rest(stream) };
}

describe.each(OPTIONS)('a pipe with %s', (_, options) => {
	it.concurrent.each(SOURCES)(
		'from %s has the same result as without weaving, whatever the sink',
		async (_source, from) => {
			// On a machine that pauses, the signal may abort only one of the two.
			const pairs = SINKS.map(([name, to]) =>
				firstThat(
					([bare, watched]) => isDeepStrictEqual(bare, watched),
					async () => {
						const [bare, watched] = await Promise.all([
							tryOut(false, from, to, options),
							tryOut(true, from, to, options),
						]);
						return [
							{ name, ...bare },
							{ name, ...watched },
						] as const;
					},
				),
			);
			const all = await Promise.all(pairs);
			expect(all.map(([, watched]) => watched)).toEqual(all.map(([bare]) => bare));
		},
	);
});
