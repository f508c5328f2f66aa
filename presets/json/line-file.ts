import { PositionalFile } from '../../delivery/journal/files/positional-file.js';
import { openNew, ownFiles } from './directory.js';
import type { Signal } from './file-names.js';

/** A file of this size (16 MiB) is closed and a new one is created, so that the retention has files to remove. */
const ROTATE_AT = 16 * 2 ** 20;

/** A write in the background. */
interface BackgroundWrite {
	readonly file: PositionalFile;
	/** Resolves when the write has ended. */
	readonly ended: Promise<void>;
}

/** Writes whole lines into the files of one signal, in the background or before the call returns. */
export class LineFile {
	readonly #root: string;
	readonly #signal: Signal;
	readonly #rotateAt: number;
	readonly #onRotate: () => void;
	/** The files that are being closed. None of these promises rejects. */
	readonly #closing = new Set<Promise<void>>();
	readonly #paths: string[] = [];
	/** The file that lines are appended to. */
	#file: PositionalFile | undefined;
	#write: BackgroundWrite | undefined;

	/**
	 * @param root - the directory of the json preset
	 * @param onRotate - called each time a full file was replaced by a new one
	 * @param rotateAt - the size at which a file is full, in bytes
	 */
	constructor(root: string, signal: Signal, onRotate: () => void, rotateAt: number = ROTATE_AT) {
		this.#root = root;
		this.#signal = signal;
		this.#onRotate = onRotate;
		this.#rotateAt = rotateAt;
	}

	/** The paths of the files that it wrote and that the retention has not removed, the oldest first. */
	get paths(): string[] {
		return this.#paths.filter((path) => ownFiles.open.has(path) || ownFiles.closed.has(path));
	}

	/**
	 * Appends whole lines in the background. Only one call at a time is allowed.
	 *
	 * @throws the file system's error; the file then holds nothing of the data, which may be appended again
	 */
	async append(data: Uint8Array): Promise<void> {
		const file = this.#fileFor(data);
		const written = file.append(data);
		const write = { file, ended: written.catch(() => undefined) };
		this.#write = write;
		try {
			await written;
		} finally {
			if (this.#write === write) this.#write = undefined;
		}
	}

	/** Appends whole lines before it returns: for the end of the process. @throws as `append` */
	appendSync(data: Uint8Array): void {
		this.#fileFor(data).appendSync(data);
	}

	/**
	 * Writes once more, before it returns, the lines that are being written in the background.
	 *
	 * @returns true if `append()` has not resolved yet; its lines are then in the file
	 * @throws the file system's error
	 */
	settleSync(): boolean {
		return this.#write?.file.settleSync() ?? false;
	}

	/** Resolves when the disk has all that was appended (`fsync`). @throws the file system's error */
	async sync(): Promise<void> {
		await Promise.all(this.#closing);
		await this.#file?.sync();
	}

	/** Resolves when the disk has all that was appended and all files are closed. A later line opens a new file. */
	async close(): Promise<void> {
		this.#retire();
		await Promise.all(this.#closing);
	}

	/** Returns the file that the data is appended to; a new one if it would be too large, or if it was removed. */
	#fileFor(data: Uint8Array): PositionalFile {
		const current = this.#file;
		const full = current !== undefined && current.size > 0 && current.size + data.length > this.#rotateAt;
		// What is written to a file that has no name is lost. Behind the rest of a failed write, no line is whole.
		if (full || (current !== undefined && (current.isTorn || !current.isLinked))) this.#retire();
		if (this.#file === undefined) {
			this.#file = new PositionalFile({ ...openNew(this.#root, this.#signal), size: 0 });
			this.#paths.push(this.#file.path);
		}
		if (full) this.#onRotate();
		return this.#file;
	}

	/** Closes the file in the background when all of it is on disk. */
	#retire(): void {
		const file = this.#file;
		if (file === undefined) return;
		this.#file = undefined;
		const written = this.#write?.file === file ? this.#write.ended.then(() => file.sync()) : file.sync();
		const closing = written
			.catch(() => undefined)
			.then(() => {
				file.close();
				ownFiles.open.delete(file.path);
				ownFiles.closed.add(file.path);
				this.#closing.delete(closing);
			});
		this.#closing.add(closing);
	}
}
