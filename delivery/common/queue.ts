/** A record that waits to be encoded, how many it counts for, and about how many bytes it holds. */
export interface Waiting<T> {
	readonly record: T;
	readonly count: number;
	readonly size: number;
	readonly precious: boolean;
	/** True when it is no longer in the queue. */
	gone: boolean;
}

/** The records that are not encoded yet, the oldest first, and how many bytes they hold. */
export class Queue<T> {
	#records: Waiting<T>[] = [];
	/** Those that may go first where there is no room, the newest last; some are gone already. */
	#ordinary: Waiting<T>[] = [];
	bytes = 0;
	/** What they count for. */
	count = 0;
	length = 0;

	push(one: Waiting<T>): void {
		this.#records.push(one);
		if (!one.precious) this.#ordinary.push(one);
		this.bytes += one.size;
		this.count += one.count;
		this.length += 1;
	}

	/** The oldest. */
	get first(): T | undefined {
		return this.#records.find(({ gone }) => !gone)?.record;
	}

	/** Takes the oldest: so many records at most, or so many bytes, but one in any case. */
	take(records: number, bytes: number): Waiting<T>[] {
		const taken: Waiting<T>[] = [];
		let size = 0;
		let index = 0;
		for (; index < this.#records.length && taken.length < records; index++) {
			const one = this.#records[index];
			if (one === undefined || one.gone) continue;
			if (taken.length > 0 && size + one.size > bytes) break;
			size += one.size;
			taken.push(one);
		}
		this.#records.splice(0, index);
		for (const one of taken) this.#remove(one);
		if (this.length === 0) {
			this.#records = [];
			this.#ordinary = [];
		}
		return taken;
	}

	/** Takes out the newest that is not precious; undefined where there is none. */
	evict(): Waiting<T> | undefined {
		for (let one = this.#ordinary.pop(); one !== undefined; one = this.#ordinary.pop()) {
			if (one.gone) continue;
			this.#remove(one);
			return one;
		}
		return undefined;
	}

	#remove(one: Waiting<T>): void {
		one.gone = true;
		this.bytes -= one.size;
		this.count -= one.count;
		this.length -= 1;
	}
}
