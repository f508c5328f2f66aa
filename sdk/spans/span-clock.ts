import { type Context, type HrTime, trace } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { platform } from '../../lib/runtime/platform.js';
import { scopedState } from '../../lib/runtime/scoped-state.js';

/**
 * The time since 1970 at which the monotonic clock was 0. All spans of a trace that this process records use that of
 * their local root, so that their order is that of the monotonic clock, and nothing ends after what awaited it.
 */
export type Anchor = HrTime;

/** How often the wall clock is compared with the present anchor at most, in milliseconds. */
const CHECK_MS = 10;
/**
 * `Date.now()` is cut to whole milliseconds. If it differs from the anchored time by more than this, the wall clock was
 * set, or the process was suspended.
 */
const STEP_MS = 2;
/** The time that must have passed unseen for a running trace to take the new anchor: a suspended machine, not a leap. */
const SUSPENDED_MS = 1000;

/** The present anchor of the process, which new local roots use. */
const present = scopedState('sdk/spans/span-clock', () => ({
	anchor: [0, 0] as Anchor,
	/** The anchor in milliseconds; NaN before the first reading. */
	offset: Number.NaN,
	/** When the wall clock was last read, on the monotonic clock. */
	checkedAt: Number.NEGATIVE_INFINITY,
}));

/**
 * Returns the anchor for a span.
 *
 * @param now - the monotonic clock, in milliseconds
 * @param inherited - the anchor of the local parent; undefined for a local root. It is kept if the wall clock was set, so
 *   that the trace stays in order, and replaced if the machine was suspended: the monotonic clock stops then.
 */
export function anchorAt(now: number, inherited: Anchor | undefined): Anchor {
	if (now - present.checkedAt >= CHECK_MS || now < present.checkedAt) check(now);
	if (inherited === undefined || inherited === present.anchor) return present.anchor;
	return present.offset - toMilliseconds(inherited) >= SUSPENDED_MS ? present.anchor : inherited;
}

/** Returns the time since 1970 of a reading of the monotonic clock. Never decreases for one anchor. */
export function timeAt(anchor: Anchor, now: number): HrTime {
	const wholeSeconds = Math.floor(now / 1000);
	let seconds = anchor[0] + wholeSeconds;
	let nanos = anchor[1] + Math.floor((now - wholeSeconds * 1000) * 1e6);
	if (nanos >= 1e9) {
		seconds++;
		nanos -= 1e9;
	}
	return [seconds, nanos];
}

/** Returns a time in milliseconds since 1970. */
export function toMilliseconds([seconds, nanos]: HrTime): number {
	return seconds * 1e3 + nanos / 1e6;
}

/**
 * The private fields of the class `SpanImpl` of sdk-trace that are read and set here. A span that lacks them keeps its
 * times.
 */
interface SdkSpan {
	startTime: HrTime;
	readonly _performanceStartTime?: unknown;
	readonly _startTimeProvided?: unknown;
	/** The anchor of a span of the toolkit's own class, whose times need no correction. */
	readonly _anchor?: Anchor;
}

/**
 * Moves the start of a span of the SDK's own class to the anchored time; its end follows, since the SDK adds to the
 * start what the monotonic clock measured. Such a span otherwise starts at a whole millisecond: up to one millisecond
 * before its parent, and before the end of the sibling that ran before it. A span whose start time was given is left as
 * it is.
 */
export function alignStart(span: Span, parentContext: Context): void {
	const sdkSpan = span as unknown as SdkSpan;
	if (sdkSpan._anchor !== undefined || !hasOwnClock(sdkSpan)) return;
	const parent = span.parentSpanContext === undefined ? undefined : trace.getSpan(parentContext);
	const now = sdkSpan._performanceStartTime;
	sdkSpan.startTime = timeAt(anchorAt(now, parent && anchorOf(parent)), now);
}

/** Moves the start of each span of the SDK's own class, see `alignStart`. It stores and sends nothing. */
export const ALIGNING_PROCESSOR: SpanProcessor = Object.freeze({
	onStart: alignStart,
	onEnd: () => undefined,
	forceFlush: async () => undefined,
	shutdown: async () => undefined,
});

/** Returns the anchor of a span that this process records; undefined for a remote or a non-recording one. */
export function anchorOf(span: object): Anchor | undefined {
	const sdkSpan = span as SdkSpan;
	if (sdkSpan._anchor !== undefined) return sdkSpan._anchor;
	if (!hasOwnClock(sdkSpan)) return undefined;
	// The time of the start less the reading at the start.
	const [seconds, nanos] = timeAt(sdkSpan.startTime, -sdkSpan._performanceStartTime);
	return seconds === present.anchor[0] && Math.abs(nanos - present.anchor[1]) <= 1 ? present.anchor : [seconds, nanos];
}

/** Returns true for a span of the SDK whose times come from its own two clocks. */
function hasOwnClock(span: SdkSpan): span is SdkSpan & { readonly _performanceStartTime: number } {
	return (
		typeof span._performanceStartTime === 'number' && span._startTimeProvided === false && Array.isArray(span.startTime)
	);
}

/**
 * Compares the wall clock with the anchor. `Date.now()` is up to one millisecond behind the time, so the largest
 * difference that was seen between the clocks is nearest to the truth.
 */
function check(now: number): void {
	present.checkedAt = now;
	const wall = platform.dateNow();
	// A reading that took long (the thread was not scheduled) proves nothing.
	const took = platform.performanceNow() - now;
	if (took >= STEP_MS && !Number.isNaN(present.offset)) return;
	// The wall clock was at least this far ahead of the monotonic one when it was read.
	const offset = wall - now - took;
	if (Number.isNaN(present.offset)) {
		// The time at which Node started is known to the microsecond.
		const { timeOrigin } = platform;
		setAnchor(Math.abs(timeOrigin - offset) < STEP_MS + took ? timeOrigin : offset);
	} else if (offset > present.offset || offset < present.offset - STEP_MS - took) setAnchor(offset);
}

function setAnchor(offset: number): void {
	present.offset = offset;
	const seconds = Math.floor(offset / 1000);
	present.anchor = [seconds, Math.floor((offset - seconds * 1000) * 1e6)];
}
