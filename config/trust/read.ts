import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { factsFrom } from './facts.js';

/** The largest config that is read, in bytes. */
export const MAX_CONFIG_BYTES = 64 * 1024;

/** Thrown for a path that is no file, or a file that is too large: before anything of it is read. */
export class UnreadableFileError extends Error {
	override readonly name = 'UnreadableFileError';
}

/**
 * Reads a text file. Never waits: a pipe or a device is not opened.
 *
 * @param maxBytes - the largest size that is read
 * @throws UnreadableFileError if the path is no regular file, or if the file is too large
 * @throws the file system's error
 */
export function readTextFile(path: string, maxBytes = MAX_CONFIG_BYTES): string {
	// O_NONBLOCK: without it, opening a pipe waits until somebody writes to it. Windows does not define it.
	const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
	try {
		const { kind, size } = factsFrom(path, fstatSync(descriptor));
		if (kind !== 'file') {
			const got = kind === 'directory' ? 'a directory' : 'a pipe, a socket or a device';
			throw new UnreadableFileError(`it is ${got}, and a config is a file.`);
		}
		const tooLarge = (bytes: string) =>
			new UnreadableFileError(
				`it has ${bytes} bytes; legal: at most ${maxBytes}. Move what is not configuration out of it.`,
			);
		if (size > maxBytes) throw tooLarge(String(size));
		// A file may grow while it is read, and those of /proc have the size 0.
		const buffer = Buffer.alloc(maxBytes + 1);
		let length = 0;
		for (;;) {
			const read = readSync(descriptor, buffer, length, buffer.length - length, null);
			if (read === 0) break;
			length += read;
			if (length > maxBytes) throw tooLarge(`more than ${maxBytes}`);
		}
		return decode(buffer.subarray(0, length));
	} finally {
		closeSync(descriptor);
	}
}

/** Decodes a text by its byte order mark, as UTF-8 without one. */
function decode(bytes: Buffer): string {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
	return bytes.toString('utf8');
}
