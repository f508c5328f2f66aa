import { TraceFlags } from '@opentelemetry/api';
import { hrTimeDuration, hrTimeToMilliseconds, millisToHrTime } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { untraced } from '../../delivery/common/untraced.js';
import { platform } from '../../lib/runtime/platform.js';
import type { SpanCheckpoints } from '../../presets/signals/processors.js';
import { copyWith } from './copy.js';
import { interruptedAttributes, type OpenSpans } from './open-spans.js';

/** How often open spans are inspected, in milliseconds. */
const INSPECTION_MS = 200;

/**
 * How long a span is open before its first checkpoint, in milliseconds. It is due before the promised second, so that
 * the next inspection and the write are within it.
 */
const FIRST_MS = 700;

/** The least time between two checkpoints of a span, in milliseconds. */
const LEAST_INTERVAL_MS = 1000;

/** The longest time between two checkpoints of a span, in milliseconds. */
const MAX_INTERVAL_MS = 60_000;

/** How many spans have checkpoints at the same time. */
const MAX_SPANS = 1000;
/** How many checkpoints are written at one inspection; the oldest spans come first. */
const MAX_PER_ROUND = 200;

/**
 * Writes checkpoints of spans that are open for a second: each span as it would be if it were interrupted now, before the
 * first second has passed, after about 2, 4, 8 s and so on, then once a minute. A process that is killed can run nothing at its end, so its
 * checkpoints are all that is known of the calls that had not ended.
 */
export class OpenSpanCheckpoints {
	readonly #open: OpenSpans;
	readonly #checkpoints: readonly SpanCheckpoints[];
	/** When the next checkpoint of each span is due, in milliseconds since 1970. */
	readonly #due = new Map<object, number>();
	readonly #timer: NodeJS.Timeout;

	/**
	 * Starts the timer, which does not keep the process alive.
	 *
	 * @param checkpoints - where checkpoints are written to
	 */
	constructor(open: OpenSpans, checkpoints: readonly SpanCheckpoints[]) {
		this.#open = open;
		this.#checkpoints = checkpoints;
		open.onSpanEnded = (span) => this.#forget(span);
		this.#timer = untraced(() => platform.setInterval(() => this.#writeDue(), INSPECTION_MS).unref());
	}

	/** Stops the timer. Checkpoints that were written stay where they are. */
	stop(): void {
		platform.clearInterval(this.#timer);
		this.#open.onSpanEnded = undefined;
		this.#due.clear();
	}

	/** Writes a checkpoint of each sampled span that is due. */
	#writeDue(): void {
		const now = platform.dateNow();
		let left = MAX_PER_ROUND;
		for (const span of this.#open) {
			if (left === 0) return;
			// Each checkpoint after the first is due when the span has been open for twice as long.
			const began = hrTimeToMilliseconds(span.startTime);
			const due = this.#due.get(span) ?? began + FIRST_MS;
			if (due > now || (!this.#due.has(span) && this.#due.size >= MAX_SPANS)) continue;
			// Spans that are recorded but not sampled are not exported either.
			if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) continue;
			left -= 1;
			this.#due.set(span, now + Math.min(Math.max(now - began, LEAST_INTERVAL_MS), MAX_INTERVAL_MS));
			const snapshot = interrupted(span, now);
			for (const checkpoints of this.#checkpoints) checkpoints.save(span, snapshot);
		}
	}

	/** Removes the checkpoints of a span that ended. */
	#forget(span: object): void {
		if (this.#due.size === 0 || !this.#due.delete(span)) return;
		for (const checkpoints of this.#checkpoints) checkpoints.remove(span);
	}
}

/** Returns a copy of the span as it would be if it were interrupted now. Later changes to the span do not affect it. */
function interrupted(span: ReadableSpan, now: number): ReadableSpan {
	const { startTime, attributes, events, links } = span;
	const endTime = millisToHrTime(Math.max(now, hrTimeToMilliseconds(startTime)));
	return copyWith(span, {
		...{ endTime, duration: hrTimeDuration(startTime, endTime), ended: true },
		attributes: { ...attributes, ...interruptedAttributes(span) },
		events: [...events],
		links: [...links],
	});
}
