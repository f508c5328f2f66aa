import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import { warnOnce } from '../../lib/runtime/log-once.js';

/**
 * A name in a directory of telemetry may have been put there by somebody else, or be something else than a file. So
 * each is looked at before it is opened, without following a link, and only a regular file of this user is used.
 * Anything else would block (a named pipe), end never (`/dev/zero`) or reach elsewhere (a link).
 */

/** No file of ours is larger than this (1 GiB). */
const MAX_FILE_BYTES = 2 ** 30;

/** `O_NOFOLLOW`: a link fails with ELOOP. `O_NONBLOCK`: a named pipe does not block. Windows has neither. */
const SAFELY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The kinds of names that are no regular files, as messages call them. */
const KINDS = [
	['isSymbolicLink', 'a symbolic link'],
	['isDirectory', 'a directory'],
	['isFIFO', 'a named pipe'],
	['isSocket', 'a socket'],
	['isCharacterDevice', 'a device'],
	['isBlockDevice', 'a device'],
] as const;

/**
 * The users that files of this process belong to, other than its effective user: a file system on the network may
 * store another one (NFS with `root_squash`, CIFS with `uid=`).
 */
const mappedUids = new Set<number>();

/** Thrown for a name that is not used. The message is the reason. */
export class UntrustedFileError extends Error {
	override readonly name = 'UntrustedFileError';
}

/** Records the user of a file that this process has just created. */
export function learnUid(fd: number): void {
	mappedUids.add(fstatSync(fd).uid);
}

/** Returns true if a file of that user is one of this process. */
export function isOwnUid(uid: number): boolean {
	// Windows has no users by number.
	const own = process.geteuid?.();
	return own === undefined || uid === own || mappedUids.has(uid);
}

/**
 * Returns why a name is not used, as the end of a sentence that begins with the name; undefined if it may be.
 *
 * @param maxBytes - how large it may be
 */
export function distrust(stats: Stats, maxBytes: number = MAX_FILE_BYTES): string | undefined {
	const kind = KINDS.find(([is]) => stats[is]())?.[1];
	if (kind !== undefined) return `is ${kind}`;
	if (!isOwnUid(stats.uid)) return `belongs to the user ${stats.uid}`;
	return stats.size > maxBytes ? `has ${stats.size} bytes, more than the ${maxBytes} that it may have` : undefined;
}

/** Logs once that a name is not used. @param reason - as `distrust()` returns it */
export function reportUntrusted(path: string, reason: string): void {
	warnOnce(
		'delivery/untrusted',
		`${path} is not used as a file of telemetry, since it ${reason}; it is left as it is. Remove it, or run as the ` +
			'user that it belongs to.',
	);
}

/**
 * Opens a file that exists.
 *
 * @param flags - `O_RDONLY` or `O_RDWR`
 * @param maxBytes - how large it may be
 * @returns the descriptor
 * @throws the file system's error, and UntrustedFileError
 */
export function openTrustedSync(path: string, flags: number, maxBytes?: number): number {
	const looked = lstatSync(path);
	requireTrust(looked, maxBytes);
	const fd = openSync(path, flags | SAFELY);
	try {
		const opened = fstatSync(fd);
		requireTrust(opened, maxBytes);
		// Windows may round a number of more than 53 bits differently.
		if (opened.ino !== looked.ino && process.platform !== 'win32') {
			throw new UntrustedFileError('was replaced while it was opened');
		}
	} catch (error) {
		closeSync(fd);
		throw error;
	}
	return fd;
}

/** @throws UntrustedFileError */
function requireTrust(stats: Stats, maxBytes?: number): void {
	const reason = distrust(stats, maxBytes);
	if (reason !== undefined) throw new UntrustedFileError(reason);
}
