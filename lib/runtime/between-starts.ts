import { beginEpoch } from './epoch.js';
import { platform } from './platform.js';
import { processState } from './process-state.js';

/** How long calls are counted after a shutdown, in milliseconds. After that, methods cost nothing again. */
const COUNTED_MS = 60_000;

/** The calls between a shutdown and the next start, in this process. */
const state = processState('runtime/between-starts', () => ({
	/** True while calls are counted. */
	counting: false,
	count: 0,
	timer: undefined as NodeJS.Timeout | undefined,
}));

/**
 * Counts the calls that would have started a span, from a shutdown to the next start, at most for a minute. A process
 * in which telemetry was never started counts nothing.
 */
export function beginCounting(): void {
	state.counting = true;
	state.count = 0;
	platform.clearTimeout(state.timer);
	state.timer = platform.setTimeout(stopCounting, COUNTED_MS).unref();
	beginEpoch();
}

/** Stops counting. Returns the number of calls since the last shutdown, once: a second call returns 0. */
export function takeCount(): number {
	const { count } = state;
	state.count = 0;
	stopCounting();
	return count;
}

function stopCounting(): void {
	platform.clearTimeout(state.timer);
	if (!state.counting) return;
	state.counting = false;
	beginEpoch();
}

/** True between a shutdown and the next start. Constant within an epoch. */
export function countsCalls(): boolean {
	return state.counting;
}

/** Counts a call that no SDK has observed, if calls are counted. */
export function countCall(): void {
	if (state.counting) state.count += 1;
}
