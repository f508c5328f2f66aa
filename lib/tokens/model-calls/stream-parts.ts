import { runInContext } from '../../runtime/active-context.js';
import { apply } from '../../runtime/intrinsics.js';
import { inspect } from '../../settling/common/inspect.js';
import { type AnyFunction, overrideProperty } from '../../settling/common/override-property.js';
import { PassThroughSettlement } from '../../settling/common/pass-through-settlement.js';
import { isPlainPromise, thenNatively } from '../../settling/promises/promises.js';
import { settle } from '../../settling/settle.js';
import { type CallReaders, CallSettlement } from './call-settlement.js';
import { openModelCall } from './model-call.js';
import { overrideMethod } from './override-method.js';

/**
 * As `meterMethod`, for a method whose promise is fulfilled with a value or with a web stream. The stream is watched
 * also if it is piped.
 */
export function meterStreams(owner: object, key: string, readers: CallReaders): boolean {
	return overrideMethod(owner, key, (original, self, args) => {
		const call = openModelCall();
		const settled = settle(runInContext(call.context, original, self, args), new CallSettlement(call, readers));
		if (typeof settled !== 'object' || settled === null || !isPlainPromise(settled)) return settled;
		return thenNatively(settled, (value) => {
			if (typeof value === 'object' && value !== null) readPipedUsage(value);
			return value;
		});
	});
}

/**
 * As `meterMethod`, for a method whose promise is fulfilled with `{ stream }`. The caller gets this object unchanged,
 * and its stream is watched, also if it is piped.
 */
export function meterStreamMember(owner: object, key: string, readers: CallReaders): boolean {
	return overrideMethod(owner, key, (original, self, args) => {
		const call = openModelCall();
		const settlement = new PassThroughSettlement(call.context, undefined, (value) => {
			const stream = typeof value === 'object' && value !== null ? inspect(value, 'stream') : undefined;
			if (typeof stream !== 'object' || stream === null) return;
			settle(stream, new CallSettlement(call, readers));
			readPipedUsage(stream);
		});
		return settle(runInContext(call.context, original, self, args), settlement);
	});
}

/**
 * Makes a watched web stream pass its chunks through a watched reader also if it is piped: a pipe reads inside of the
 * platform, where its chunks cannot be seen. The reader is acquired when the application pipes, reads a chunk only when
 * one is requested, and is released when the pipe ends. The branches of `tee()` are treated the same.
 *
 * Changes nothing if the stream is no web stream, is locked, or is piped to something that is not writable.
 */
export function readPipedUsage(stream: object): void {
	const pipeTo = inspect(stream, 'pipeTo');
	const pipeThrough = inspect(stream, 'pipeThrough');
	if (typeof pipeTo !== 'function' || typeof pipeThrough !== 'function') return;
	const overrides = {
		pipeTo(this: object, ...args: unknown[]): unknown {
			// Arguments that the platform refuses are passed on as they are, so that it throws its own error.
			if (this !== stream || !isUnlocked(stream) || !isWritable(args[0])) return apply(pipeTo, this, args);
			const { readable, release } = readThrough(stream as ReadableStream);
			return (readable.pipeTo as (...given: unknown[]) => Promise<void>)(...args).finally(release);
		},
		pipeThrough(this: object, ...args: unknown[]): unknown {
			if (this !== stream || !isUnlocked(stream) || !isPair(args[0])) return apply(pipeThrough, this, args);
			return (readThrough(stream as ReadableStream).readable.pipeThrough as AnyFunction)(...args);
		},
	};
	overrideProperty(stream, 'pipeTo', overrides.pipeTo);
	overrideProperty(stream, 'pipeThrough', overrides.pipeThrough);
	const tee = inspect(stream, 'tee');
	if (typeof tee === 'function') overrideProperty(stream, 'tee', teeOf(tee as AnyFunction));
}

/** Returns an override of `tee()` whose branches are watched if they are piped. */
function teeOf(original: AnyFunction): AnyFunction {
	return {
		tee(this: unknown, ...args: unknown[]): unknown {
			const branches = apply(original, this, args);
			if (Array.isArray(branches)) branches.forEach(readPipedUsage);
			return branches;
		},
	}.tee;
}

/** Returns a stream with the same chunks, errors and cancellation, which reads nothing ahead (`highWaterMark` of 0). */
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

/** Returns whether the stream has no reader yet. */
function isUnlocked(stream: object): boolean {
	return inspect(stream, 'locked') === false;
}

/** True for `{ readable, writable }`, to which a stream can be piped through. */
function isPair(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	const readable = inspect(value, 'readable');
	return isWritable(inspect(value, 'writable')) && typeof readable === 'object' && readable !== null;
}

/** Returns whether the value is a writable stream that no writer has locked. */
function isWritable(value: unknown): boolean {
	return typeof value === 'object' && value !== null && inspect(value, 'locked') === false;
}
