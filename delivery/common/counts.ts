/**
 * Counts what happens to one signal's records. `created = delivered + queued + onDisk + dropped` holds at every moment. The
 * members are explained at `SignalCounts`.
 */
export class Counts {
	created = 0;
	delivered = 0;
	queued = 0;
	onDisk = 0;
	adopted = 0;
	retries = 0;
	rejected = 0;
	readonly #droppedBy: Record<string, number> = {};

	/** Counts records as lost. @param reason - the key in `droppedBy` */
	drop(count: number, reason: string): void {
		if (count > 0) this.#droppedBy[reason] = (this.#droppedBy[reason] ?? 0) + count;
	}

	/** How many records are lost. */
	get dropped(): number {
		return Object.values(this.#droppedBy).reduce((sum, count) => sum + count, 0);
	}

	/** Returns a copy of the counts. */
	stats(): SignalCounts {
		const { created, delivered, queued, onDisk, adopted, retries, rejected, dropped } = this;
		return {
			...{ created, delivered, queued, onDisk, dropped, droppedBy: { ...this.#droppedBy } },
			...{ adopted, retries, rejected },
		};
	}
}

/** What happened to one signal's records. `created = delivered + queued + onDisk + dropped` holds at every moment. */
export interface SignalCounts {
	/** The number of ended spans, metric points or log records that reached the preset, plus those that it adopted. */
	created: number;
	/** The number of records that are in a file of the json preset, or that a backend has accepted. */
	delivered: number;
	/** The number of records that are in memory only. */
	queued: number;
	/** The number of records that are lost. */
	dropped: number;
	/** The number of lost records by reason, such as `memory`. */
	droppedBy: Record<string, number>;
	/** The number of records that are on disk until a backend accepts them. @default 0 */
	onDisk?: number;
	/** The number of records of `created` that an earlier process, or one that was killed, has left on disk. @default 0 */
	adopted?: number;
	/**
	 * The number of records of `dropped` that a backend has refused, and that are kept in files with its response.
	 * @default 0
	 */
	rejected?: number;
	/** The number of requests (not of records) that a backend did not accept, and that were or will be repeated. @default 0 */
	retries?: number;
}
