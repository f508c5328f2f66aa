import { jest } from '@jest/globals';
import { type Platform, platform } from '../../lib/runtime/platform.js';

/** The members as they were loaded. */
const REAL: Platform = { ...platform };

/** Installs jest's fake timers for the toolkit too, which by itself uses Node's whatever a test fakes. */
export function useFakeTimers(): void {
	jest.useFakeTimers();
	const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis;
	Object.assign(platform, { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate });
	Object.assign(platform, { dateNow: () => Date.now(), performanceNow: () => performance.now() });
}

/** Restores the timers of Node, of this test file and of the toolkit. */
export function useRealTimers(): void {
	jest.useRealTimers();
	Object.assign(platform, REAL);
}
