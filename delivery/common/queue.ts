/** A record that waits to be encoded. */
export interface QueuedRecord<T> {
	readonly record: T;
	/** How many things it counts for, such as data points. */
	readonly count: number;
	/** About how many bytes of memory it holds. */
	readonly size: number;
	/** True if it is dropped only after all others. */
	readonly priority: boolean;
	/** True if it is not in the queue any more. */
	removed: boolean;
}

/** The records that are not encoded yet, the oldest first, with their counts. */
export class Queue<T> {
	#records: QueuedRecord<T>[] = [];
	/** The records without priority, the newest last. Some of them are removed already. */
	#ordinary: QueuedRecord<T>[] = [];
	/** About how many bytes of memory the records hold. */
	bytes = 0;
	/** How many things the records count for. */
	count = 0;
	/** How many records are queued. */
	length = 0;

	/** Adds a record. */
	push(added: QueuedRecord<T>): void {
		this.#records.push(added);
		if (!added.priority) this.#ordinary.push(added);
		this.bytes += added.size;
		this.count += added.count;
		this.length += 1;
	}

	/** The oldest record. */
	get first(): T | undefined {
		return this.#records.find(({ removed }) => !removed)?.record;
	}

	/**
	 * Removes and returns up to `records` of the oldest entries, at most `bytes` in total, and at least one if there is
	 * any.
	 */
	take(records: number, bytes: number): QueuedRecord<T>[] {
		const taken: QueuedRecord<T>[] = [];
		let size = 0;
		let index = 0;
		for (; index < this.#records.length && taken.length < records; index++) {
			const next = this.#records[index];
			if (next === undefined || next.removed) continue;
			if (taken.length > 0 && size + next.size > bytes) break;
			size += next.size;
			taken.push(next);
		}
		this.#records.splice(0, index);
		for (const each of taken) this.#remove(each);
		// Evicted records stay in both lists until here.
		if (this.length === 0) {
			this.#records = [];
			this.#ordinary = [];
		}
		return taken;
	}

	/** Removes and returns the newest record without priority; undefined if there is none. */
	evict(): QueuedRecord<T> | undefined {
		for (let newest = this.#ordinary.pop(); newest !== undefined; newest = this.#ordinary.pop()) {
			if (newest.removed) continue;
			this.#remove(newest);
			return newest;
		}
		return undefined;
	}

	#remove(queued: QueuedRecord<T>): void {
		queued.removed = true;
		this.bytes -= queued.size;
		this.count -= queued.count;
		this.length -= 1;
	}
}
