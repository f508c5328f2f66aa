/**
 * Nothing of this toolkit was written before this time (the beginning of 2025), in milliseconds since 1970. A clock
 * that shows an earlier one was not set yet.
 */
const EARLIEST_MS = Date.UTC(2025, 0);

/** A moment, as each clock shows it. */
export interface Moment {
	/** The wall clock, in milliseconds since 1970. Somebody may set it, and it may differ between machines. */
	readonly wall: number;
	/** The time since the machine was started, in milliseconds. Comparable only within one `boot`. */
	readonly sinceBoot: number;
	/** Identifies the start of the machine; undefined if that is not known. */
	readonly boot: string | undefined;
}

/**
 * Returns how long ago a moment was, in milliseconds: the smallest of the ages by each clock that can be right. 0 if
 * none can be, so that the age counts from when it is first seen.
 */
export function ageOf(then: Moment, now: Moment): number {
	const ages: number[] = [];
	if (then.boot !== undefined && then.boot === now.boot) ages.push(now.sinceBoot - then.sinceBoot);
	if (isPossible(then.wall)) ages.push(now.wall - then.wall);
	const possible = ages.filter((age) => age >= 0);
	return possible.length === 0 ? 0 : Math.min(...possible);
}

/** Returns true if a wall clock that was set can have shown that time. */
export function isPossible(wall: number): boolean {
	return wall >= EARLIEST_MS;
}
