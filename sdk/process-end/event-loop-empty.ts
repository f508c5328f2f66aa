type Listener = NodeJS.BeforeExitListener;

/** The exit code of a module whose `await` at top level is never settled; Node's own listener of `exit` sets it. */
const UNSETTLED_AWAIT = 13;

/**
 * Runs `wait` when the loop has run dry, and lets the process end after it.
 *
 * Work begun in a listener of `beforeExit` makes Node emit that event once more. So the application's listeners are
 * called first; only if they began nothing themselves is this the end, and then they are put aside until the event
 * comes again, so that they see it as often as without us.
 *
 * @param wait - answers false where it gave up: what is still under way then must not hold the process
 * @returns takes the listener out again
 */
export function onEventLoopEmpty(wait: () => Promise<boolean>): () => void {
	let phase: 'running' | 'waiting' | 'done' = 'running';
	let aside: Listener[] = [];

	const restore = () => {
		for (const listener of aside.splice(0)) process.on('beforeExit', listener);
	};
	const begin = async () => {
		phase = 'waiting';
		aside = process.rawListeners('beforeExit').filter((listener) => listener !== onBeforeExit) as Listener[];
		for (const listener of aside) process.removeListener('beforeExit', listener);
		const inTime = await wait();
		phase = 'done';
		if (!inTime) exit();
	};
	const onBeforeExit = () => {
		if (phase === 'waiting') return;
		if (phase === 'done') {
			phase = 'running';
			restore();
			return;
		}
		// The loop is dry, so whatever is listed now (a pipe, a terminal) does not hold it.
		const before = process.getActiveResourcesInfo();
		process.nextTick(() => {
			if (grew(before, true)) return;
			// Once more when the promises of asynchronous listeners have run.
			setImmediate(() => {
				if (phase === 'running' && !grew(before, false)) void begin();
			});
		});
	};

	process.prependListener('beforeExit', onBeforeExit);
	return () => {
		process.removeListener('beforeExit', onBeforeExit);
		restore();
	};
}

/** Whether anything that holds the loop was begun since; an immediate of our own is not to count. */
function grew(before: readonly string[], immediates: boolean): boolean {
	const count = (names: readonly string[]) => names.filter((name) => immediates || name !== 'Immediate').length;
	return count(process.getActiveResourcesInfo()) > count(before);
}

/** `process.exit()` takes Node's own listener off that gives an unsettled `await` its code. */
function exit(): void {
	const unsettled = process.listeners('exit').some(({ name }) => name === 'handleProcessExit');
	if (unsettled) process.exitCode ??= UNSETTLED_AWAIT;
	process.exit();
}
