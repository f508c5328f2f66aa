import { close, fstatSync, fsync, ftruncateSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { openNew, ownFiles } from './directory.js';
import type { Signal } from './file-names.js';

/** A file of this size is left for a new one, so that pruning has something to remove. */
const ROTATE_AT = 16 * 2 ** 20;

const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);
const closeAsync = promisify(close);

interface OpenFile {
	readonly fd: number;
	readonly path: string;
	/** Where the next chunk goes. */
	end: number;
	/** Writes under way in the thread pool: until they are through, the descriptor must not be closed and reused. */
	writing: number;
	retired: boolean;
}

interface Chunk {
	readonly file: OpenFile;
	readonly data: Uint8Array;
	readonly offset: number;
	settled: boolean;
}

/**
 * Whole lines into the files of one signal, in the background or at once.
 *
 * Each chunk has its offset before it is written, and all writes are positional. So at the end of the process the
 * chunk that is under way can be written once more, at the same place and with the same bytes, whatever the thread
 * pool has made of it: no line is torn and none is there twice.
 */
export class LineFile {
	readonly #root: string;
	readonly #signal: Signal;
	readonly #rotateAt: number;
	readonly #onRotate: () => void;
	readonly #retiring = new Set<Promise<void>>();
	readonly #paths: string[] = [];
	#file: OpenFile | undefined;
	#underWay: Chunk | undefined;

	/** @param onRotate - is called after a full file was left for a new one */
	constructor(root: string, signal: Signal, onRotate: () => void, rotateAt: number = ROTATE_AT) {
		this.#root = root;
		this.#signal = signal;
		this.#onRotate = onRotate;
		this.#rotateAt = rotateAt;
	}

	/** The files that this one wrote and that still stand, the oldest first. */
	get paths(): string[] {
		return this.#paths.filter((path) => ownFiles.open.has(path) || ownFiles.closed.has(path));
	}

	/**
	 * Writes whole lines in the background. One at a time.
	 *
	 * @throws what the file system says; nothing of the data is then left in the file, and it may be appended again
	 */
	async append(data: Uint8Array): Promise<void> {
		const chunk = this.#reserve(data);
		const { file } = chunk;
		this.#underWay = chunk;
		file.writing += 1;
		try {
			for (let done = 0; done < data.length; ) {
				const { bytesWritten } = await writeAsync(file.fd, data, done, data.length - done, chunk.offset + done);
				done += bytesWritten;
			}
			chunk.settled = true;
		} catch (error) {
			if (!chunk.settled) {
				undo(chunk);
				throw error;
			}
		} finally {
			file.writing -= 1;
			if (this.#underWay === chunk) this.#underWay = undefined;
			if (file.retired && file.writing === 0) this.#finish(file);
		}
	}

	/** Writes whole lines at once: for the end of the process alone. @throws as `append` */
	appendSync(data: Uint8Array): void {
		const chunk = this.#reserve(data);
		try {
			writeNow(chunk);
		} catch (error) {
			undo(chunk);
			throw error;
		}
	}

	/** Writes the chunk that is under way once more and at once; answers whether one is. @throws what the file system says */
	settleSync(): boolean {
		if (this.#underWay === undefined) return false;
		if (!this.#underWay.settled) writeNow(this.#underWay);
		this.#underWay.settled = true;
		return true;
	}

	/** Resolves when all that was appended is on the disk. @throws what the file system says */
	async sync(): Promise<void> {
		await Promise.all(this.#retiring);
		if (this.#file !== undefined) await fsyncAsync(this.#file.fd);
	}

	/** Resolves when all is on the disk and every file is closed. The next line would open a new one. */
	async close(): Promise<void> {
		this.#retire();
		await Promise.all(this.#retiring);
	}

	#reserve(data: Uint8Array): Chunk {
		const full = this.#file !== undefined && this.#file.end > 0 && this.#file.end + data.length > this.#rotateAt;
		// A file that was removed under us would swallow whatever follows.
		if (full || (this.#file !== undefined && fstatSync(this.#file.fd).nlink === 0)) this.#retire();
		if (this.#file === undefined) {
			this.#file = { ...openNew(this.#root, this.#signal), end: 0, writing: 0, retired: false };
			this.#paths.push(this.#file.path);
		}
		const chunk = { file: this.#file, data, offset: this.#file.end, settled: false };
		this.#file.end += data.length;
		if (full) this.#onRotate();
		return chunk;
	}

	#retire(): void {
		const file = this.#file;
		if (file === undefined) return;
		this.#file = undefined;
		file.retired = true;
		if (file.writing === 0) this.#finish(file);
	}

	#finish(file: OpenFile): void {
		const finishing = fsyncAsync(file.fd)
			.then(() => closeAsync(file.fd))
			.catch(() => undefined)
			.then(() => {
				ownFiles.open.delete(file.path);
				ownFiles.closed.add(file.path);
				this.#retiring.delete(finishing);
			});
		this.#retiring.add(finishing);
	}
}

function writeNow({ file, data, offset }: Chunk): void {
	for (let done = 0; done < data.length; ) {
		done += writeSync(file.fd, data, done, data.length - done, offset + done);
	}
}

/** Takes back what a failed write may have left, so that the file still ends with a whole line. */
function undo({ file, data, offset }: Chunk): void {
	if (file.end !== offset + data.length) return;
	file.end = offset;
	try {
		ftruncateSync(file.fd, offset);
	} catch {
		// The disk that refused the bytes may refuse this too; a reader skips a torn last line.
	}
}
