import { platform } from '../../lib/runtime/platform.js';

type BeforeExitListener = NodeJS.BeforeExitListener;

/** The exit code of Node if a top-level `await` is never settled. Node sets it in its own listener of `exit`. */
const UNSETTLED_AWAIT = 13;

/**
 * Runs `wait` when the event loop is empty, and lets the process end after it.
 *
 * Work that a listener of `beforeExit` starts makes Node emit that event once more. So the application's listeners are
 * called first. Only if they start nothing is this the end of the process. They are then removed until the event is
 * emitted again after `wait`, so that they are called as often as without this listener.
 *
 * @param wait - resolves to false if it gave up: the process then exits, even if something still keeps it alive
 * @returns a function that removes the listener
 */
export function onEventLoopEmpty(wait: () => Promise<boolean>): () => void {
	let phase: 'running' | 'waiting' | 'done' = 'running';
	/** The application's listeners while they are removed. */
	let setAside: BeforeExitListener[] = [];

	const restore = () => {
		for (const listener of setAside.splice(0)) process.on('beforeExit', listener);
	};
	const begin = async () => {
		phase = 'waiting';
		setAside = process
			.rawListeners('beforeExit')
			.filter((listener) => listener !== onBeforeExit) as BeforeExitListener[];
		for (const listener of setAside) process.removeListener('beforeExit', listener);
		const inTime = await wait();
		phase = 'done';
		if (!inTime) exitNow();
	};
	const onBeforeExit = () => {
		if (phase === 'waiting') return;
		if (phase === 'done') {
			phase = 'running';
			restore();
			return;
		}
		// The loop is empty, so the resources that are listed now (a pipe, a terminal) do not keep it alive.
		const before = process.getActiveResourcesInfo();
		platform.nextTick(() => {
			if (resourcesAdded(before, true)) return;
			// Checked once more after the promise reactions of asynchronous listeners.
			platform.setImmediate(() => {
				if (phase === 'running' && !resourcesAdded(before, false)) void begin();
			});
		});
	};

	process.prependListener('beforeExit', onBeforeExit);
	return () => {
		process.removeListener('beforeExit', onBeforeExit);
		restore();
	};
}

/**
 * Returns true if a resource that keeps the loop alive was added.
 *
 * @param before - the resources before
 * @param immediates - false: immediates are not counted, because the caller itself runs in one
 */
function resourcesAdded(before: readonly string[], immediates: boolean): boolean {
	const count = (names: readonly string[]) => names.filter((name) => immediates || name !== 'Immediate').length;
	return count(process.getActiveResourcesInfo()) > count(before);
}

/**
 * Exits the process. `process.exit()` removes Node's own listener that sets the code of an unsettled top-level `await`,
 * so that code is set here.
 */
function exitNow(): void {
	const unsettled = process.listeners('exit').some(({ name }) => name === 'handleProcessExit');
	if (unsettled) process.exitCode ??= UNSETTLED_AWAIT;
	process.exit();
}
