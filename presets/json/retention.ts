import { join } from 'node:path';
import { filesIn, type RetentionBounds, removeExpired, type StoredFile } from '../../delivery/common/retention.js';
import { platform } from '../../lib/runtime/platform.js';
import { ownFiles } from './directory.js';
import { SIGNALS, writerPidOf } from './file-names.js';

/**
 * Removes the files of all signals that are older than `maxAge`, then the oldest until the rest has at most `maxBytes`.
 * Never removes a file whose name the json preset does not use, nor one that a living process may still write to. Never
 * rejects: another process may remove the same files at the same time.
 *
 * @param root - the directory of the json preset
 * @param now - the time, in milliseconds since 1970
 */
export async function prune(root: string, bounds: RetentionBounds, now: number = platform.dateNow()): Promise<void> {
	const isOurs = (name: string) => writerPidOf(name) !== undefined;
	const files = (await Promise.all(SIGNALS.map((signal) => filesIn(join(root, signal), isOurs)))).flat();
	const removed = await removeExpired(files, bounds, (file) => !mayBeWritten(file), now);
	for (const path of removed) ownFiles.closed.delete(path);
}

/**
 * Returns true if the process that created the file may still write to it.
 *
 * The current pid is also that of the other threads, and may have been that of an earlier process (in a container it
 * always is). What that one wrote is older than the current process.
 */
function mayBeWritten({ path, name, writtenAt }: StoredFile): boolean {
	const pid = writerPidOf(name);
	if (pid === undefined) return true;
	if (pid === process.pid) {
		if (ownFiles.closed.has(path)) return false;
		return ownFiles.open.has(path) || writtenAt >= platform.dateNow() - process.uptime() * 1000;
	}
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: the process is there, and another user runs it.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
