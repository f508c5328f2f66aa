import { isErrored, isReadable, isWritable, type Readable, type Writable } from 'node:stream';
import { getPrototypeOf } from '../../runtime/intrinsics.js';

/**
 * Why a pipe ends, and what is done to its other side before: the "shutdown with an action" of the Streams standard.
 */
interface Shutdown {
	/**
	 * True if the source ended or failed. A pending read then settles, and its chunk has to be written before the
	 * shutdown.
	 */
	readonly sourceEnded: boolean;
	/** What the promise of the pipe is rejected with; omitted if it is fulfilled. */
	readonly originalError?: { readonly error: unknown };
	/** Closes, aborts or cancels the other side; omitted if an option of the pipe prevents that. */
	action?(): Promise<unknown>;
}

/**
 * Returns true if `pipe()` can be used: both sides are streams of Node, are open, and the signal is not aborted. If
 * they are not open, no chunk is transferred; and what another implementation does in its `pipeTo` is not known.
 */
export function canPipe(source: object, destination: unknown, options: StreamPipeOptions): boolean {
	if (!(destination instanceof WritableStream) || getPrototypeOf(destination) !== WritableStream.prototype) {
		return false;
	}
	if (getPrototypeOf(source) !== ReadableStream.prototype || options.signal?.aborted === true) return false;
	return isReadable(source as Readable) === true && isWritable(destination as unknown as Writable) === true;
}

/**
 * Pipes as the Streams standard defines `pipeTo`, through a reader of the source and a writer of the destination.
 * Node's own `pipeTo` reads internally, so that no chunk can be observed, and runs the destination in the context of
 * the source.
 *
 * @param options - the options of `pipeTo`, which were read already
 * @returns the promise that `pipeTo` returns
 */
export function pipe(source: ReadableStream, destination: WritableStream, options: StreamPipeOptions): Promise<void> {
	return new Pipe(source, source.getReader(), destination.getWriter(), options).run();
}

/** One running pipe. It owns a reader of the source and a writer of the destination, and releases both at its end. */
class Pipe {
	readonly #source: ReadableStream;
	readonly #reader: ReadableStreamDefaultReader;
	readonly #writer: WritableStreamDefaultWriter;
	readonly #options: StreamPipeOptions;
	/** Begins the shutdown; the first call wins. */
	#shutDown: (shutdown: Shutdown) => void = noop;
	/** Fulfilled when the shutdown begins. */
	readonly #shutdown = new Promise<Shutdown>((resolve) => {
		this.#shutDown = (shutdown) => {
			this.#shuttingDown = true;
			resolve(shutdown);
		};
	});
	/** True once the shutdown began: nothing more is read. */
	#shuttingDown = false;
	#isSourceClosed = false;
	/** True while a read is pending. */
	#reading = false;
	#endReadLoop: () => void = noop;
	/** Fulfilled when the read loop ended. */
	readonly #readLoopEnded = new Promise<void>((resolve) => {
		this.#endReadLoop = resolve;
	});
	/** The last write. It is fulfilled when all writes are done, and is never rejected. */
	#lastWrite: Promise<unknown> = Promise.resolve();

	constructor(
		source: ReadableStream,
		reader: ReadableStreamDefaultReader,
		writer: WritableStreamDefaultWriter,
		options: StreamPipeOptions,
	) {
		this.#source = source;
		this.#reader = reader;
		this.#writer = writer;
		this.#options = options;
	}

	/** Runs the pipe to its end. Rejected with the original error, or with that of the action. */
	async run(): Promise<void> {
		const { signal } = this.#options;
		const onAbort = () => this.#onAbort(signal?.reason);
		signal?.addEventListener('abort', onAbort);
		this.#watchSides();
		void this.#readLoop();
		const { sourceEnded, originalError, action } = await this.#shutdown;
		// Chunks that were read already must be written before the action: first a read that will settle, then one whose
		// chunk may be in the microtask queue, then the writes, unless the destination fails anyway.
		if (this.#reading && sourceEnded) await this.#readLoopEnded;
		for (let turn = 0; turn < MAX_TURNS && this.#reading; turn++) await undefined;
		if (isNotErroring(this.#writer)) await this.#lastWrite;
		try {
			await action?.();
		} finally {
			signal?.removeEventListener('abort', onAbort);
			this.#writer.releaseLock();
			this.#reader.releaseLock();
		}
		if (originalError !== undefined) throw originalError.error;
	}

	/** Transfers chunks until the shutdown begins. Reads only while the destination has capacity. Never throws. */
	async #readLoop(): Promise<void> {
		const reader = this.#reader;
		const writer = this.#writer;
		try {
			while (!this.#shuttingDown) {
				if (!hasCapacity(writer)) await writer.ready;
				if (this.#shuttingDown) return;
				this.#reading = true;
				const { done, value } = await reader.read();
				if (done) this.#isSourceClosed = true;
				else this.#lastWrite = writer.write(value).catch(noop);
				this.#reading = false;
				if (this.#isSourceClosed) this.#sourceClosed();
			}
		} catch {
			// The side that failed reports it through its `closed`; or the pipe released the reader.
		} finally {
			this.#reading = false;
			this.#endReadLoop();
		}
	}

	/** Begins the shutdown when one side closes or fails. */
	#watchSides(): void {
		const { preventAbort, preventCancel } = this.#options;
		this.#reader.closed.then(
			() => {
				this.#isSourceClosed = true;
				if (!this.#reading) this.#sourceClosed();
			},
			(error) => {
				const action = () => this.#writer.abort(error);
				this.#shutDown({ sourceEnded: true, originalError: { error }, ...(preventAbort ? undefined : { action }) });
			},
		);
		const destinationEnded = (error: unknown) => {
			const action = () => this.#cancel(error);
			this.#shutDown({ sourceEnded: false, originalError: { error }, ...(preventCancel ? undefined : { action }) });
		};
		this.#writer.closed.then(
			() => destinationEnded(new TypeError('Destination WritableStream is closed')),
			destinationEnded,
		);
	}

	#sourceClosed(): void {
		const action = () => this.#close();
		this.#shutDown({ sourceEnded: true, ...(this.#options.preventClose ? undefined : { action }) });
	}

	#onAbort(error: unknown): void {
		const { preventAbort, preventCancel } = this.#options;
		const action = () =>
			Promise.all([
				preventAbort ? undefined : this.#writer.abort(error),
				preventCancel ? undefined : this.#cancel(error),
			]);
		this.#shutDown({ sourceEnded: false, originalError: { error }, action });
	}

	/** Cancels the source, unless it failed. */
	async #cancel(reason: unknown): Promise<void> {
		if (!isErrored(this.#source as unknown as Readable)) await this.#reader.cancel(reason);
	}

	/**
	 * Closes the destination. If that fails, it is rejected with the error of the destination, not with that of `close()`.
	 */
	async #close(): Promise<void> {
		try {
			await this.#writer.close();
		} catch {
			await this.#writer.closed;
		}
	}
}

/** The number of microtask turns within which a chunk that the source already delivered reaches the reader. */
const MAX_TURNS = 8;

/** Returns false for a destination that is failing (`desiredSize` is null): its writes need not be awaited. */
function isNotErroring(writer: WritableStreamDefaultWriter): boolean {
	return writer.desiredSize !== null;
}

/** Returns true if the destination wants another chunk. */
function hasCapacity({ desiredSize }: WritableStreamDefaultWriter): boolean {
	return desiredSize !== null && desiredSize > 0;
}

function noop(): void {}
