import { warnOnce } from '../lib/runtime/log-once.js';
import { platform } from '../lib/runtime/platform.js';
import { type BufferOptions, RecordBuffer } from './buffer.js';
import { Counts, type SignalCounts } from './common/counts.js';
import type { EndOfProcess } from './common/process-end.js';
import { untraced } from './common/untraced.js';
import { Checkpoints } from './journal/checkpoints.js';
import type { Journal, JournalOptions } from './journal/journal.js';
import type { Frame } from './journal/segments/frame.js';
import { PipelineSchedule, type ScheduleOptions } from './pipeline-schedule.js';
import { Backlog } from './sending/backlog.js';
import type { DeadLetters } from './sending/dead-letters.js';
import { Sender, type SendObserver } from './sending/sender.js';
import type { Destination, Transport } from './sending/transport.js';

/** How many bytes of bodies stay in memory after they are on disk (8 MiB), so that they need not be read again. */
const KEPT_BYTES = 8 * 2 ** 20;

/** With a journal, a shutdown stops waiting for a backend that has accepted nothing for this long, in milliseconds. */
const SHUTDOWN_STALL_MS = 2000;

/** The least time between a request that was not accepted and the next one, in milliseconds. */
const PAUSE_MS = 250;

/** How often the segments of exited processes are looked for, in milliseconds. */
const ADOPT_INTERVAL_MS = 30_000;

/** What a pipeline is created with: what it knows of its records, and where they are sent. */
export interface PipelineOptions<T>
	extends BufferOptions<T>,
		Pick<ScheduleOptions, 'delayMs' | 'windowMs'>,
		Partial<Pick<ScheduleOptions, 'adoptIntervalMs'>> {
	/** Returns about how many bytes of memory a record holds. */
	readonly sizeOf: (record: T) => number;
	/** Returns how many things a record counts for, such as data points. @default 1 */
	readonly countOf?: (record: T) => number;
	/** Returns true if the record is dropped only after all others, when memory is full. @default false */
	readonly hasPriority?: (record: T) => boolean;
	/** How requests are sent. A `Destination` on this machine needs no journal. */
	readonly transport: Transport | Destination;
	/** The reason under which `stats()` counts what a shutdown drops. @default 'undelivered' */
	readonly shutdownDropReason?: string;
	/** Receives what happens to requests. */
	readonly observer: SendObserver;
	/** True if the records are metrics, which count for their data points. @default false */
	readonly metrics?: boolean;
	/** Keeps what the backend refused. Without it, that is dropped. */
	readonly deadLetters?: DeadLetters | undefined;
	/** Creates the journal, which calls `onLost` with the frames that it drops. Without it, nothing is kept on disk. */
	readonly journal?: (onLost: JournalOptions['onLost']) => Journal;
	/** How many bytes the journal may have. @default no bound */
	readonly maxJournalBytes?: number;
	/** What is written to the journal: all records and the checkpoints of open spans, or those alone. @default 'all' */
	readonly journalContent?: 'all' | 'checkpoints';
}

/**
 * Delivers the records of one signal to one backend: through a queue that is bounded in bytes, bodies that are encoded
 * once, a journal on disk, and a sender. At every moment each record is held in one place and counted there.
 *
 * `push()` encodes nothing and does no I/O, except for a burst that memory has no room for: it is written to disk at
 * once.
 */
export class SignalPipeline<T> {
	/** Writes checkpoints of open spans, for the process that comes after a kill. Undefined without a journal. */
	readonly checkpoints: Checkpoints<T> | undefined;
	readonly #options: PipelineOptions<T>;
	readonly #counts = new Counts();
	readonly #backlog: Backlog;
	readonly #buffer: RecordBuffer<T>;
	readonly #sender: Sender;
	readonly #schedule: PipelineSchedule;
	/** The journal of the folder, from which the segments of exited processes are adopted. */
	readonly #folderJournal: Journal | undefined;
	/** The same journal if records are written to it as well; undefined if it holds checkpoints alone. */
	readonly #journal: Journal | undefined;
	/** What is in progress. None of these promises rejects. */
	#committing: Promise<void> | undefined;
	#sending: Promise<void> | undefined;
	#adopting: Promise<void> | undefined;
	/**
	 * `closing` during a shutdown, `ending` after the last chance of an asynchronous write, `closed` after a shutdown.
	 */
	#state: 'running' | 'closing' | 'ending' | 'closed' = 'running';

	constructor(options: PipelineOptions<T>) {
		this.#options = options;
		this.#backlog = new Backlog(this.#counts, Math.min(KEPT_BYTES, options.maxQueueBytes / 8));
		const journal = options.journal?.((...lost) => this.#backlog.dropEntries(...lost));
		this.#folderJournal = journal;
		this.#journal = options.journalContent === 'checkpoints' ? undefined : journal;
		this.checkpoints = journal && new Checkpoints(journal, options);
		this.#buffer = new RecordBuffer(options, this.#journal, this.#backlog, this.#counts);
		const { transport, observer, metrics = false, batch, deadLetters, adoptIntervalMs = ADOPT_INTERVAL_MS } = options;
		const local = 'sendSync' in transport;
		const sender = { transport, observer, metrics, batch, deadLetters, journal, local };
		this.#sender = new Sender(sender, this.#backlog, this.#counts);
		this.#schedule = new PipelineSchedule(
			{ ...options, adoptIntervalMs },
			{
				commit: () => void this.#commitAll(),
				send: () => this.#sendAll(),
				adopt: () => this.#adopt(),
			},
		);
		this.#adopt();
	}

	/** Queues a record, or counts it as dropped if there is no room for it. Never throws. */
	push(record: T): void {
		const { recordName, countOf, sizeOf, hasPriority } = this.#options;
		let count = 1;
		let size = 0;
		let priority = false;
		try {
			count = countOf?.(record) ?? 1;
			size = sizeOf(record);
			priority = hasPriority?.(record) ?? false;
		} catch {
			// It counts as well. Encoding it fails later, and counts it as dropped.
		}
		this.#counts.created += count;
		if (this.#state === 'closed') this.#counts.drop(count, 'closed');
		else if (this.#buffer.push({ record, count, size, priority, removed: false })) {
			// A later listener of `exit` may still end spans. Nothing runs after it that could write them.
			if (this.#state === 'ending') this.settle('final');
			else this.#commitSoon();
		} else {
			this.#counts.drop(count, 'memory');
			warnOnce(
				`otlp/${recordName}/memory`,
				`more ${recordName} were made than may wait in memory; those too many are dropped.`,
			);
		}
	}

	/**
	 * Queues a body that is encoded already: one that a backend has refused earlier. Resolves to true when it is on disk
	 * or delivered; false if it is in memory alone. Never rejects.
	 */
	async readmit(frame: Frame): Promise<boolean> {
		const { count } = frame;
		this.#counts.created += count;
		this.#counts.queued += count;
		const pending = this.#backlog.add(frame);
		// A commit that is in progress may have begun before.
		for (let tries = 0; tries < 2 && pending.entry === undefined; tries++) await this.#commitAll();
		return pending.entry !== undefined || pending.decided === true;
	}

	/**
	 * Resolves when everything that was pushed before is delivered, or is on disk and the backend is unreachable. Without
	 * a journal, what cannot be delivered stays in memory. Never rejects.
	 */
	async flush(): Promise<void> {
		// What exited processes have left is older, and is sent first.
		await this.#adopting;
		await this.#commitAll();
		const { lastSequence } = this.#backlog;
		if (!this.#sender.isThrottled) {
			this.#sender.retryAll();
			await this.#guarded(async () => void (await this.#sendUpTo(lastSequence, () => true)));
		}
		this.#sendSoon();
	}

	/**
	 * Flushes, then releases everything that it holds: what is not delivered stays on disk, or is dropped without a
	 * journal. Records that are pushed later are dropped. Never rejects.
	 */
	async shutdown(): Promise<void> {
		if (this.#state === 'closed') return;
		this.#state = 'closing';
		this.#schedule.stopAdopting();
		await this.#untilStalled(this.flush());
		this.#state = 'closed';
		this.#schedule.stop();
		// With a journal, only what the disk does not accept is dropped here.
		if (this.#journal !== undefined) this.#buffer.flushSync(this.#journal);
		this.#buffer.drop(this.#options.shutdownDropReason ?? 'undelivered');
		await this.#journal?.sync();
		this.#closeJournal();
		this.#options.transport.close();
	}

	/**
	 * Writes everything that is in memory only to the journal, or to a local destination, before it returns: for the end
	 * of the process. Never throws.
	 */
	settle(end: EndOfProcess): void {
		untraced(() => this.#settle(end));
	}

	#settle(end: EndOfProcess): void {
		if (this.#state === 'closed') return;
		const journal = this.#journal;
		const { transport } = this.#options;
		// From here on each record is written as soon as it is pushed.
		if (end === 'final' && (journal !== undefined || 'sendSync' in transport)) {
			this.#state = 'ending';
			this.#schedule.stopAdopting();
		}
		if (journal !== undefined) this.#buffer.flushSync(journal);
		else if ('sendSync' in transport) this.#sendAllSync(transport);
		if (end === 'final') this.#closeJournal();
	}

	/** Releases the segments, so that the next process can adopt them, and removes the checkpoints. */
	#closeJournal(): void {
		this.checkpoints?.closeSync();
		this.#folderJournal?.closeSync();
	}

	/** Writes the request that is in flight once more, at its own offset, and everything else behind it. */
	#sendAllSync(destination: Destination): void {
		try {
			const inFlightIsWritten = destination.settleSync();
			this.#buffer.encodeAll();
			for (const pending of this.#backlog.unstored()) {
				const written = inFlightIsWritten && pending.inFlight;
				if (!written && pending.body !== undefined) destination.sendSync(pending.body);
				this.#backlog.decide(pending, 0, '');
			}
		} catch (error) {
			this.#options.observer.failed(error);
		}
	}

	/** Returns which shares of their bounds the records in memory and the journal take, each from 0 to about 1. */
	fill(): { memory: number; disk: number } {
		const { maxQueueBytes, maxJournalBytes = Number.POSITIVE_INFINITY } = this.#options;
		return {
			memory: (this.#buffer.queue.bytes + this.#backlog.memoryBytes) / maxQueueBytes,
			disk: (this.#journal?.size ?? 0) / maxJournalBytes,
		};
	}

	/** Returns what has become of the records. */
	stats(): SignalCounts {
		return this.#counts.stats();
	}

	/** Schedules a commit, unless one is in progress: it schedules the next one itself. */
	#commitSoon(): void {
		if (this.#committing === undefined && this.#state === 'running') this.#schedule.commitSoon(this.#buffer.queue);
	}

	/** Encodes the queued records, writes them to disk, and schedules the sending. Never rejects. */
	#commitAll(): Promise<void> {
		this.#schedule.commitStarts();
		this.#committing ??= this.#guarded(() => this.#buffer.commit()).finally(() => {
			this.#committing = undefined;
			if (this.#buffer.queue.length > 0) this.#commitSoon();
			this.#schedule.retryCommit(this.#state === 'running' ? this.#buffer.retryInMs : undefined);
			this.#sendSoon();
		});
		return this.#committing;
	}

	/**
	 * Schedules the sending, unless it is in progress or nothing is pending.
	 *
	 * @param leastMs - how long to wait at least before the next request, in milliseconds
	 */
	#sendSoon(leastMs = 0): void {
		if (this.#sending !== undefined || this.#backlog.isEmpty || this.#state !== 'running') return;
		this.#schedule.sendSoon(this.#backlog, this.#sender, leastMs);
	}

	/** Sends everything that is pending now, until a request fails, then schedules the rest. */
	#sendAll(): void {
		let moved = false;
		this.#sending ??= this.#guarded(async () => {
			const { lastSequence } = this.#backlog;
			moved = await this.#sendUpTo(lastSequence, () => this.#state === 'running' && this.#sender.waitMs === 0);
		}).finally(() => {
			this.#sending = undefined;
			// The pause prevents a busy loop, whatever the reason is that nothing was sent.
			this.#sendSoon(moved ? 0 : PAUSE_MS);
		});
	}

	/**
	 * Sends one request after the other, until all bodies up to `sequence` are decided.
	 *
	 * @param maySend - called before each request
	 * @returns false if the backend did not accept a request
	 */
	async #sendUpTo(sequence: number, maySend: () => boolean): Promise<boolean> {
		while (!this.#backlog.isDecidedUpTo(sequence) && maySend()) if (!(await this.#sender.send())) return false;
		await this.#sender.idle();
		return true;
	}

	/** Waits for the work; with a journal, which keeps the rest, only as long as records are being accepted. */
	async #untilStalled(work: Promise<void>): Promise<void> {
		if (this.#journal === undefined) return work;
		let timer: NodeJS.Timeout | undefined;
		let before = -1;
		const stalled = new Promise<void>((resolve) => {
			timer = platform.setInterval(() => {
				if (this.#counts.delivered === before) resolve();
				before = this.#counts.delivered;
			}, SHUTDOWN_STALL_MS / 2);
		});
		await Promise.race([work, stalled]);
		platform.clearInterval(timer);
	}

	/** Adopts the segments of exited processes, now and at every interval. Does nothing without a journal. */
	#adopt(): void {
		const journal = this.#folderJournal;
		if (journal === undefined) return;
		this.#adopting ??= this.#guarded(async () => {
			// Segment by segment, so that very many frames are parked before the next ones are read.
			await journal.adopt((entries) => {
				this.#backlog.adopt(entries);
				this.#backlog.park();
			});
			await journal.applyRetention();
		}).finally(() => {
			this.#adopting = undefined;
			if (this.#state !== 'running') return;
			this.#sendSoon();
			this.#schedule.adoptLater();
		});
	}

	/** Does work that is not traced. Never rejects: an error is a fault of the toolkit, and is logged once. */
	async #guarded(work: () => Promise<void>): Promise<void> {
		try {
			await untraced(work);
		} catch (error) {
			warnOnce(
				'delivery/fault',
				'a fault of agentese-otel interrupted the delivery; what it holds is tried again.',
				error,
			);
		}
	}
}
