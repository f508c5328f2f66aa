import { warnOnce } from '../../lib/runtime/log-once.js';
import type { Counts } from '../common/counts.js';
import type { Journal } from '../journal/journal.js';
import type { Backlog, Held } from './backlog.js';
import type { DeadLetters } from './dead-letters.js';
import { ReadRetry } from './read-retry.js';
import { halves, join } from './request-bodies.js';
import type { SendResult, Transport } from './transport.js';

/** How long a backend that does not take anything is left alone: longer each time, up to a limit, and never in step. */
const FIRST_MS = 500;
const LAST_MS = 30_000;

/** What a backend asks for is heeded, but not for ever. */
const LONGEST_MS = 36e5;

/** The body of one request: what a Collector takes over gRPC, with room to spare. */
const REQUEST_BYTES = 2 * 2 ** 20;

/** After so many failures in a row the oldest body may be at fault itself: then the next one is tried in its stead. */
const SUSPECT_AFTER = 4;

/** One that failed so often while another was taken is refused. */
const POISON_AFTER = 3;

/** One address, which says that it is away and that it is back. */
export interface SendObserver {
	readonly shown: string;
	failed(error: unknown): void;
	delivered(): void;
	/** It refused records for good. */
	refused(error: unknown): void;
	/** What a fault is called in a few words. */
	reasonOf(error: unknown): string;
}

export interface SenderOptions {
	readonly transport: Transport;
	readonly watch: SendObserver;
	readonly metrics: boolean;
	/** How many records make a request. */
	readonly batch: number;
	readonly journal: Journal | undefined;
	readonly deadLetters: DeadLetters | undefined;
	/** It writes to a place on this machine: a body a request, in their order, and never is one of them at fault. */
	readonly local: boolean;
}

/** Sends what the backlog holds, the oldest first, one request at a time; waits where the backend is away. */
export class Sender {
	readonly #options: SenderOptions;
	readonly #backlog: Backlog;
	readonly #counts: Counts;
	readonly #suspected = new WeakMap<Held, number>();
	readonly #patience = new ReadRetry();
	/** Where requests of this size are too large. */
	#maxBytes = REQUEST_BYTES;
	#failures = 0;
	#notBefore = 0;
	#asked = false;
	#round: Promise<boolean> | undefined;

	constructor(options: SenderOptions, backlog: Backlog, counts: Counts) {
		this.#options = options;
		this.#backlog = backlog;
		this.#counts = counts;
	}

	/** How many milliseconds the backend is still left alone. */
	get waitMs(): number {
		return Math.max(0, this.#notBefore - performance.now());
	}

	/** True while the backend itself asked to be left alone. */
	get asked(): boolean {
		return this.#asked && this.waitMs > 0;
	}

	/** Resolves when the request that is under way is decided, on the disk too. */
	async idle(): Promise<void> {
		await this.#round;
	}

	/** Sends one request; true where the backlog moved on. One at a time, whoever asks. Never rejects. */
	send(): Promise<boolean> {
		this.#round ??= this.#sendOldest().finally(() => {
			this.#round = undefined;
		});
		return this.#round;
	}

	async #sendOldest(): Promise<boolean> {
		await this.#backlog.refill();
		const group = this.#nextGroup();
		for (const held of group) held.inFlight = true;
		try {
			return await this.#sendGroup(group);
		} finally {
			for (const held of group) held.inFlight = false;
		}
	}

	async #sendGroup(group: readonly Held[]): Promise<boolean> {
		const [first] = group;
		if (first === undefined) return false;
		const bodies: Uint8Array[] = [];
		const sent: Held[] = [];
		for (const held of group) {
			const body = await this.#bodyOf(held);
			// What cannot be read waits or is decided, and the others are sent without it.
			if (body === undefined || held.over) continue;
			bodies.push(body);
			sent.push(held);
		}
		if (sent.length === 0) return group.some(({ over }) => over);
		const body = join(bodies, first.encoding);
		const { transport } = this.#options;
		let outcome = await transport.send(body);
		if (this.#failures === 0 && wasCut(outcome)) {
			// The connection was kept from an earlier request, and the backend had closed it meanwhile.
			this.#counts.retries += 1;
			outcome = await transport.send(body);
		}
		return this.#answered(sent, body, outcome);
	}

	#nextGroup(): Held[] {
		const { batch, local } = this.#options;
		if (this.#failures === 0) return this.#backlog.next(batch, this.#maxBytes, local ? 1 : 1000);
		// While the backend is away one body is enough to see whether it is back.
		const [first, second] = this.#backlog.peek(2);
		const suspicious = !local && this.#failures >= SUSPECT_AFTER && this.#failures % 2 === 0;
		const other = suspicious ? second : undefined;
		const one = other ?? first;
		return one === undefined ? [] : [one];
	}

	async #bodyOf(held: Held): Promise<Uint8Array | undefined> {
		if (held.body !== undefined) return held.body;
		try {
			const { journal } = this.#options;
			if (held.entry === undefined || journal === undefined) throw new Error('its body is gone');
			return await journal.read(held.entry);
		} catch (error) {
			if (this.#patience.again(held, error)) return undefined;
			warnOnce(
				'delivery/unreadable',
				'what waited on disk to be sent was removed or damaged by somebody; it is dropped, and stats() counts it.',
				error,
			);
			await this.#decide(held, held.count, 'unreadable', 'refused');
			return undefined;
		}
	}

	async #answered(group: readonly Held[], body: Uint8Array, outcome: SendResult): Promise<boolean> {
		const { watch } = this.#options;
		if (outcome.kind === 'later') {
			this.#counts.retries += 1;
			this.#failures += 1;
			this.#asked = outcome.afterMs !== undefined;
			const usual = Math.min(LAST_MS, FIRST_MS * 2 ** (this.#failures - 1)) * (0.75 + Math.random() / 2);
			const wait = outcome.afterMs === undefined ? usual : Math.min(Math.max(outcome.afterMs, 0), LONGEST_MS);
			this.#notBefore = performance.now() + wait;
			watch.failed(outcome.error);
			return false;
		}
		await this.#suspect(group);
		this.#failures = 0;
		this.#notBefore = 0;
		this.#asked = false;
		if (outcome.kind === 'taken') {
			// What it takes may have grown again; it is tried slowly.
			this.#maxBytes = Math.min(REQUEST_BYTES, Math.ceil(this.#maxBytes * 1.02));
			await this.#taken(group, outcome.refused);
			watch.delivered();
			return true;
		}
		// Else the halves of one body would be joined again.
		if (outcome.kind === 'smaller') this.#maxBytes = Math.max(1, Math.min(this.#maxBytes, Math.floor(body.length / 2)));
		if (group.length === 1) await this.#refused(group[0], body, outcome);
		// The others are not to suffer for one of them, nor for their number.
		else if (outcome.kind === 'never') for (const held of group) held.alone = true;
		return true;
	}

	/** Nothing more is sent before the disk knows: so a kill makes one request be sent again, and no more. */
	async #taken(group: readonly Held[], refused: number): Promise<void> {
		let left = refused;
		const decided = group.map((held) => {
			const lost = Math.min(left, held.count);
			left -= lost;
			return this.#decide(held, lost, 'refused', 'acknowledged');
		});
		await Promise.all(decided);
	}

	/** A body was taken or refused that is not the oldest: so the backend is there, and the oldest is at fault. */
	async #suspect(group: readonly Held[]): Promise<void> {
		const oldest = this.#backlog.first;
		if (this.#failures < SUSPECT_AFTER || oldest === undefined || group.includes(oldest)) return;
		const times = (this.#suspected.get(oldest) ?? 0) + 1;
		this.#suspected.set(oldest, times);
		if (times < POISON_AFTER) return;
		const body = await this.#bodyOf(oldest);
		if (body === undefined) return;
		await this.#bury(oldest, body, 'every request with it failed, while others were accepted');
	}

	async #refused(held: Held | undefined, body: Uint8Array, outcome: SendResult & { kind: 'smaller' | 'never' }) {
		if (held === undefined) return;
		const { watch, metrics } = this.#options;
		const parts = outcome.kind === 'smaller' ? halves(body, held.encoding, metrics) : undefined;
		if (parts !== undefined) {
			this.#backlog.halve(held, parts);
			return;
		}
		watch.refused(outcome.error);
		await this.#bury(held, body, watch.reasonOf(outcome.error), outcome.answer);
	}

	async #bury(held: Held, body: Uint8Array, reason: string, answer?: string): Promise<void> {
		const { deadLetters, watch } = this.#options;
		const { encoding, count } = held;
		if (await deadLetters?.keep({ endpoint: watch.shown, encoding, count, reason, answer }, body)) {
			this.#counts.deadLetters += count;
		}
		await this.#decide(held, count, 'refused', 'refused');
	}

	async #decide(held: Held, lost: number, reason: string, how: 'acknowledged' | 'refused'): Promise<void> {
		if (held.over) return;
		const { entry, share } = held;
		this.#backlog.decide(held, lost, reason);
		if (entry === undefined) return;
		if (share !== undefined) {
			share.left -= 1;
			if (share.left > 0) return;
		}
		this.#backlog.forget(entry);
		await this.#options.journal?.done(entry, how);
	}
}

function wasCut(outcome: SendResult): boolean {
	if (outcome.kind !== 'later') return false;
	const { code } = (outcome.error ?? {}) as { code?: unknown };
	return code === 'ECONNRESET' || code === 'EPIPE';
}
