import { isErrored, isReadable, isWritable, type Readable, type Writable } from 'node:stream';

/** Why a pipe ends, and what is done to its other side before it does. */
interface Stop {
	/** True where what a read under way gives has to be written first: it settles, for the source is at its end. */
	readonly atSource: boolean;
	readonly failure?: { readonly error: unknown };
	action?(): Promise<unknown>;
}

/** True where both sides are Node's own and open: elsewhere no chunk flows, or nobody knows what a pipe is. */
export function canPipe(source: object, destination: unknown, options: StreamPipeOptions): boolean {
	if (!(destination instanceof WritableStream) || Reflect.getPrototypeOf(destination) !== WritableStream.prototype) {
		return false;
	}
	if (Reflect.getPrototypeOf(source) !== ReadableStream.prototype || options.signal?.aborted === true) return false;
	return isReadable(source as Readable) === true && isWritable(destination as unknown as Writable) === true;
}

/**
 * Pipes as the Streams standard says `pipeTo` does, by a reader of the source and a writer of the destination. Node's own
 * pipe reads from inside, where no chunk is seen, and runs the destination's work where it runs the source's.
 *
 * @param options - those of `pipeTo`, each of them read already
 */
export function pipe(source: ReadableStream, destination: WritableStream, options: StreamPipeOptions): Promise<void> {
	return new Pipe(source, source.getReader(), destination.getWriter(), options).run();
}

class Pipe {
	readonly #source: ReadableStream;
	readonly #reader: ReadableStreamDefaultReader;
	readonly #writer: WritableStreamDefaultWriter;
	readonly #options: StreamPipeOptions;
	#stop: (stop: Stop) => void = nothing;
	readonly #stopped = new Promise<Stop>((resolve) => {
		this.#stop = (stop) => {
			this.#stopping = true;
			resolve(stop);
		};
	});
	#stopping = false;
	#closed = false;
	/** True while a read is under way. */
	#reading = false;
	#flowed: () => void = nothing;
	readonly #flowEnded = new Promise<void>((resolve) => {
		this.#flowed = resolve;
	});
	/** The last write; the writes are done when it is, which never rejects. */
	#writing: Promise<unknown> = Promise.resolve();

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

	async run(): Promise<void> {
		const { signal } = this.#options;
		const aborted = () => this.#aborted(signal?.reason);
		signal?.addEventListener('abort', aborted);
		this.#watchSides();
		void this.#flow();
		const { atSource, failure, action } = await this.#stopped;
		if (this.#reading && atSource) await this.#flowEnded;
		for (let tick = 0; tick < TICKS && this.#reading; tick++) await undefined;
		if (isWritableStill(this.#writer)) await this.#writing;
		try {
			await action?.();
		} finally {
			signal?.removeEventListener('abort', aborted);
			this.#writer.releaseLock();
			this.#reader.releaseLock();
		}
		if (failure !== undefined) throw failure.error;
	}

	/** Reads only while the destination takes something. */
	async #flow(): Promise<void> {
		const reader = this.#reader;
		const writer = this.#writer;
		try {
			while (!this.#stopping) {
				if (!takes(writer)) await writer.ready;
				if (this.#stopping) return;
				this.#reading = true;
				const { done, value } = await reader.read();
				if (done) this.#closed = true;
				else this.#writing = writer.write(value).catch(nothing);
				this.#reading = false;
				if (this.#closed) this.#sourceClosed();
			}
		} catch {
			// What failed says so by its `closed`; or the pipe let go of the reader.
		} finally {
			this.#reading = false;
			this.#flowed();
		}
	}

	#watchSides(): void {
		const { preventAbort, preventCancel } = this.#options;
		this.#reader.closed.then(
			() => {
				this.#closed = true;
				if (!this.#reading) this.#sourceClosed();
			},
			(error) => {
				const action = () => this.#writer.abort(error);
				this.#stop({ atSource: true, failure: { error }, ...(preventAbort ? undefined : { action }) });
			},
		);
		const lost = (error: unknown) => {
			const action = () => this.#cancel(error);
			this.#stop({ atSource: false, failure: { error }, ...(preventCancel ? undefined : { action }) });
		};
		this.#writer.closed.then(() => lost(new TypeError('Destination WritableStream is closed')), lost);
	}

	#sourceClosed(): void {
		const action = () => this.#close();
		this.#stop({ atSource: true, ...(this.#options.preventClose ? undefined : { action }) });
	}

	#aborted(error: unknown): void {
		const { preventAbort, preventCancel } = this.#options;
		const action = () =>
			Promise.all([
				preventAbort ? undefined : this.#writer.abort(error),
				preventCancel ? undefined : this.#cancel(error),
			]);
		this.#stop({ atSource: false, failure: { error }, action });
	}

	/** A source that failed is not cancelled any more. */
	async #cancel(reason: unknown): Promise<void> {
		if (!isErrored(this.#source as unknown as Readable)) await this.#reader.cancel(reason);
	}

	/** What a destination failed with is the error, and not that it cannot be closed any more. */
	async #close(): Promise<void> {
		try {
			await this.#writer.close();
		} catch {
			await this.#writer.closed;
		}
	}
}

/** A chunk that was given already reaches us within these turns of the microtask queue. */
const TICKS = 8;

/** `desiredSize` is null for a stream that is failing: its writes need not be waited for. */
function isWritableStill(writer: WritableStreamDefaultWriter): boolean {
	return writer.desiredSize !== null;
}

function takes({ desiredSize }: WritableStreamDefaultWriter): boolean {
	return desiredSize !== null && desiredSize > 0;
}

function nothing(): void {}
