import type { Platform } from '../../lib/runtime/platform.js';

/** What the monotonic clock shows at the start, in milliseconds. Not 0, which some parts read as "no time". */
const MONOTONIC_START = 1000;

/** A clock that stands still until it is advanced. */
export class ManualClock implements Pick<Platform, 'dateNow' | 'performanceNow' | 'timeOrigin'> {
	readonly timeOrigin: number;
	#elapsed = MONOTONIC_START;

	/** @param start - the time at the start, in milliseconds since 1970 */
	constructor(start: number) {
		this.timeOrigin = start - MONOTONIC_START;
	}

	readonly dateNow = (): number => this.timeOrigin + this.#elapsed;
	readonly performanceNow = (): number => this.#elapsed;

	/** @param ms - a duration in milliseconds, not negative */
	advance(ms: number): void {
		this.#elapsed += ms;
	}
}
