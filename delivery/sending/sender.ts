import { warnOnce } from '../../lib/runtime/log-once.js';
import { platform } from '../../lib/runtime/platform.js';
import type { Counts } from '../common/counts.js';
import type { Journal } from '../journal/journal.js';
import type { Backlog, PendingBody } from './backlog.js';
import type { DeadLetters } from './dead-letters.js';
import { ReadRetry } from './read-retry.js';
import { joinBodies, splitInHalf } from './request-bodies.js';
import type { SendResult, Transport } from './transport.js';

/**
 * How many milliseconds a backend is left alone that does not accept a request: first, and at most. It doubles each
 * time.
 */
const BACKOFF_FIRST_MS = 500;
const BACKOFF_LAST_MS = 30_000;

/** The longest delay that a backend may ask for (1 hour), in milliseconds. */
const MAX_RETRY_AFTER_MS = 36e5;

/** How many bytes of bodies one request has, at most (2 MiB): a Collector accepts 4 MiB over gRPC. */
const REQUEST_BYTES = 2 * 2 ** 20;

/**
 * After this many failures in a row the oldest body may be the reason: the next one is then tried, every second time.
 */
const SUSPECT_AFTER = 4;

/** If others were accepted this many times while the oldest body failed, the oldest is kept as a dead letter. */
const POISON_AFTER = 3;

/** Receives what happens to the requests of one address, and names it in messages. */
export interface SendObserver {
	/** The address as messages show it: a URL without a user name, a password or a query, or a directory. */
	readonly target: string;
	/** A request failed, and will be repeated. */
	failed(error: unknown): void;
	/** A request was accepted. */
	delivered(): void;
	/** Records were refused for good. */
	refused(error: unknown): void;
	/** Returns an error as a few words. */
	reasonOf(error: unknown): string;
}

/** What a sender is created with. */
export interface SenderOptions {
	readonly transport: Transport;
	readonly observer: SendObserver;
	/** True if the records are metrics, which count for their data points. */
	readonly metrics: boolean;
	/** How many records make a request, at most. */
	readonly batch: number;
	/** The journal that holds the bodies on disk. */
	readonly journal: Journal | undefined;
	/** Keeps the bodies that the backend refuses. */
	readonly deadLetters: DeadLetters | undefined;
	/**
	 * True for a destination on this machine: one body per request, in their order, and no body is the reason of a
	 * failure.
	 */
	readonly local: boolean;
}

/**
 * Sends what the backlog holds, the oldest first, one request at a time. Backs off while the backend is unreachable.
 */
export class Sender {
	readonly #options: SenderOptions;
	readonly #backlog: Backlog;
	readonly #counts: Counts;
	/** How often others were accepted while that body failed. */
	readonly #suspected = new WeakMap<PendingBody, number>();
	readonly #readRetry = new ReadRetry();
	/** The size of a request: less than `REQUEST_BYTES` after one was too large. */
	#maxBytes = REQUEST_BYTES;
	/** How many requests failed in a row. */
	#failures = 0;
	/** Until when the backend is left alone, as `performance.now()` counts. */
	#notBefore = 0;
	/** True if the backend set that time. */
	#throttled = false;
	/** The request that is in progress. */
	#request: Promise<boolean> | undefined;

	constructor(options: SenderOptions, backlog: Backlog, counts: Counts) {
		this.#options = options;
		this.#backlog = backlog;
		this.#counts = counts;
	}

	/** How many milliseconds the backend is still left alone. */
	get waitMs(): number {
		return Math.max(0, this.#notBefore - platform.performanceNow());
	}

	/** True while the backend has asked for a delay (`Retry-After`, `RetryInfo`). */
	get isThrottled(): boolean {
		return this.#throttled && this.waitMs > 0;
	}

	/** Resolves when the request in progress is decided, on disk too. */
	async idle(): Promise<void> {
		await this.#request;
	}

	/**
	 * Sends one request, or waits for the one that is in progress. Never rejects.
	 *
	 * @returns true if the backend accepted or refused something, or a body that cannot be read was dropped
	 */
	send(): Promise<boolean> {
		this.#request ??= this.#sendOldest().finally(() => {
			this.#request = undefined;
		});
		return this.#request;
	}

	/** Sends the next request. Its bodies are in flight meanwhile. */
	async #sendOldest(): Promise<boolean> {
		await this.#backlog.refill();
		const bodies = this.#nextBodies();
		for (const pending of bodies) pending.inFlight = true;
		try {
			return await this.#sendBodies(bodies);
		} finally {
			for (const pending of bodies) pending.inFlight = false;
		}
	}

	/** Sends bodies as one request. Returns true if any of them was decided. */
	async #sendBodies(bodies: readonly PendingBody[]): Promise<boolean> {
		const [first] = bodies;
		if (first === undefined) return false;
		const parts: Uint8Array[] = [];
		const sent: PendingBody[] = [];
		for (const pending of bodies) {
			const body = await this.#read(pending);
			// A body that cannot be read waits or is dropped. The others are sent without it.
			if (body === undefined || pending.decided) continue;
			parts.push(body);
			sent.push(pending);
		}
		if (sent.length === 0) return bodies.some(({ decided }) => decided);
		const body = joinBodies(parts, first.encoding);
		const { transport } = this.#options;
		let result = await transport.send(body);
		if (this.#failures === 0 && wasCut(result)) {
			// The connection was kept alive after an earlier request, and the backend has closed it meanwhile.
			this.#counts.retries += 1;
			result = await transport.send(body);
		}
		// What is being written has its place on disk before it is decided: its state is written before the next request.
		await Promise.all(sent.map(({ storing }) => storing));
		return this.#handle(sent, body, result);
	}

	/** Returns the bodies of the next request. */
	#nextBodies(): PendingBody[] {
		const { batch, local } = this.#options;
		if (this.#failures === 0) return this.#backlog.nextRequest(batch, this.#maxBytes, local ? 1 : 1000);
		// While the backend is unreachable, one body is enough to find out that it is back.
		const [first, second] = this.#backlog.peek(2);
		const suspicious = !local && this.#failures >= SUSPECT_AFTER && this.#failures % 2 === 0;
		const next = (suspicious ? second : undefined) ?? first;
		return next === undefined ? [] : [next];
	}

	/** Returns a body; undefined if it cannot be read. It is then dropped, unless it is to be read again later. */
	async #read(pending: PendingBody): Promise<Uint8Array | undefined> {
		if (pending.body !== undefined) return pending.body;
		try {
			const { journal } = this.#options;
			if (pending.entry === undefined || journal === undefined)
				throw new Error('the body is neither in memory nor on disk');
			return await journal.read(pending.entry);
		} catch (error) {
			if (this.#readRetry.shouldRetry(pending, error)) return undefined;
			warnOnce(
				'delivery/unreadable',
				'what waited on disk to be sent was removed or damaged; it is dropped, and stats() counts it.',
				error,
			);
			await this.#decide(pending, pending.count, 'unreadable', 'refused');
			return undefined;
		}
	}

	/** Does what the result of a request calls for. Returns true unless the request is to be repeated. */
	async #handle(bodies: readonly PendingBody[], body: Uint8Array, result: SendResult): Promise<boolean> {
		const { observer } = this.#options;
		if (result.kind === 'later') {
			this.#counts.retries += 1;
			this.#failures += 1;
			this.#throttled = result.afterMs !== undefined;
			// Up to a quarter shorter or longer, so that the processes of an application are not in step.
			const jitter = 0.75 + platform.random() / 2;
			const backoff = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** (this.#failures - 1)) * jitter;
			const wait = result.afterMs === undefined ? backoff : Math.min(Math.max(result.afterMs, 0), MAX_RETRY_AFTER_MS);
			this.#notBefore = platform.performanceNow() + wait;
			observer.failed(result.error);
			return false;
		}
		await this.#suspectOldest(bodies);
		this.#failures = 0;
		this.#notBefore = 0;
		this.#throttled = false;
		if (result.kind === 'taken') {
			// The backend may accept larger requests again. The size grows by 2 % each time.
			this.#maxBytes = Math.min(REQUEST_BYTES, Math.ceil(this.#maxBytes * 1.02));
			await this.#accepted(bodies, result.refused);
			observer.delivered();
			return true;
		}
		// Without this, the halves of one body would be joined again.
		if (result.kind === 'smaller') this.#maxBytes = Math.max(1, Math.min(this.#maxBytes, Math.floor(body.length / 2)));
		if (bodies.length === 1) await this.#refused(bodies[0], body, result);
		// One of the bodies may be the reason. Each is sent alone, so that the others are not refused with it.
		else if (result.kind === 'never') for (const pending of bodies) pending.sendAlone = true;
		return true;
	}

	/**
	 * Decides all bodies of a request. Resolves when the disk has the new states: nothing more is sent before, so that
	 * after a kill at most one request is sent twice.
	 *
	 * @param refused - how many of their records the backend has refused
	 */
	async #accepted(bodies: readonly PendingBody[], refused: number): Promise<void> {
		let left = refused;
		const decided = bodies.map((pending) => {
			const lost = Math.min(left, pending.count);
			left -= lost;
			return this.#decide(pending, lost, 'refused', 'acknowledged');
		});
		await Promise.all(decided);
	}

	/**
	 * Counts against the oldest body that another one was accepted or refused while it failed: the backend is reachable,
	 * and the oldest body is the reason. After three times it is kept as a dead letter.
	 */
	async #suspectOldest(bodies: readonly PendingBody[]): Promise<void> {
		const oldest = this.#backlog.first;
		if (this.#failures < SUSPECT_AFTER || oldest === undefined || bodies.includes(oldest)) return;
		const times = (this.#suspected.get(oldest) ?? 0) + 1;
		this.#suspected.set(oldest, times);
		if (times < POISON_AFTER) return;
		const body = await this.#read(oldest);
		if (body === undefined) return;
		await this.#keepRefused(oldest, body, 'every request with it failed, while others were accepted');
	}

	/** Handles the refusal of a single body: halves it if it was too large, else keeps it as a dead letter. */
	async #refused(
		pending: PendingBody | undefined,
		body: Uint8Array,
		result: SendResult & { kind: 'smaller' | 'never' },
	) {
		if (pending === undefined) return;
		const { observer, metrics } = this.#options;
		const halves = result.kind === 'smaller' ? splitInHalf(body, pending.encoding, metrics) : undefined;
		if (halves !== undefined) {
			this.#backlog.replaceByHalves(pending, halves);
			return;
		}
		observer.refused(result.error);
		await this.#keepRefused(pending, body, observer.reasonOf(result.error), result.answer);
	}

	/** Keeps a body as a dead letter, and counts it as refused. */
	async #keepRefused(pending: PendingBody, body: Uint8Array, reason: string, answer?: string): Promise<void> {
		const { deadLetters, observer } = this.#options;
		const { encoding, count } = pending;
		if (await deadLetters?.keep({ endpoint: observer.target, encoding, count, reason, answer }, body)) {
			this.#counts.rejected += count;
		}
		await this.#decide(pending, count, 'refused', 'refused');
	}

	/** Removes a body from the backlog, and marks its frame when no other half of it is pending. */
	async #decide(pending: PendingBody, lost: number, reason: string, state: 'acknowledged' | 'refused'): Promise<void> {
		if (pending.decided) return;
		const { entry, share } = pending;
		this.#backlog.decide(pending, lost, reason);
		if (entry === undefined) return;
		if (share !== undefined) {
			share.left -= 1;
			if (share.left > 0) return;
		}
		this.#backlog.forgetEntry(entry);
		await this.#options.journal?.markDone(entry, state);
	}
}

/** Returns true if the connection was closed while the request was being sent. */
function wasCut(result: SendResult): boolean {
	if (result.kind !== 'later') return false;
	const { code } = (result.error ?? {}) as { code?: unknown };
	return code === 'ECONNRESET' || code === 'EPIPE';
}
