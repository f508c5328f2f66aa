import { TraceFlags } from '@opentelemetry/api';
import { hrTimeDuration, hrTimeToMilliseconds, millisToHrTime } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { untraced } from '../../delivery/common/untraced.js';
import { platform } from '../../lib/runtime/platform.js';
import type { SpanCheckpoints } from '../../presets/signals/processors.js';
import { copyWith } from './copy.js';
import { interruptedAttributes, type OpenSpans } from './open-spans.js';

/** How often open spans are inspected, and how long one is open before its first checkpoint, in milliseconds. */
export const CHECKPOINT_MS = 1000;

/** The longest time between two checkpoints of a span, in milliseconds. */
const MAX_INTERVAL_MS = 60_000;

/** How many spans have checkpoints at the same time. */
const MAX_SPANS = 1000;
/** How many checkpoints are written at one inspection; the oldest spans come first. */
const MAX_PER_ROUND = 100;

/**
 * Writes checkpoints of spans that are open for longer than a second: each span as it would be if it were interrupted
 * now, after 1, 2, 4, 8 s and so on, then once a minute. A process that is killed can run nothing at its end, so its
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
		this.#timer = untraced(() => platform.setInterval(() => this.#writeDue(), CHECKPOINT_MS).unref());
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
			// The first checkpoint is due one second after the start, each next one after as long as the span is open.
			const began = hrTimeToMilliseconds(span.startTime);
			const due = this.#due.get(span) ?? began + CHECKPOINT_MS;
			if (due > now || (!this.#due.has(span) && this.#due.size >= MAX_SPANS)) continue;
			// Spans that are recorded but not sampled are not exported either.
			if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) continue;
			left -= 1;
			this.#due.set(span, now + Math.min(Math.max(now - began, CHECKPOINT_MS), MAX_INTERVAL_MS));
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
