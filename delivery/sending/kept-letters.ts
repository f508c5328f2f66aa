import { constants } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { platform } from '../../lib/runtime/platform.js';
import { filesIn, type StoredFile } from '../common/retention.js';
import { openTrustedSync } from '../common/trusted-file.js';
import { nodeFileSystem } from '../journal/files/file-system.js';
import type { Encoding, Frame } from '../journal/segments/frame.js';
import { LETTER_NAME } from './dead-letters.js';

/** The longest first line of a file that is read (64 KiB), and the largest file (64 MiB). */
const MAX_HEAD_BYTES = 64 * 2 ** 10;
const MAX_FILE_BYTES = 64 * 2 ** 20;

/** What a folder of dead letters holds. */
export interface KeptLetters {
	/** How many files. */
	readonly files: number;
	/** How many records are in them. */
	readonly records: number;
}

/** Counts the dead letters in a folder, and changes nothing there. A folder that does not exist holds none. */
export async function countLetters(directory: string): Promise<KeptLetters> {
	let records = 0;
	const files = await lettersIn(directory);
	for (const { path } of files) {
		const head = await headOf(path).catch(() => undefined);
		records += head?.count ?? 0;
	}
	return { files: files.length, records };
}

/**
 * Takes the dead letters out of a folder, the oldest first. A file that cannot be read is left as it is.
 *
 * @param take - receives each body. Its file is removed if this resolves to true.
 */
export async function takeLetters(directory: string, take: (frame: Frame) => Promise<boolean>): Promise<void> {
	for (const { path } of await lettersIn(directory)) {
		const frame = await readLetter(path).catch(() => undefined);
		if (frame !== undefined && (await take(frame))) await unlink(path).catch(() => undefined);
	}
}

function lettersIn(directory: string): Promise<StoredFile[]> {
	return filesIn(directory, (name) => LETTER_NAME.test(name));
}

/** @throws if the file is not to be opened, or is no dead letter */
async function readLetter(path: string): Promise<Frame> {
	const [{ encoding, count, bytes }, { size }] = await Promise.all([headOf(path), lstat(path)]);
	if (size > MAX_FILE_BYTES) throw new Error(`${path} has more than ${MAX_FILE_BYTES} bytes.`);
	const body = (await bytesOf(path, size)).subarray(bytes);
	return { encoding, count, time: platform.dateNow(), body };
}

/** Reads the first line of a file. @throws if it is no dead letter */
async function headOf(path: string): Promise<Pick<Frame, 'encoding' | 'count'> & { bytes: number }> {
	const start = await bytesOf(path, MAX_HEAD_BYTES);
	const end = start.indexOf('\n');
	const { encoding, count } = JSON.parse(start.toString('utf8', 0, end)) as Record<string, unknown>;
	if (end < 0 || !isEncoding(encoding) || typeof count !== 'number' || !(count >= 0)) {
		throw new Error(`${path} is no dead letter.`);
	}
	return { encoding, count, bytes: end + 1 };
}

function isEncoding(value: unknown): value is Encoding {
	return value === 'protobuf' || value === 'json';
}

async function bytesOf(path: string, length: number): Promise<Buffer> {
	const fd = openTrustedSync(path, constants.O_RDONLY);
	try {
		return await nodeFileSystem.read(fd, length, 0);
	} finally {
		nodeFileSystem.closeSync(fd);
	}
}
