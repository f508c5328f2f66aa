import { isMainThread } from 'node:worker_threads';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { platform } from '../../lib/runtime/platform.js';
import { processState } from '../../lib/runtime/process-state.js';
import { onEventLoopEmpty } from './event-loop-empty.js';
import { onUncaught } from './uncaught.js';

/** Writes what is in memory, synchronously. */
type Writer = (end: EndOfProcess) => void;
/** Sends what is in memory. */
type Sender = (end: EndOfProcess) => Promise<unknown>;

/** The longest time that a timer of Node can wait, in milliseconds. A longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The signals that end a process by default and that it can listen to. A worker thread receives none. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

const state = processState('sdk/process-end', () => ({
	writers: new Set<Writer>(),
	/** The senders, each with the longest time that the end of the process waits for it, in milliseconds. */
	senders: new Map<Sender, number>(),
	/** The listeners of `exit` and of signals, by the name of their event. */
	handlers: new Map<string, () => void>(),
	/** Removes the listeners that only senders need; undefined while there are no senders. */
	stopSending: undefined as (() => void) | undefined,
	/** True while the process waits for senders, and would have exited otherwise. */
	waiting: false,
}));

/**
 * Runs `write` synchronously when the process, or the worker thread, ends: naturally, by `process.exit()`, an uncaught
 * error, an unhandled rejection or a signal. Writers run in the order in which they were registered, after all senders.
 *
 * The application cannot observe this: exit code, signal and other listeners are as they would have been, and nothing
 * is kept alive. That is why `exit` is used and not `beforeExit`: work that is started there makes Node emit
 * `beforeExit` once more, to the application's listeners too.
 *
 * @param write - receives `final` at the real end; `maybe` at a signal, when the process may go on. Errors that it
 *   throws are logged.
 * @returns a function that removes the writer, and the process's listeners with the last one
 */
export function whenProcessEnds(write: Writer): () => void {
	state.writers.add(write);
	if (state.handlers.size === 0) listen();
	return () => {
		state.writers.delete(write);
		if (state.writers.size + state.senders.size === 0) stopListening();
	};
}

/**
 * Runs `send` when the process ends in a way that lets the event loop run on: naturally, by a signal or by an uncaught
 * error. The process ends when all senders have resolved or rejected, and at the latest after the longest of their
 * limits; a second signal ends it at once. `process.exit()` stops the loop, so it runs no senders.
 *
 * If other listeners of the signal or of uncaught errors exist, they decide whether the process ends. Nothing waits
 * then, and `send` receives `maybe`.
 *
 * @param send - sends what is in memory. A rejection is logged.
 * @param maxMs - how long the end of the process waits for `send` at most, in milliseconds, whatever a backend does
 * @returns a function that removes the sender
 */
export function whileProcessEnds(send: Sender, maxMs: number): () => void {
	state.senders.set(send, maxMs);
	if (state.handlers.size === 0) listen();
	state.stopSending ??= listenForSending();
	return () => {
		state.senders.delete(send);
		if (state.senders.size > 0) return;
		state.stopSending?.();
		state.stopSending = undefined;
		if (state.writers.size === 0) stopListening();
	};
}

/** Listens to the ends of the process that leave time for sending; returns a function that removes these listeners. */
function listenForSending(): () => void {
	const wait = () => waitForSending();
	const stops = [onEventLoopEmpty(wait)];
	// The uncaught error of a worker thread is handled by its parent.
	if (isMainThread) stops.push(onUncaught(wait, () => void sendAll('maybe')));
	return () => {
		for (const stop of stops) stop();
	};
}

/** Listens to `exit` and, on the main thread, to signals. */
function listen(): void {
	const onExit = () => writeAll('final');
	state.handlers.set('exit', onExit);
	process.on('exit', onExit);
	if (!isMainThread) return;
	for (const signal of SIGNALS) {
		const onSignal = () => handleSignal(signal, onSignal);
		state.handlers.set(signal, onSignal);
		process.prependListener(signal, onSignal);
	}
}

function stopListening(): void {
	for (const [event, handler] of state.handlers) process.removeListener(event, handler);
	state.handlers.clear();
}

/**
 * Handles a signal. If there is no other listener, the process ends as if there were none at all: the handler is
 * removed, which restores the default action, and the signal is raised again. If there are others, they decide. While
 * they run the handler is not in the list: `signal-exit` (which execa, write-file-atomic and many more use) counts the
 * listeners, and raises the signal only if all of them are its own.
 */
function handleSignal(signal: NodeJS.Signals, handler: () => void): void {
	process.removeListener(signal, handler);
	const isOnlyListener = process.listenerCount(signal) === 0;
	if (isOnlyListener && (state.waiting || state.senders.size === 0)) {
		writeAll('final');
		process.kill(process.pid, signal);
		return;
	}
	writeAll('maybe');
	if (isOnlyListener) {
		// A second signal while senders run ends the process at once.
		process.prependListener(signal, handler);
		void waitForSending().then(() => {
			process.removeListener(signal, handler);
			writeAll('final');
			process.kill(process.pid, signal);
		});
		return;
	}
	void sendAll('maybe');
	// The handler returns in the next turn of the loop: soon, because the next signal may have no other listener, and an
	// immediate does not keep the process alive for longer than that turn.
	platform.setImmediate(() => {
		if (state.handlers.get(signal) === handler) process.prependListener(signal, handler);
	});
}

/**
 * Keeps the process alive until all senders are done, at most for the longest of their limits; resolves to false if
 * that was too short. Never rejects.
 */
async function waitForSending(): Promise<boolean> {
	state.waiting = true;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<boolean>((resolve) => {
		timer = platform.setTimeout(resolve, Math.min(Math.max(...state.senders.values()), MAX_TIMER_MS), false);
	});
	try {
		return await Promise.race([sendAll('final').then(() => true), late]);
	} finally {
		platform.clearTimeout(timer);
		state.waiting = false;
	}
}

/** Runs all senders at the same time, and logs those that reject. Never rejects. */
async function sendAll(end: EndOfProcess): Promise<void> {
	const sending = [...state.senders.keys()].map(async (send) => send(end));
	for (const outcome of await Promise.allSettled(sending)) {
		if (outcome.status === 'rejected') {
			warnOnce('ending/send', 'what was in memory when the process ended could not be sent.', outcome.reason);
		}
	}
}

/** Runs all writers in order, and logs those that throw. Never throws. */
function writeAll(end: EndOfProcess): void {
	for (const write of [...state.writers]) {
		try {
			write(end);
		} catch (error) {
			warnOnce('ending/write', 'what was in memory when the process ended could not be written.', error);
		}
	}
}
