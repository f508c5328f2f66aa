/** What became of one signal's records. `made = written + queued + onDisk + dropped` holds at every moment. */
export class Counts {
	made = 0;
	written = 0;
	queued = 0;
	onDisk = 0;
	adopted = 0;
	retries = 0;
	deadLetters = 0;
	readonly #droppedBy: Record<string, number> = {};

	/** Records are lost, for that reason. */
	drop(count: number, reason: string): void {
		if (count > 0) this.#droppedBy[reason] = (this.#droppedBy[reason] ?? 0) + count;
	}

	get dropped(): number {
		return Object.values(this.#droppedBy).reduce((sum, count) => sum + count, 0);
	}

	stats(): SignalCounts {
		const { made, written, queued, onDisk, adopted, retries, deadLetters, dropped } = this;
		return {
			...{ made, written, queued, onDisk, dropped, droppedBy: { ...this.#droppedBy } },
			...{ adopted, retries, deadLetters },
		};
	}
}

/** What happened to one signal's records. `made = written + queued + onDisk + dropped` holds at every moment. */
export interface SignalCounts {
	/** Ended spans, metric points or log records that reached the preset, and those that it adopted. */
	made: number;
	/** Those that are in a file, or that a backend accepted. */
	written: number;
	/** Those that wait in memory. */
	queued: number;
	/** Those that are lost. */
	dropped: number;
	/** The lost ones by reason. */
	droppedBy: Record<string, number>;
	/** Those that stand on the disk until a backend accepts them. @default 0 */
	onDisk?: number;
	/** Those of `made` that an earlier process, or one that was killed, had left on the disk. @default 0 */
	adopted?: number;
	/** Those of `dropped` that a backend refused and that are kept in files with its answer. @default 0 */
	deadLetters?: number;
	/** Requests that a backend did not take, and that were or will be made again. @default 0 */
	retries?: number;
}
