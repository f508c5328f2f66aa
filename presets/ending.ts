import { isMainThread } from 'node:worker_threads';
import { sayOnce } from '../lib/runtime/say.js';
import { shared } from '../lib/runtime/shared.js';

/** `last`: nothing asynchronous will run any more. `perhaps`: a signal that somebody else answers too. */
export type EndOfProcess = 'last' | 'perhaps';

type Writer = (end: EndOfProcess) => void;

/** Those whose default ends the process and that a process can see; a worker thread gets none. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

const state = shared('presets/ending', () => ({ writers: new Set<Writer>(), handlers: new Map<string, () => void>() }));

/**
 * Runs `write` synchronously when the process, or the worker thread, ends: naturally, by `process.exit()`, an uncaught
 * error, an unhandled rejection or a signal. Writers run in the order in which they came.
 *
 * Nobody else is to notice: the exit code, the signal and the other listeners are as they would have been, and
 * nothing is kept alive. That is why `exit` is used and not `beforeExit`: work begun there makes Node emit
 * `beforeExit` once more, to the application's listeners too.
 *
 * @returns takes the writer out again; the process's listeners go with the last one
 */
export function whenProcessEnds(write: Writer): () => void {
	state.writers.add(write);
	if (state.handlers.size === 0) listen();
	return () => {
		state.writers.delete(write);
		if (state.writers.size === 0) stopListening();
	};
}

function listen(): void {
	const onExit = () => writeAll('last');
	state.handlers.set('exit', onExit);
	process.on('exit', onExit);
	if (!isMainThread) return;
	for (const signal of SIGNALS) {
		const onSignal = () => answer(signal, onSignal);
		state.handlers.set(signal, onSignal);
		process.prependListener(signal, onSignal);
	}
}

function stopListening(): void {
	for (const [event, handler] of state.handlers) process.removeListener(event, handler);
	state.handlers.clear();
}

/**
 * A signal that nobody else listens to ends the process as if we had not listened either: the last listener gone,
 * its default is back, and it is raised again. Where others listen they decide, and while they run we are out of the
 * list: `signal-exit` (under execa, write-file-atomic and many more) counts the listeners, and raises the signal only
 * if all of them are its own.
 */
function answer(signal: NodeJS.Signals, handler: () => void): void {
	process.removeListener(signal, handler);
	if (process.listenerCount(signal) === 0) {
		writeAll('last');
		process.kill(process.pid, signal);
		return;
	}
	writeAll('perhaps');
	// One turn holds the process for no longer than that, and must come soon: the next signal may find nobody else.
	setImmediate(() => {
		if (state.handlers.get(signal) === handler) process.prependListener(signal, handler);
	});
}

function writeAll(end: EndOfProcess): void {
	for (const write of [...state.writers]) {
		try {
			write(end);
		} catch (error) {
			sayOnce('ending/write', 'what was in memory when the process ended could not be written.', error);
		}
	}
}
