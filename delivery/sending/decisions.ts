import type { Counts } from '../common/counts.js';
import type { Journal } from '../journal/journal.js';
import type { Backlog, PendingBody } from './backlog.js';
import type { Part } from './bisection.js';
import type { DeadLetters } from './dead-letters.js';

/** Where decisions are written. */
export interface DecisionOptions {
	/** The journal that holds the bodies on disk. */
	readonly journal: Journal | undefined;
	/** Keeps the records that the backend refuses. */
	readonly deadLetters: DeadLetters | undefined;
}

/** Why a record is set aside. */
export interface Reason {
	/** The address, without a user name, a password or a query. */
	readonly endpoint: string;
	/** The reason, in a few words. */
	readonly reason: string;
	/** The text of the backend's response, if it sent one. */
	readonly answer?: string | undefined;
}

/** Records what has become of bodies and their parts: in the counts, on disk, and in the files of what was refused. */
export class Decisions {
	readonly #backlog: Backlog;
	readonly #counts: Counts;
	readonly #options: DecisionOptions;

	constructor(backlog: Backlog, counts: Counts, options: DecisionOptions) {
		this.#backlog = backlog;
		this.#counts = counts;
		this.#options = options;
	}

	/**
	 * The backend has accepted the parts of a request. Resolves when the disk has the new states: nothing more is sent
	 * before, so that after a kill at most one request is sent twice.
	 *
	 * @param rejected - how many of their records the backend has refused
	 */
	async accepted(parts: readonly Part[], rejected: number): Promise<void> {
		let left = rejected;
		const decided = parts.map((part) => {
			const lost = Math.min(left, part.count);
			left -= lost;
			return this.#decide(part, lost, 'refused', 'acknowledged');
		});
		await Promise.all(decided);
	}

	/** Keeps a part as a dead letter, and counts its records as refused. @param body - its request body */
	async setAside({ owner, ...part }: Part, body: Uint8Array, why: Reason): Promise<void> {
		const { encoding } = owner;
		const count = Math.min(part.count, owner.count);
		if (await this.#options.deadLetters?.keep({ ...why, encoding, count }, body)) this.#counts.rejected += count;
		await this.#decide({ owner, ...part }, count, 'refused', 'refused');
	}

	/** Drops a body. @param reason - under which `stats()` counts its records */
	drop(owner: PendingBody, reason: string): Promise<void> {
		return this.#decide({ owner, count: owner.count }, owner.count, reason, 'refused');
	}

	/** Decides a part, and marks the frame of its body when no other part of it is left. */
	async #decide(
		{ owner, body, count }: Part,
		lost: number,
		reason: string,
		state: 'acknowledged' | 'refused',
	): Promise<void> {
		if (owner.decided) return;
		if (body !== undefined && owner.parts !== undefined) owner.parts -= 1;
		if (body !== undefined && owner.parts !== undefined && owner.parts > 0) {
			this.#backlog.decidePart(owner, count, lost, reason);
			return;
		}
		const { entry } = owner;
		this.#backlog.decide(owner, lost, reason);
		if (entry === undefined) return;
		this.#backlog.forgetEntry(entry);
		await this.#options.journal?.markDone(entry, state);
	}
}
