import type { Counts } from '../common/counts.js';
import type { Encoding, Frame } from '../journal/frame.js';
import type { Entry, Segment } from '../journal/segment.js';
import { ReadRetry } from './read-retry.js';

/** A request body that waits for its backend: in memory, or on the disk as `entry`. */
export interface Held {
	/** The later it came, the higher; what was adopted has 0. */
	readonly turn: number;
	readonly encoding: Encoding;
	readonly count: number;
	readonly time: number;
	/** The length of its body. */
	readonly size: number;
	body?: Uint8Array | undefined;
	/** Where it stands on the disk. The halves of one that was too large share the whole one's. */
	entry?: Entry | undefined;
	share?: { left: number } | undefined;
	/** It is sent alone: with others it was refused. */
	alone?: boolean;
	/** True while it is being sent. */
	inFlight?: boolean;
	/** True when it is decided. */
	over?: boolean;
}

/** More than so many bodies are not all known one by one. */
const PARK_AT = 4096;

/** A segment of the journal whose frames are known by their number alone. */
interface Parked {
	readonly turn: number;
	readonly count: number;
	readonly size: number;
}

/** What is encoded and not acknowledged, the oldest first. */
export class Backlog {
	readonly #counts: Counts;
	readonly #keepBytes: number;
	readonly #byEntry = new Map<Entry, Held>();
	readonly #patience = new ReadRetry();
	/** The oldest first. */
	readonly #parked = new Map<Segment, Parked>();
	#held: Held[] = [];
	#turn = 0;
	/** Bytes of bodies in memory, and of all. */
	bytes = 0;
	size = 0;
	/** What they count for. */
	count = 0;

	/** @param keepBytes - bodies of so many bytes are kept in memory beside the journal, so that they need not be read again */
	constructor(counts: Counts, keepBytes: number) {
		this.#counts = counts;
		this.#keepBytes = keepBytes;
	}

	get first(): Held | undefined {
		return this.#held[0];
	}

	get isEmpty(): boolean {
		return this.#held.length === 0 && this.#parked.size === 0;
	}

	/** Whether nothing waits up to that turn. */
	isThrough(turn: number): boolean {
		for (const parked of this.#parked.values()) if (parked.turn <= turn) return false;
		const [first] = this.#held;
		return first === undefined || first.turn > turn;
	}

	/** A body that was just encoded; its records are counted as queued already. */
	add({ encoding, count, time, body }: Frame): Held {
		this.#turn += 1;
		const held: Held = { turn: this.#turn, encoding, count, time, size: body.length, body };
		this.#held.push(held);
		this.bytes += body.length;
		this.size += body.length;
		this.count += count;
		return held;
	}

	/** What another process left on the disk. It is older than what is made here. */
	adopt(entries: readonly Entry[]): void {
		const held = entries.map((entry): Held => {
			const { count, size } = entry;
			const one = this.#heldOf(entry, 0);
			this.count += count;
			this.size += size;
			this.#counts.made += count;
			this.#counts.adopted += count;
			this.#counts.onDisk += count;
			return one;
		});
		if (held.length > 0) this.#held = [...held, ...this.#held];
	}

	/** It stands on the disk now. */
	stored(held: Held, entry: Entry): void {
		if (held.entry !== undefined || held.over) return;
		held.entry = entry;
		this.#byEntry.set(entry, held);
		this.#counts.queued -= held.count;
		this.#counts.onDisk += held.count;
		if (this.bytes > this.#keepBytes) this.#forgetBody(held);
		else entry.body = held.body;
	}

	/** Those that stand in memory alone. */
	unstored(): Held[] {
		return this.#held.filter(({ entry }) => entry === undefined);
	}

	/** The oldest that make one request: of one encoding, and within both bounds; one in any case. */
	next(records: number, bytes: number, frames: number): Held[] {
		const [first] = this.#held;
		if (first === undefined) return [];
		const group = [first];
		let { count, size } = first;
		while (group.length < frames && !first.alone) {
			const one = this.#held[group.length];
			if (one === undefined || one.alone || one.encoding !== first.encoding) break;
			count += one.count;
			size += one.size;
			if (count > records || size > bytes) break;
			group.push(one);
		}
		return group;
	}

	/** The turn of the newest that ever came. */
	get turn(): number {
		return this.#turn;
	}

	/**
	 * Forgets the bodies of whole segments one by one, where there are very many: all but those of the segments that are
	 * written to and sent from.
	 */
	park(): void {
		if (this.#held.length <= PARK_AT) return;
		const spared = new Set(this.peek(2).map(({ entry }) => entry?.segment));
		for (const { entry, share, alone, inFlight } of this.#held) {
			if (entry === undefined) continue;
			if (!entry.segment.sealed || share !== undefined || alone || inFlight) spared.add(entry.segment);
		}
		const bySegment = new Map<Segment, Held[]>();
		const kept: Held[] = [];
		for (const held of this.#held) {
			const segment = held.entry?.segment;
			if (segment === undefined || spared.has(segment)) kept.push(held);
			else if (bySegment.has(segment)) bySegment.get(segment)?.push(held);
			else bySegment.set(segment, [held]);
		}
		for (const [segment, all] of bySegment) {
			for (const held of all) {
				this.#forgetBody(held);
				if (held.entry !== undefined) this.#byEntry.delete(held.entry);
			}
			const count = all.reduce((sum, held) => sum + held.count, 0);
			const size = all.reduce((sum, held) => sum + held.size, 0);
			this.#parked.set(segment, { turn: all[0]?.turn ?? 0, count, size });
			segment.park();
		}
		this.#held = kept;
	}

	/** Reads the oldest segment that was parked, where its turn has come. Never rejects. */
	async refill(): Promise<void> {
		const [oldest] = this.#parked;
		if (oldest === undefined) return;
		const [segment, { turn, count, size }] = oldest;
		if ((this.#held[0]?.turn ?? Number.POSITIVE_INFINITY) < turn) return;
		let entries: Entry[] = [];
		try {
			entries = await segment.unpark();
		} catch (error) {
			if (this.#patience.again(segment, error)) return;
			segment.parked = 0;
		}
		// It may have been let go meanwhile.
		if (!this.#parked.delete(segment)) return;
		const held = entries.map((entry): Held => this.#heldOf(entry, turn));
		this.#held = [...held, ...this.#held];
		const found = entries.reduce((sum, entry) => sum + entry.count, 0);
		this.#lose(count - found, size - entries.reduce((sum, entry) => sum + entry.size, 0), 'unreadable');
	}

	/** Records on the disk are no more, so many bytes of them. */
	#lose(count: number, size: number, reason: string): void {
		this.count -= count;
		this.size -= size;
		this.#counts.onDisk -= count;
		this.#counts.drop(count, reason);
	}

	#heldOf(entry: Entry, turn: number): Held {
		const { encoding, count, time, size } = entry;
		const held: Held = { turn, encoding, count, time, size, entry };
		this.#byEntry.set(entry, held);
		return held;
	}

	/** The oldest, so many at most. */
	peek(length: number): Held[] {
		return this.#held.slice(0, length);
	}

	/** Nothing that waits stands there any more. */
	forget(entry: Entry): void {
		this.#byEntry.delete(entry);
	}

	/** It is decided: it waits no more, and so many of its records were lost. */
	decide(held: Held, lost: number, reason: string): void {
		if (held.over) return;
		held.over = true;
		const index = this.#held.indexOf(held);
		if (index >= 0) this.#held.splice(index, 1);
		this.#forgetBody(held);
		this.count -= held.count;
		this.size -= held.size;
		if (held.entry === undefined) this.#counts.queued -= held.count;
		else this.#counts.onDisk -= held.count;
		const dropped = Math.min(lost, held.count);
		this.#counts.written += held.count - dropped;
		this.#counts.drop(dropped, reason);
	}

	/** Puts two halves in the place of one. */
	halve(held: Held, halves: readonly { body: Uint8Array; count: number }[]): void {
		const index = this.#held.indexOf(held);
		if (held.over || index < 0) return;
		const share = held.entry && (held.share ?? { left: 1 });
		if (share !== undefined) share.left += halves.length - 1;
		let { count: left } = held;
		const parts = halves.map(({ body, count }, at): Held => {
			// Whatever they say, they hold what the whole one held.
			const own = at === halves.length - 1 ? left : Math.min(count, left);
			left -= own;
			this.bytes += body.length;
			this.size += body.length;
			const { turn, encoding, time, entry } = held;
			return { turn, encoding, time, count: own, size: body.length, body, entry, share };
		});
		held.over = true;
		this.#forgetBody(held);
		this.size -= held.size;
		this.#held.splice(index, 1, ...parts);
	}

	/** Entries that the journal had to let go. */
	lost(entries: readonly Entry[], reason: string, segment: Segment): void {
		const parked = this.#parked.get(segment);
		this.#parked.delete(segment);
		if (parked !== undefined) this.#lose(parked.count, parked.size, reason);
		for (const entry of entries) {
			const whole = this.#byEntry.get(entry);
			this.#byEntry.delete(entry);
			const parts = whole === undefined || whole.over ? this.#held.filter((held) => held.entry === entry) : [whole];
			for (const held of parts) this.decide(held, held.count, reason);
		}
	}

	/** Lets go of all that stands in memory alone. */
	clear(reason: string): void {
		for (const held of this.unstored()) this.decide(held, held.count, reason);
	}

	#forgetBody(held: Held): void {
		if (held.entry !== undefined) held.entry.body = undefined;
		if (held.body === undefined) return;
		held.body = undefined;
		this.bytes -= held.size;
	}
}
