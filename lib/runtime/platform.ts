import { performance } from 'node:perf_hooks';
import * as timers from 'node:timers';
import { processState } from './process-state.js';

/**
 * Clock, timers and random numbers, taken from Node when the package is loaded. Nothing else in the package uses the
 * globals (`__tests__/lib/runtime/platform.test.ts` checks that), so fake timers that an application's test installs,
 * before or after the start, neither stop the delivery nor change a measured time.
 *
 * Only `agentese-otel/testing` and the toolkit's own tests replace members.
 */
export interface Platform {
	/** Returns the time in milliseconds since 1970, as `Date.now()`. */
	dateNow(): number;
	/** Returns the milliseconds since `timeOrigin` on a clock that is never set back, as `performance.now()`. */
	performanceNow(): number;
	/** When `performanceNow()` was 0, in milliseconds since 1970. */
	timeOrigin: number;
	/** Returns a number from 0 to below 1, as `Math.random()`. */
	random(): number;
	setTimeout: typeof globalThis.setTimeout;
	clearTimeout: typeof globalThis.clearTimeout;
	setInterval: typeof globalThis.setInterval;
	clearInterval: typeof globalThis.clearInterval;
	setImmediate: typeof globalThis.setImmediate;
	clearImmediate: typeof globalThis.clearImmediate;
	queueMicrotask: typeof globalThis.queueMicrotask;
	nextTick: typeof process.nextTick;
}

/** Clock, timers and random numbers of this process. Call its members as methods, so that replaced ones are found. */
export const platform: Platform = processState('runtime/platform', () => ({
	dateNow: real('Date', globalThis.Date).now,
	// The fake timers of sinon define `now` on the object itself; the prototype keeps Node's.
	performanceNow: (Object.getPrototypeOf(performance) as typeof performance).now.bind(performance),
	timeOrigin: performance.timeOrigin,
	random: Math.random,
	// Not from the globals: jest replaces those of the test file, Node's module is left as it is.
	setTimeout: real('setTimeout', timers.setTimeout),
	clearTimeout: real('clearTimeout', timers.clearTimeout),
	setInterval: real('setInterval', timers.setInterval),
	clearInterval: real('clearInterval', timers.clearInterval),
	setImmediate: real('setImmediate', timers.setImmediate),
	clearImmediate: real('clearImmediate', timers.clearImmediate),
	queueMicrotask: real('queueMicrotask', globalThis.queueMicrotask),
	nextTick: real('nextTick', process.nextTick).bind(process),
}));

/** Resolves after `ms` milliseconds. The timer keeps the process alive. */
export function sleep(ms: number): Promise<void> {
	return new Promise((resolve) => platform.setTimeout(resolve, ms));
}

/**
 * Returns the function that a fake replaced, if one was installed before the package was loaded: sinon, jest and vitest
 * use `@sinonjs/fake-timers`, which keeps it on the property `clock` of the fake. Anything else is returned as it is.
 *
 * @param name - the name under which the fake keeps it
 */
function real<T>(name: string, found: T): T {
	const { clock } = found as { clock?: Record<string, unknown> };
	const kept = clock?.[`_${name}`];
	return typeof kept === 'function' ? (kept as T) : found;
}
