import type { SignalCounts } from '../preset.js';

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
