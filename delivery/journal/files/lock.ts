import { chmodSync, closeSync, constants, lstatSync, openSync, unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isOwnUid } from '../../common/trusted-file.js';

/*
 * A lock that the kernel releases as its process or thread ends, however it ends: a socket that the holder listens on.
 * Whoever connects to it learns whether the holder lives, also in another container, whose processes cannot be seen:
 * on Linux the socket is a file, and is found wherever its folder is mounted. (Node has no `flock`.)
 */

/** A lock that is held. */
export interface Lock {
	/** Releases it. Never throws. */
	release(): void;
}

/**
 * What is known of a lock: somebody holds it, its holder has ended, or nothing is known, since there is no socket or it
 * cannot be reached.
 */
export type LockState = 'held' | 'free' | 'unknown';

/** The longest path of a socket in bytes: `sun_path` has 108 on Linux and 104 on macOS. */
const MAX_ADDRESS_BYTES = 100;

/** True if the socket is a file at the path of the lock. */
const IS_FILE = process.platform === 'linux';

/** The connection error of a socket without a listener. */
const FREE = 'ECONNREFUSED';
/** Those of one whose holder is busy: the queue of connections is full. */
const BUSY = ['EAGAIN', 'EBUSY'];

/**
 * Holds a lock until it is released or this thread ends. It does not keep the process alive.
 *
 * @param path - a path that no other lock has
 * @returns undefined if this system or file system has no such sockets
 */
export function holdLock(path: string): Lock | undefined {
	const server = createServer((socket) => socket.destroy());
	// The error of a `listen()` that failed, and those of connections: nobody is to learn of them.
	server.on('error', () => undefined);
	// `exclusive`: in a worker of a cluster, the primary would listen in its place, and live on after it.
	withAddress(path, (address) => server.listen({ path: address, exclusive: true }));
	server.unref();
	// Node binds before `listen()` returns.
	if (!server.listening) return undefined;
	if (IS_FILE) ignoringErrors(() => chmodSync(path, 0o600));
	return {
		release: () => {
			server.close();
			if (IS_FILE) ignoringErrors(() => unlinkSync(path));
		},
	};
}

/** Resolves to the state of the lock with that path. Never rejects. */
export function probeLock(path: string): Promise<LockState> {
	return new Promise((resolve) => {
		if (!mayConnect(path)) return resolve('unknown');
		const called = withAddress(path, (address) => {
			const socket = connect({ path: address });
			const end = (state: LockState) => {
				socket.destroy();
				resolve(state);
			};
			socket.on('connect', () => end('held'));
			socket.on('error', ({ code = '' }: NodeJS.ErrnoException) =>
				end(code === FREE ? 'free' : BUSY.includes(code) ? 'held' : 'unknown'),
			);
		});
		if (!called) resolve('unknown');
	});
}

/** Returns false for a file that is no socket, or that of another user. Never throws. */
function mayConnect(path: string): boolean {
	if (!IS_FILE) return true;
	let may = false;
	ignoringErrors(() => {
		const stats = lstatSync(path);
		may = stats.isSocket() && isOwnUid(stats.uid);
	});
	return may;
}

/** Calls `use` with the address of the socket for a path. Returns false if that throws. */
function withAddress(path: string, use: (address: string) => void): boolean {
	if (process.platform === 'win32') return ignoringErrors(() => use(`\\\\.\\pipe\\agentese-otel-${basename(path)}`));
	// Elsewhere there are no containers that share a folder, and tools that watch folders may fail at a socket.
	if (!IS_FILE) return ignoringErrors(() => use(join(tmpdir(), `agentese-otel-${basename(path)}`)));
	if (Buffer.byteLength(path) <= MAX_ADDRESS_BYTES) return ignoringErrors(() => use(path));
	return ignoringErrors(() => {
		// A path of any length has a short one through the descriptor of its folder.
		const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
		try {
			use(`/proc/self/fd/${folder}/${basename(path)}`);
		} finally {
			closeSync(folder);
		}
	});
}

/** Does a step whose failure means that there is no lock. Returns false if it failed. */
function ignoringErrors(step: () => void): boolean {
	try {
		step();
		return true;
	} catch {
		return false;
	}
}
