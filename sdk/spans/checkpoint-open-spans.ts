import { TraceFlags } from '@opentelemetry/api';
import { hrTimeDuration, hrTimeToMilliseconds, millisToHrTime } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { untraced } from '../../delivery/common/untraced.js';
import type { SpanCheckpoints } from '../../presets/signals/processors.js';
import { copyOf } from './copy.js';
import { interruptedAttributes, type OpenSpans } from './open-spans.js';

/** How often the open spans are looked at, and how long one has been open when it is first noted. */
export const CHECKPOINT_MS = 1000;

/** So often at least what is noted is noted again. */
const RENEW_MS = 60_000;

/** So many are noted at once, and at each look; the oldest are looked at first. */
const MAX_NOTED = 1000;
const MAX_EACH = 100;

/**
 * Has spans noted that are open for longer than a second, as they would be if they were interrupted now: at 1, 2, 4, 8 s
 * and so on, then once a minute. A process that is killed runs nothing of ours any more; what it noted is what is known of
 * the calls that it was in.
 */
export class OpenSpanCheckpoints {
	readonly #open: OpenSpans;
	readonly #noting: readonly SpanCheckpoints[];
	/** When each is noted again, in milliseconds since 1970. */
	readonly #due = new Map<object, number>();
	readonly #timer: NodeJS.Timeout;

	constructor(open: OpenSpans, noting: readonly SpanCheckpoints[]) {
		this.#open = open;
		this.#noting = noting;
		open.ended = (span) => this.#ended(span);
		this.#timer = untraced(() => setInterval(() => this.#look(), CHECKPOINT_MS).unref());
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#open.ended = undefined;
		this.#due.clear();
	}

	#look(): void {
		const now = Date.now();
		let left = MAX_EACH;
		for (const span of this.#open) {
			if (left === 0) return;
			const began = hrTimeToMilliseconds(span.startTime);
			const due = this.#due.get(span) ?? began + CHECKPOINT_MS;
			if (due > now || (!this.#due.has(span) && this.#due.size >= MAX_NOTED)) continue;
			if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) continue;
			left -= 1;
			this.#due.set(span, now + Math.min(Math.max(now - began, CHECKPOINT_MS), RENEW_MS));
			const seen = interrupted(span, now);
			for (const noting of this.#noting) noting.note(span, seen);
		}
	}

	#ended(span: object): void {
		if (this.#due.size === 0 || !this.#due.delete(span)) return;
		for (const noting of this.#noting) noting.forget(span);
	}
}

/** The span as it would be if it were interrupted now; later changes to it do not reach what is answered. */
function interrupted(span: ReadableSpan, now: number): ReadableSpan {
	const { startTime, attributes, events, links } = span;
	const endTime = millisToHrTime(Math.max(now, hrTimeToMilliseconds(startTime)));
	return copyOf(span, {
		...{ endTime, duration: hrTimeDuration(startTime, endTime), ended: true },
		attributes: { ...attributes, ...interruptedAttributes(span) },
		events: [...events],
		links: [...links],
	});
}
