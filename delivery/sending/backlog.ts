import type { Counts } from '../common/counts.js';
import type { Encoding, Frame } from '../journal/segments/frame.js';
import type { Entry, Segment } from '../journal/segments/segment.js';
import { ReadRetry } from './read-retry.js';

/** A request body that is neither accepted nor refused yet: in memory, on disk, or both. */
export interface PendingBody {
	/**
	 * Its place in the order of arrival. 0 if it was adopted from another process: older than everything that is made
	 * here.
	 */
	readonly sequence: number;
	/** How the body is encoded. */
	readonly encoding: Encoding;
	/** How many spans, data points or log records of it are not decided. */
	count: number;
	/** When it was encoded, in milliseconds since 1970. */
	readonly time: number;
	/** The length of the body, in bytes. */
	readonly size: number;
	/** The body, if it is in memory. */
	body?: Uint8Array | undefined;
	/** Its frame on disk. */
	entry?: Entry | undefined;
	/** How many parts of it are not decided. Undefined if it was not divided. */
	parts?: number;
	/** True if it is sent in a request of its own, since it has failed while others were accepted. */
	sendAlone?: boolean;
	/** True while the records are searched that the backend refuses: it is sent in parts. */
	inBisection?: boolean;
	/** Resolves when the write that brings it to the disk has ended, while there is one. Does not reject. */
	storing?: Promise<void> | undefined;
	/** True while it is being sent. */
	inFlight?: boolean;
	/** True if it is delivered or dropped, and counted as that. */
	decided?: boolean;
}

/** If more bodies than this are pending, whole segments of them are known by their number alone. */
const PARK_ABOVE = 4096;

/** A segment whose frames are known by their number alone. */
interface ParkedSegment {
	/** The sequence of its oldest body. */
	readonly sequence: number;
	/** How many records its frames hold. */
	readonly count: number;
	/** How many bytes their bodies have. */
	readonly size: number;
}

/** The bodies that are encoded and not decided, the oldest first, with their counts. */
export class Backlog {
	readonly #counts: Counts;
	readonly #keepBytes: number;
	/** The whole bodies, by their frames on disk. */
	readonly #byEntry = new Map<Entry, PendingBody>();
	readonly #readRetry = new ReadRetry();
	/** The oldest first. */
	readonly #parked = new Map<Segment, ParkedSegment>();
	/** The oldest first. */
	#pending: PendingBody[] = [];
	/** The sequence of the newest body. */
	#sequence = 0;
	/** How many bytes of bodies are in memory. */
	memoryBytes = 0;
	/** How many bytes all bodies have, in memory or on disk. */
	totalBytes = 0;
	/** How many records they hold. */
	count = 0;

	/**
	 * @param keepBytes - how many bytes of bodies stay in memory after they are on disk, so that they need not be read
	 *   again
	 */
	constructor(counts: Counts, keepBytes: number) {
		this.#counts = counts;
		this.#keepBytes = keepBytes;
	}

	/** The oldest body that is not parked. */
	get first(): PendingBody | undefined {
		return this.#pending[0];
	}

	/** True if nothing is pending. */
	get isEmpty(): boolean {
		return this.#pending.length === 0 && this.#parked.size === 0;
	}

	/** The sequence of the newest body that was added. */
	get lastSequence(): number {
		return this.#sequence;
	}

	/** Returns true if all bodies up to that sequence are delivered or dropped. */
	isDecidedUpTo(sequence: number): boolean {
		for (const parked of this.#parked.values()) if (parked.sequence <= sequence) return false;
		const [first] = this.#pending;
		return first === undefined || first.sequence > sequence;
	}

	/** Adds a body that was just encoded. Its records are counted as queued already. */
	add({ encoding, count, time, body }: Frame): PendingBody {
		this.#sequence += 1;
		const added: PendingBody = { sequence: this.#sequence, encoding, count, time, size: body.length, body };
		this.#pending.push(added);
		this.memoryBytes += body.length;
		this.totalBytes += body.length;
		this.count += count;
		return added;
	}

	/** Adds the frames of another process, before everything else, and counts their records. */
	adopt(entries: readonly Entry[]): void {
		const adopted = entries.map((entry): PendingBody => {
			const { count, size } = entry;
			this.count += count;
			this.totalBytes += size;
			this.#counts.created += count;
			this.#counts.adopted += count;
			this.#counts.onDisk += count;
			return this.#pendingOf(entry, 0);
		});
		if (adopted.length > 0) this.#pending = [...adopted, ...this.#pending];
	}

	/** Records that a body is on disk, as that frame. */
	markStored(pending: PendingBody, entry: Entry): void {
		if (pending.entry !== undefined || pending.decided) return;
		pending.entry = entry;
		this.#byEntry.set(entry, pending);
		this.#counts.queued -= pending.count;
		this.#counts.onDisk += pending.count;
		if (this.memoryBytes > this.#keepBytes) this.#releaseBody(pending);
		else entry.body = pending.body;
	}

	/** Returns the bodies that are in memory only, the oldest first. */
	unstored(): PendingBody[] {
		return this.#pending.filter(({ entry }) => entry === undefined);
	}

	/**
	 * Returns the oldest bodies that make one request, all of one encoding: at most `records` records and `bytes` bytes
	 * in up to `frames` bodies, but at least one body if any may be sent.
	 *
	 * @param maySend - returns false for a body that is left out
	 */
	nextRequest(
		{ records, bytes, frames }: { records: number; bytes: number; frames: number },
		maySend: (pending: PendingBody) => boolean,
	): PendingBody[] {
		const request: PendingBody[] = [];
		let [count, size] = [0, 0];
		for (const next of this.#pending) {
			if (!maySend(next)) continue;
			const [first] = request;
			if (first !== undefined && (next.sendAlone || next.encoding !== first.encoding)) break;
			count += next.count;
			size += next.size;
			if (first !== undefined && (count > records || size > bytes)) break;
			request.push(next);
			if (next.sendAlone || request.length >= frames) break;
		}
		return request;
	}

	/** Returns up to `length` of the oldest bodies. */
	peek(length: number): PendingBody[] {
		return this.#pending.slice(0, length);
	}

	/**
	 * Parks whole segments if very many bodies are pending: keeps only the number of their frames. The segments that are
	 * being written to and sent from are not parked.
	 */
	park(): void {
		if (this.#pending.length <= PARK_ABOVE) return;
		const inUse = new Set(this.peek(2).map(({ entry }) => entry?.segment));
		for (const { entry, sendAlone, inBisection, inFlight } of this.#pending) {
			if (entry === undefined) continue;
			// What is known of a single body would be lost with it.
			if (!entry.segment.sealed || sendAlone || inBisection || inFlight) inUse.add(entry.segment);
		}
		// The order of the bodies stays: parked segments are sealed, and so older than those that are written to.
		const bySegment = new Map<Segment, PendingBody[]>();
		const kept: PendingBody[] = [];
		for (const pending of this.#pending) {
			const segment = pending.entry?.segment;
			if (segment === undefined || inUse.has(segment)) kept.push(pending);
			else if (bySegment.has(segment)) bySegment.get(segment)?.push(pending);
			else bySegment.set(segment, [pending]);
		}
		for (const [segment, bodies] of bySegment) {
			for (const pending of bodies) {
				this.#releaseBody(pending);
				if (pending.entry !== undefined) this.#byEntry.delete(pending.entry);
			}
			const count = bodies.reduce((sum, pending) => sum + pending.count, 0);
			const size = bodies.reduce((sum, pending) => sum + pending.size, 0);
			this.#parked.set(segment, { sequence: bodies[0]?.sequence ?? 0, count, size });
			segment.park();
		}
		this.#pending = kept;
	}

	/** Reads the oldest parked segment again if it is older than all other bodies. Never rejects. */
	async refill(): Promise<void> {
		const [oldest] = this.#parked;
		if (oldest === undefined) return;
		const [segment, { sequence, count, size }] = oldest;
		if ((this.#pending[0]?.sequence ?? Number.POSITIVE_INFINITY) < sequence) return;
		let entries: Entry[] = [];
		try {
			entries = await segment.unpark();
		} catch (error) {
			if (this.#readRetry.shouldRetry(segment, error)) return;
			segment.parked = 0;
		}
		// The journal may have dropped the segment meanwhile.
		if (!this.#parked.delete(segment)) return;
		const bodies = entries.map((entry): PendingBody => this.#pendingOf(entry, sequence));
		this.#pending = [...bodies, ...this.#pending];
		const found = entries.reduce((sum, entry) => sum + entry.count, 0);
		this.#dropStored(count - found, size - entries.reduce((sum, entry) => sum + entry.size, 0), 'unreadable');
	}

	/** Removes the frame of a body that is decided: the journal reports it no more. */
	forgetEntry(entry: Entry): void {
		this.#byEntry.delete(entry);
	}

	/**
	 * Removes a body and counts its records as written, except for those that are lost.
	 *
	 * @param lost - how many of its records are lost
	 * @param reason - under which `stats()` counts the lost ones
	 */
	decide(pending: PendingBody, lost: number, reason: string): void {
		if (pending.decided) return;
		this.decidePart(pending, pending.count, lost, reason);
		pending.decided = true;
		const index = this.#pending.indexOf(pending);
		if (index >= 0) this.#pending.splice(index, 1);
		this.#releaseBody(pending);
		this.totalBytes -= pending.size;
	}

	/**
	 * Counts some records of a body as written, except for those that are lost. The body stays for the others.
	 *
	 * @param count - how many records are decided
	 * @param lost - how many of these are lost
	 * @param reason - under which `stats()` counts the lost ones
	 */
	decidePart(pending: PendingBody, count: number, lost: number, reason: string): void {
		if (pending.decided) return;
		const decided = Math.min(count, pending.count);
		const dropped = Math.min(lost, decided);
		pending.count -= decided;
		this.count -= decided;
		if (pending.entry === undefined) this.#counts.queued -= decided;
		else this.#counts.onDisk -= decided;
		this.#counts.delivered += decided - dropped;
		this.#counts.drop(dropped, reason);
	}

	/** Drops the frames that the journal has dropped, parked ones of the segment included. */
	dropEntries(entries: readonly Entry[], reason: string, segment: Segment): void {
		const parked = this.#parked.get(segment);
		this.#parked.delete(segment);
		if (parked !== undefined) this.#dropStored(parked.count, parked.size, reason);
		for (const entry of entries) {
			const pending = this.#byEntry.get(entry);
			this.#byEntry.delete(entry);
			if (pending !== undefined) this.decide(pending, pending.count, reason);
		}
	}

	/** Drops the bodies that are in memory only. */
	dropUnstored(reason: string): void {
		for (const pending of this.unstored()) this.decide(pending, pending.count, reason);
	}

	/** Counts records on disk as dropped that are not pending one by one. */
	#dropStored(count: number, size: number, reason: string): void {
		this.count -= count;
		this.totalBytes -= size;
		this.#counts.onDisk -= count;
		this.#counts.drop(count, reason);
	}

	/** Returns a frame on disk as a pending body. */
	#pendingOf(entry: Entry, sequence: number): PendingBody {
		const { encoding, count, time, size } = entry;
		const pending: PendingBody = { sequence, encoding, count, time, size, entry };
		this.#byEntry.set(entry, pending);
		return pending;
	}

	/** Removes the body from memory. */
	#releaseBody(pending: PendingBody): void {
		if (pending.entry !== undefined) pending.entry.body = undefined;
		if (pending.body === undefined) return;
		pending.body = undefined;
		this.memoryBytes -= pending.size;
	}
}
