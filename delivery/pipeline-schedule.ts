import { platform } from '../lib/runtime/platform.js';
import { BODY_BYTES } from './buffer.js';
import type { Queue } from './common/queue.js';
import { untraced } from './common/untraced.js';
import type { Backlog } from './sending/backlog.js';
import type { Sender } from './sending/sender.js';

/** The longest delay that a timer of Node accepts, in milliseconds: about 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** When the work of a pipeline is due. All times are in milliseconds. */
export interface ScheduleOptions {
	/** How many records make a batch, which is committed and sent without a delay. */
	readonly batch: number;
	/** How long a record is in memory only before it is committed, at most. */
	readonly windowMs: number;
	/** How long records that do not fill a request wait for more. */
	readonly delayMs: number;
	/**
	 * How often the segments of exited processes are looked for. It varies by a quarter, so that processes are not in
	 * step.
	 */
	readonly adoptIntervalMs: number;
}

/** The work that is scheduled. */
interface ScheduledWork {
	/** Encodes the queued records and writes them to disk. */
	readonly commit: () => void;
	/** Sends what the backlog holds. */
	readonly send: () => void;
	/** Adopts the segments of exited processes. */
	readonly adopt: () => void;
}

/**
 * Decides when a pipeline commits, sends and adopts, and holds the timers for it. The timers do not keep the process
 * alive, and their work is not traced.
 */
export class PipelineSchedule {
	readonly #options: ScheduleOptions;
	readonly #work: ScheduledWork;
	#commitTimer: NodeJS.Timeout | undefined;
	#retryTimer: NodeJS.Timeout | undefined;
	#sendTimer: NodeJS.Timeout | undefined;
	#adoptTimer: NodeJS.Timeout | undefined;

	constructor(options: ScheduleOptions, work: ScheduledWork) {
		this.#options = options;
		this.#work = work;
	}

	/** Commits now if a batch is queued, else after `windowMs`, unless that is scheduled already. */
	commitSoon(queue: Pick<Queue<unknown>, 'length' | 'bytes'>): void {
		const { batch, windowMs } = this.#options;
		if (queue.length >= batch || queue.bytes >= BODY_BYTES) this.#work.commit();
		else this.#commitTimer ??= later(windowMs, this.#work.commit);
	}

	/** Cancels the commit that is scheduled: one starts now. */
	commitStarts(): void {
		platform.clearTimeout(this.#commitTimer);
		this.#commitTimer = undefined;
	}

	/**
	 * Commits again after a disk has failed, even if no record follows.
	 *
	 * @param waitMs - until when the disk is left alone; undefined to cancel the retry that is scheduled
	 */
	retryCommit(waitMs: number | undefined): void {
		platform.clearTimeout(this.#retryTimer);
		if (waitMs !== undefined) this.#retryTimer = later(Math.ceil(waitMs) + 1, this.#work.commit);
	}

	/**
	 * Sends as soon as there is enough for a request or the oldest body has waited for `delayMs`, but not before the
	 * backend may be called again.
	 *
	 * @param leastMs - how long to wait at least
	 */
	sendSoon(backlog: Backlog, sender: Sender, leastMs: number): void {
		const { batch, delayMs } = this.#options;
		const enough = backlog.count >= batch || backlog.totalBytes >= BODY_BYTES;
		const age = Math.max(0, platform.dateNow() - (backlog.first?.time ?? 0));
		const wait = Math.max(leastMs, sender.waitMs, enough ? 0 : Math.max(0, delayMs - age));
		platform.clearTimeout(this.#sendTimer);
		if (wait === 0) this.#work.send();
		else this.#sendTimer = later(wait, this.#work.send);
	}

	/** Adopts after `adoptIntervalMs`, give or take a quarter. */
	adoptLater(): void {
		this.#adoptTimer = later(this.#options.adoptIntervalMs * (0.75 + platform.random() / 2), this.#work.adopt);
	}

	/** Cancels the adoption that is scheduled. */
	stopAdopting(): void {
		platform.clearTimeout(this.#adoptTimer);
	}

	/** Cancels everything that is scheduled. */
	stop(): void {
		this.stopAdopting();
		platform.clearTimeout(this.#retryTimer);
		platform.clearTimeout(this.#commitTimer);
		platform.clearTimeout(this.#sendTimer);
	}
}

function later(ms: number, work: () => void): NodeJS.Timeout {
	return untraced(() => platform.setTimeout(work, Math.min(ms, MAX_TIMER_MS)).unref());
}
