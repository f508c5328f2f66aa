import { isMainThread } from 'node:worker_threads';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { processState } from '../../lib/runtime/process-state.js';
import { onEventLoopEmpty } from './event-loop-empty.js';
import { onUncaught } from './uncaught.js';

type Writer = (end: EndOfProcess) => void;
type Sender = (end: EndOfProcess) => Promise<unknown>;

/** So long may the end of a process wait for what is being sent, whatever a backend does. */
const SEND_MS = 2000;

/** Those whose default ends the process and that a process can see; a worker thread gets none. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

const state = processState('sdk/process-end', () => ({
	writers: new Set<Writer>(),
	senders: new Set<Sender>(),
	handlers: new Map<string, () => void>(),
	stopSending: undefined as (() => void) | undefined,
	/** True while the process waits for what is being sent, and would be gone otherwise. */
	waiting: false,
}));

/**
 * Runs `write` synchronously when the process, or the worker thread, ends: naturally, by `process.exit()`, an uncaught
 * error, an unhandled rejection or a signal. Writers run in the order in which they came, after all that is sent.
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
		if (state.writers.size + state.senders.size === 0) stopListening();
	};
}

/**
 * Runs `send` when the process ends in a way that leaves it a living loop: naturally, by a signal or by an uncaught
 * error. The process ends when all senders are through, and after 2 seconds at the latest; a second signal ends it at
 * once. `process.exit()` leaves no loop.
 *
 * Where others listen to the signal or to uncaught errors they decide, nothing waits, and `send` is told `perhaps`.
 *
 * @returns takes the sender out again
 */
export function whileProcessEnds(send: Sender): () => void {
	state.senders.add(send);
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

function listenForSending(): () => void {
	const wait = () => waitForSending();
	const stops = [onEventLoopEmpty(wait)];
	// In a worker thread an error is the parent's to answer.
	if (isMainThread) stops.push(onUncaught(wait, () => void sendAll('perhaps')));
	return () => {
		for (const stop of stops) stop();
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
	const alone = process.listenerCount(signal) === 0;
	if (alone && (state.waiting || state.senders.size === 0)) {
		writeAll('last');
		process.kill(process.pid, signal);
		return;
	}
	writeAll('perhaps');
	if (alone) {
		// For a second one, which ends the process at once.
		process.prependListener(signal, handler);
		void waitForSending().then(() => {
			process.removeListener(signal, handler);
			writeAll('last');
			process.kill(process.pid, signal);
		});
		return;
	}
	void sendAll('perhaps');
	// One turn holds the process for no longer than that, and must come soon: the next signal may find nobody else.
	setImmediate(() => {
		if (state.handlers.get(signal) === handler) process.prependListener(signal, handler);
	});
}

/** Holds the process until all is sent, but not for ever; answers false where it was too late. Never rejects. */
async function waitForSending(): Promise<boolean> {
	state.waiting = true;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<boolean>((resolve) => {
		timer = setTimeout(resolve, SEND_MS, false);
	});
	try {
		return await Promise.race([sendAll('last').then(() => true), late]);
	} finally {
		clearTimeout(timer);
		state.waiting = false;
	}
}

async function sendAll(end: EndOfProcess): Promise<void> {
	const sending = [...state.senders].map(async (send) => send(end));
	for (const outcome of await Promise.allSettled(sending)) {
		if (outcome.status === 'rejected') {
			warnOnce('ending/send', 'what was in memory when the process ended could not be sent.', outcome.reason);
		}
	}
}

function writeAll(end: EndOfProcess): void {
	for (const write of [...state.writers]) {
		try {
			write(end);
		} catch (error) {
			warnOnce('ending/write', 'what was in memory when the process ended could not be written.', error);
		}
	}
}
