import { warnOnce } from '../lib/runtime/log-once.js';
import { BODY_BYTES, RecordBuffer, type BufferOptions } from './buffer.js';
import type { SignalCounts } from './common/counts.js';
import { Counts } from './common/counts.js';
import type { EndOfProcess } from './common/process-end.js';
import { untraced } from './common/untraced.js';
import { Checkpoints } from './journal/checkpoints.js';
import type { Journal, JournalOptions } from './journal/journal.js';
import { Backlog } from './sending/backlog.js';
import type { DeadLetters } from './sending/dead-letters.js';
import { Sender, type SendObserver } from './sending/sender.js';
import type { Destination, Transport } from './sending/transport.js';

/** Bodies of so many bytes are kept in memory beside the journal. */
const KEPT_BYTES = 8 * 2 ** 20;

/** A shutdown gives up a backend that took nothing for so long, where a journal keeps the rest. */
const PATIENCE_MS = 2000;

/** The least time between a request that was not taken and the next one. */
const PAUSE_MS = 250;

const ADOPT_MS = 30_000;

/** What a lane must know about its records, and where they go. */
export interface PipelineOptions<T> extends BufferOptions<T> {
	readonly sizeOf: (record: T) => number;
	/** How many things a record counts for. */
	readonly countOf?: (record: T) => number;
	/** Whether a record is among the last to go where there is no room. */
	readonly isPrecious?: (record: T) => boolean;
	/** How long what makes no whole request waits. */
	readonly delayMs: number;
	/** How long a record stands in memory alone, at most, while the loop turns and the disk writes. */
	readonly windowMs: number;
	/** What brings it there; one that is a place on this machine needs no journal. */
	readonly transport: Transport | Destination;
	/** What is lost at a shutdown is lost for that reason. @default 'undelivered' */
	readonly undelivered?: string;
	readonly watch: SendObserver;
	readonly metrics?: boolean;
	readonly deadLetters?: DeadLetters | undefined;
	/** How often the segments of those who are gone are looked for. @default 30 seconds */
	readonly adoptMs?: number;
	/** Makes the journal, which says what it had to let go; undefined where there is none. */
	readonly journal?: (onLost: JournalOptions['onLost']) => Journal;
	/** What the journal is for: all that is made, or notes of what is not made yet alone. @default 'all' */
	readonly keeps?: 'all' | 'notes';
}

/**
 * The way of one signal's records to one backend: a queue bounded in bytes, bodies that are encoded once, a journal
 * on the disk, and a sender. At every moment each record is held in one place, and counted there.
 *
 * What is pushed costs its caller no encoding and no I/O, but for one case: a burst that memory has no room for goes
 * to the disk at once.
 */
export class SignalPipeline<T> {
	/** What is not made yet, for whoever comes after a kill; without a journal there is nobody to read it. */
	readonly notes: Checkpoints<T> | undefined;
	readonly #options: PipelineOptions<T>;
	readonly #counts = new Counts();
	readonly #backlog: Backlog;
	readonly #store: RecordBuffer<T>;
	readonly #sender: Sender;
	/** Where what others have left is found; `#journal` is the same where it keeps what is made here. */
	readonly #left: Journal | undefined;
	readonly #journal: Journal | undefined;
	#committing: Promise<void> | undefined;
	#sending: Promise<void> | undefined;
	#adopting: Promise<void> | undefined;
	#commitTimer: NodeJS.Timeout | undefined;
	#retryTimer: NodeJS.Timeout | undefined;
	#sendTimer: NodeJS.Timeout | undefined;
	#adoptTimer: NodeJS.Timeout | undefined;
	#state: 'running' | 'closing' | 'ending' | 'closed' = 'running';

	constructor(options: PipelineOptions<T>) {
		this.#options = options;
		this.#backlog = new Backlog(this.#counts, Math.min(KEPT_BYTES, options.maxQueueBytes / 8));
		this.#left = options.journal?.((entries, reason, segment) => this.#backlog.lost(entries, reason, segment));
		this.#journal = options.keeps === 'notes' ? undefined : this.#left;
		this.notes = this.#left && new Checkpoints(this.#left, options);
		this.#store = new RecordBuffer(options, this.#journal, this.#backlog, this.#counts);
		const { transport, watch, metrics = false, batch, deadLetters } = options;
		const local = 'sendSync' in transport;
		const sender = { transport, watch, metrics, batch, deadLetters, journal: this.#left, local };
		this.#sender = new Sender(sender, this.#backlog, this.#counts);
		if (this.#left !== undefined) this.#adopt(this.#left);
	}

	/** Takes a record, or counts it as dropped. Never throws. */
	push(record: T): void {
		const { what, countOf, sizeOf, isPrecious } = this.#options;
		let count = 1;
		let size = 0;
		let precious = false;
		try {
			count = countOf?.(record) ?? 1;
			size = sizeOf(record);
			precious = isPrecious?.(record) ?? false;
		} catch {
			// It still counts; it fails when it is encoded.
		}
		this.#counts.made += count;
		if (this.#state === 'closed') this.#counts.drop(count, 'closed');
		else if (this.#store.push({ record, count, size, precious, gone: false })) {
			// A listener of `exit` that came after ours may still end spans: nothing runs after it that could write them.
			if (this.#state === 'ending') this.settle('last');
			else this.#commitSoon();
		} else {
			this.#counts.drop(count, 'memory');
			warnOnce(`otlp/${what}/memory`, `more ${what} were made than may wait in memory; those too many are dropped.`);
		}
	}

	/**
	 * Resolves when all that was pushed before is delivered, or stands on the disk and its backend is away. Without a
	 * journal what cannot be delivered waits on in memory. Never rejects.
	 */
	async flush(): Promise<void> {
		await this.#adopting;
		await this.#commitAll();
		const { turn } = this.#backlog;
		if (!this.#sender.asked) await this.#quietly(async () => void (await this.#sendUpTo(turn, () => true)));
		this.#sendSoon();
	}

	/** Flushes, and gives up what it holds: to the disk, else it is dropped, and so is what comes later. Never rejects. */
	async shutdown(): Promise<void> {
		if (this.#state === 'closed') return;
		this.#state = 'closing';
		clearTimeout(this.#adoptTimer);
		await this.#whileItMoves(this.flush());
		this.#state = 'closed';
		clearTimeout(this.#commitTimer);
		clearTimeout(this.#retryTimer);
		clearTimeout(this.#sendTimer);
		if (this.#journal !== undefined) this.#store.settle(this.#journal);
		this.#store.drop(this.#options.undelivered ?? 'undelivered');
		await this.#journal?.sync();
		this.#close();
		this.#options.transport.close();
	}

	/** Writes all that stands in memory alone to the journal, or to its place, at once: for the end of the process. */
	settle(end: EndOfProcess): void {
		untraced(() => this.#settle(end));
	}

	#settle(end: EndOfProcess): void {
		if (this.#state === 'closed') return;
		const journal = this.#journal;
		const { transport } = this.#options;
		if (end === 'last' && (journal !== undefined || 'sendSync' in transport)) {
			this.#state = 'ending';
			clearTimeout(this.#adoptTimer);
		}
		if (journal !== undefined) this.#store.settle(journal);
		else if ('sendSync' in transport) this.#settleIn(transport);
		if (end === 'last') this.#close();
	}

	#close(): void {
		this.notes?.closeSync();
		this.#left?.closeSync();
	}

	/** What is under way is written once more, at its own place, and what follows behind it. */
	#settleIn(place: Destination): void {
		try {
			const certain = place.settleSync();
			this.#store.encodeAll();
			for (const held of this.#backlog.unstored()) {
				if (!(certain && held.inFlight) && held.body !== undefined) place.sendSync(held.body);
				this.#backlog.decide(held, 0, '');
			}
		} catch (error) {
			this.#options.watch.failed(error);
		}
	}

	stats(): SignalCounts {
		return this.#counts.stats();
	}

	#commitSoon(): void {
		const { batch, windowMs } = this.#options;
		const { queue } = this.#store;
		if (this.#committing !== undefined || this.#state !== 'running') return;
		const urgent = queue.length >= batch || queue.bytes >= BODY_BYTES;
		if (urgent) void this.#commitAll();
		else this.#commitTimer ??= this.#later(windowMs, () => this.#commitAll());
	}

	/** Encodes what waits and brings it to the disk, then sees to it that it is sent. Never rejects. */
	#commitAll(): Promise<void> {
		clearTimeout(this.#commitTimer);
		this.#commitTimer = undefined;
		this.#committing ??= this.#quietly(() => this.#store.commit()).finally(() => {
			this.#committing = undefined;
			if (this.#store.queue.length > 0) this.#commitSoon();
			this.#retrySoon();
			this.#sendSoon();
		});
		return this.#committing;
	}

	/** Tries a disk that failed again, also where nothing more is made. */
	#retrySoon(): void {
		const wait = this.#store.retryInMs;
		clearTimeout(this.#retryTimer);
		if (wait === undefined || this.#state !== 'running') return;
		this.#retryTimer = this.#later(Math.ceil(wait) + 1, () => this.#commitAll());
	}

	/** Sends when there is enough for a request, when the oldest has waited long enough, or when the backend may be back. */
	#sendSoon(least = 0): void {
		const { first, isEmpty } = this.#backlog;
		if (this.#sending !== undefined || isEmpty || this.#state !== 'running') return;
		const { batch, delayMs } = this.#options;
		const enough = this.#backlog.count >= batch || this.#backlog.size >= BODY_BYTES;
		const age = Math.max(0, Date.now() - (first?.time ?? 0));
		const wait = Math.max(least, this.#sender.waitMs, enough ? 0 : Math.max(0, delayMs - age));
		clearTimeout(this.#sendTimer);
		if (wait === 0) this.#sendAll();
		else this.#sendTimer = this.#later(wait, () => this.#sendAll());
	}

	#sendAll(): void {
		let moved = false;
		this.#sending ??= this.#quietly(async () => {
			const { turn } = this.#backlog;
			moved = await this.#sendUpTo(turn, () => this.#state === 'running' && this.#sender.waitMs === 0);
		}).finally(() => {
			this.#sending = undefined;
			// Whatever keeps it from moving on, it is no hot loop.
			this.#sendSoon(moved ? 0 : PAUSE_MS);
		});
	}

	/** Sends request after request, until all that came up to that turn is decided; false where one was not taken. */
	async #sendUpTo(turn: number, may: () => boolean): Promise<boolean> {
		while (!this.#backlog.isThrough(turn) && may()) if (!(await this.#sender.send())) return false;
		await this.#sender.idle();
		return true;
	}

	/** Waits for the work; where a journal keeps what is left, no longer than it moves. */
	async #whileItMoves(work: Promise<void>): Promise<void> {
		if (this.#journal === undefined) return work;
		let timer: NodeJS.Timeout | undefined;
		let before = -1;
		const still = new Promise<void>((resolve) => {
			timer = setInterval(() => {
				if (this.#counts.written === before) resolve();
				before = this.#counts.written;
			}, PATIENCE_MS / 2);
		});
		await Promise.race([work, still]);
		clearInterval(timer);
	}

	/** Takes over what those who are gone have left, now and every so often. */
	#adopt(journal: Journal): void {
		this.#adopting ??= this.#quietly(async () => {
			const { damaged } = await journal.adopt((entries) => {
				this.#backlog.adopt(entries);
				this.#backlog.park();
			});
			if (damaged > 0) {
				warnOnce(
					'delivery/damaged',
					'a segment of the journal ended within a frame or was damaged, as after a kill; what was whole in it is sent.',
				);
			}
			await journal.expire();
		}).finally(() => {
			this.#adopting = undefined;
			if (this.#state !== 'running') return;
			this.#sendSoon();
			const wait = (this.#options.adoptMs ?? ADOPT_MS) * (0.75 + Math.random() / 2);
			this.#adoptTimer = this.#later(wait, () => this.#adopt(journal));
		});
	}

	#later(ms: number, work: () => unknown): NodeJS.Timeout {
		return untraced(() => setTimeout(work, Math.min(ms, 2 ** 31 - 1)).unref());
	}

	/** Does it in a context of its own. Never rejects: what fails is a fault of ours, and is said. */
	async #quietly(work: () => Promise<void>): Promise<void> {
		try {
			await untraced(work);
		} catch (error) {
			warnOnce('delivery/fault', 'delivery met a fault of its own; what it holds is tried again.', error);
		}
	}
}
