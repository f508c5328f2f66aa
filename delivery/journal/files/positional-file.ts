import { type FileSystem, nodeFileSystem } from './file-system.js';

/** Data that is appended to a file at an offset of its own. */
interface Chunk {
	readonly data: Uint8Array;
	readonly offset: number;
	/** Called once, as soon as all bytes are written. */
	readonly onWritten: (() => void) | undefined;
	/** True when all bytes are written. */
	written: boolean;
}

/** Bytes that replace as many bytes of the file. */
interface Patch {
	readonly data: Uint8Array;
	readonly offset: number;
}

/** What a `PositionalFile` is created with. */
export interface PositionalFileOptions {
	readonly path: string;
	/** The descriptor of the open file. The `PositionalFile` closes it. */
	readonly fd: number;
	/** The length of the file, in bytes. */
	readonly size: number;
	/** The file system. @default Node's */
	readonly files?: FileSystem;
}

/**
 * An append-only file with one writer, whose writes can be repeated at the end of the process.
 *
 * Each chunk gets its offset before it is written, and all writes are positional. At the end of the process, a chunk
 * whose background write has not finished is therefore written once more: at the same offset and with the same bytes,
 * whatever the thread pool has already done. Nothing is torn and nothing is there twice.
 */
export class PositionalFile {
	readonly path: string;
	readonly #files: FileSystem;
	/** Undefined after `close()`, until the file is needed again. */
	#fd: number | undefined;
	/** The offset of the next chunk. */
	#size: number;
	/** How many operations use the descriptor. It is closed only when there are none: the system reuses its number. */
	#operations = 0;
	/** True if the descriptor is to be closed when no operation uses it. */
	#closing = false;
	/** The chunk that is being written in the background. */
	#chunk: Chunk | undefined;
	/** The patches that are being written in the background. */
	readonly #patches = new Set<Patch>();
	#isTorn = false;

	constructor({ path, fd, size, files = nodeFileSystem }: PositionalFileOptions) {
		this.path = path;
		this.#fd = fd;
		this.#size = size;
		this.#files = files;
	}

	/** The length of the file in bytes, including the chunk that is being written. */
	get size(): number {
		return this.#size;
	}

	/** True if the path leads to a file. */
	get exists(): boolean {
		return this.#files.existsSync(this.path);
	}

	/** True if a write has failed whose bytes could not be removed. */
	get isTorn(): boolean {
		return this.#isTorn;
	}

	/**
	 * True if the open file has a name: its own, or another one after a rename. False if it was removed or is closed.
	 *
	 * @throws the file system's error
	 */
	get isLinked(): boolean {
		return this.#fd !== undefined && this.#files.linkCountSync(this.#fd) > 0;
	}

	/**
	 * Appends data in the background. Only one call at a time is allowed.
	 *
	 * @param durably - true to wait for the disk as well (`fsync`)
	 * @param onWritten - called once when all bytes are written, by this call or by `settleSync()`
	 * @throws the file system's error, unless `settleSync()` has written the data; the file then holds nothing of it
	 */
	async append(data: Uint8Array, durably = false, onWritten?: () => void): Promise<void> {
		// `settleSync()` may write the same bytes at the same offset while this waits.
		const chunk = this.#reserve(data, onWritten);
		this.#chunk = chunk;
		this.#operations += 1;
		try {
			const fd = this.#open();
			await this.#files.write(fd, data, chunk.offset);
			if (durably) await this.#files.sync(fd);
			complete(chunk);
		} catch (error) {
			if (!chunk.written) {
				this.#undo(chunk);
				throw error;
			}
		} finally {
			if (this.#chunk === chunk) this.#chunk = undefined;
			this.#release();
		}
	}

	/** Appends data before it returns. @throws the file system's error; the file then holds nothing of the data */
	appendSync(data: Uint8Array): void {
		const chunk = this.#reserve(data);
		try {
			this.#files.writeSync(this.#open(), data, chunk.offset);
		} catch (error) {
			this.#undo(chunk);
			throw error;
		}
	}

	/**
	 * Writes once more, before it returns, everything that is being written in the background.
	 *
	 * @returns true if `append()` has not resolved yet; its chunk is then in the file
	 * @throws the file system's error
	 */
	settleSync(): boolean {
		for (const { data, offset } of this.#patches) this.patchSync(data, offset);
		const chunk = this.#chunk;
		if (chunk === undefined) return false;
		if (!chunk.written) {
			this.#files.writeSync(this.#open(), chunk.data, chunk.offset);
			complete(chunk);
		}
		return true;
	}

	/** Replaces bytes in place, in the background. @throws the file system's error */
	async patch(data: Uint8Array, offset: number): Promise<void> {
		const patch = { data, offset };
		this.#patches.add(patch);
		this.#operations += 1;
		try {
			await this.#files.write(this.#open(), data, offset);
		} finally {
			this.#patches.delete(patch);
			this.#release();
		}
	}

	/** Replaces bytes in place, before it returns. Returns false if that fails. */
	patchSync(data: Uint8Array, offset: number): boolean {
		try {
			this.#files.writeSync(this.#open(), data, offset);
			return true;
		} catch {
			// The writes of chunks report the faults of the disk.
			return false;
		}
	}

	/** Returns up to `length` bytes from an offset; fewer if the file ends before. @throws the file system's error */
	async read(length: number, offset: number): Promise<Buffer> {
		this.#operations += 1;
		try {
			return await this.#files.read(this.#open(), length, offset);
		} finally {
			this.#release();
		}
	}

	/**
	 * Resolves when the disk has all that was written (`fsync`); at once if it is closed.
	 *
	 * @throws the file system's error
	 */
	async sync(): Promise<void> {
		if (this.#fd === undefined) return;
		this.#operations += 1;
		try {
			await this.#files.sync(this.#fd);
		} finally {
			this.#release();
		}
	}

	/** Closes the descriptor when no operation uses it. A later operation opens the path again. Never throws. */
	close(): void {
		this.#closing = true;
		this.#operations += 1;
		this.#release();
	}

	/** Gives a chunk its offset. */
	#reserve(data: Uint8Array, onWritten?: () => void): Chunk {
		const chunk = { data, offset: this.#size, onWritten, written: false };
		this.#size += data.length;
		return chunk;
	}

	/** Removes what a failed write may have left, so that the next chunk gets the same offset. */
	#undo({ data, offset }: Chunk): void {
		try {
			// A chunk that was appended meanwhile is behind this one, and stays.
			if (this.#size !== offset + data.length) throw new Error('something was appended behind the failed write');
			this.#files.truncateSync(this.#open(), offset);
			this.#size = offset;
		} catch {
			this.#isTorn = true;
		}
	}

	/** Returns the descriptor. Opens the file if it was closed. @throws the file system's error */
	#open(): number {
		this.#fd ??= this.#files.openSync(this.path);
		return this.#fd;
	}

	/** Ends an operation, and closes the descriptor if that is due. */
	#release(): void {
		this.#operations -= 1;
		if (!this.#closing || this.#operations > 0 || this.#fd === undefined) return;
		const fd = this.#fd;
		this.#fd = undefined;
		try {
			this.#files.closeSync(fd);
		} catch {
			// It is closed already.
		}
	}
}

/** Marks a chunk as written, and calls its callback the first time. */
function complete(chunk: Chunk): void {
	if (chunk.written) return;
	chunk.written = true;
	chunk.onWritten?.();
}
