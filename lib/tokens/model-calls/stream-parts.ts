import { inspect } from '../../settling/common/inspect.js';
import { type AnyFunction, overrideProperty } from '../../settling/common/override-property.js';
import { isPlainPromise, thenNatively } from '../../settling/promises/promises.js';
import { settle } from '../../settling/settle.js';
import { PassThrough2 } from './bind-context.js';
import { type CallReaders, CallSettlement } from './call-settlement.js';
import { openModelCall } from './model-call.js';
import { overrideMethod } from './override-method.js';

/** As `meterMethod`, for a method that promises a value or a web stream. */
export function meterStreams(owner: object, key: string, readers: CallReaders): boolean {
	return overrideMethod(owner, key, (behind, self, args) => {
		const call = openModelCall();
		const answer = settle(call.run(behind, self, args), new CallSettlement(call, readers));
		if (typeof answer !== 'object' || answer === null || !isPlainPromise(answer)) return answer;
		return thenNatively(
			answer,
			(given) => {
				if (typeof given === 'object' && given !== null) readPipedUsage(given);
				return given;
			},
			(error) => {
				throw error;
			},
		);
	});
}

/** As `meterMethod`, for a method that promises `{ stream }`. The answer passes as it is, and its stream is watched. */
export function meterStreamWithin(owner: object, key: string, readers: CallReaders): boolean {
	return overrideMethod(owner, key, (behind, self, args) => {
		const call = openModelCall();
		const answered = new PassThrough2(call.run.bind(call), (answer) => {
			const stream = typeof answer === 'object' && answer !== null ? inspect(answer, 'stream') : undefined;
			if (typeof stream !== 'object' || stream === null) return;
			settle(stream, new CallSettlement(call, readers));
			readPipedUsage(stream);
		});
		return settle(call.run(behind, self, args), answered);
	});
}

/**
 * Lets a watched web stream be read through a reader of its own also where it is piped, for a pipe reads from inside and
 * shows its chunks to nobody. The reader is taken when the application pipes, reads a chunk where one is asked for, and
 * is let go when the pipe is done. The branches of `tee()` too.
 */
export function readPipedUsage(stream: object): void {
	const pipeTo = inspect(stream, 'pipeTo');
	const pipeThrough = inspect(stream, 'pipeThrough');
	if (typeof pipeTo !== 'function' || typeof pipeThrough !== 'function') return;
	const fronts = {
		pipeTo(this: object, ...args: unknown[]): unknown {
			if (this !== stream || !isFree(stream) || !isWritable(args[0])) return Reflect.apply(pipeTo, this, args);
			const { readable, release } = readThrough(stream as ReadableStream);
			return (readable.pipeTo as (...given: unknown[]) => Promise<void>)(...args).finally(release);
		},
		pipeThrough(this: object, ...args: unknown[]): unknown {
			if (this !== stream || !isFree(stream) || !isPair(args[0])) return Reflect.apply(pipeThrough, this, args);
			return (readThrough(stream as ReadableStream).readable.pipeThrough as AnyFunction)(...args);
		},
	};
	overrideProperty(stream, 'pipeTo', fronts.pipeTo);
	overrideProperty(stream, 'pipeThrough', fronts.pipeThrough);
	const tee = inspect(stream, 'tee');
	if (typeof tee === 'function') overrideProperty(stream, 'tee', teeOf(tee as AnyFunction));
}

function teeOf(original: AnyFunction): AnyFunction {
	return {
		tee(this: unknown, ...args: unknown[]): unknown {
			const branches = Reflect.apply(original, this, args);
			if (Array.isArray(branches)) branches.forEach(readPipedUsage);
			return branches;
		},
	}.tee;
}

/** The same chunks, errors and cancellations, nothing read ahead. */
function readThrough(stream: ReadableStream): { readable: ReadableStream; release: () => void } {
	const reader = stream.getReader();
	const readable = new ReadableStream(
		{
			async pull(controller) {
				const { done, value } = await reader.read();
				if (done) controller.close();
				else controller.enqueue(value);
			},
			cancel: (reason) => reader.cancel(reason),
		},
		{ highWaterMark: 0 },
	);
	return { readable, release: () => reader.releaseLock() };
}

function isFree(stream: object): boolean {
	return inspect(stream, 'locked') === false;
}

function isPair(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	const readable = inspect(value, 'readable');
	return isWritable(inspect(value, 'writable')) && typeof readable === 'object' && readable !== null;
}

function isWritable(value: unknown): boolean {
	return typeof value === 'object' && value !== null && inspect(value, 'locked') === false;
}
