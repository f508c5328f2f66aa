import { platform } from '../../lib/runtime/platform.js';

/**
 * How many milliseconds a backend is left alone that does not accept a request: first, and at most. It doubles each
 * time.
 */
const FIRST_MS = 500;
const LAST_MS = 30_000;

/** The longest delay that a backend may ask for (1 hour), in milliseconds. */
const MAX_RETRY_AFTER_MS = 36e5;

/** How long a backend is left alone. It grows with each failure. */
export class Backoff {
	#failures = 0;
	/** Until when the backend is left alone, as `performance.now()` counts. */
	#notBefore = 0;
	/** True if the backend set that time. */
	#throttled = false;

	/** How many requests failed in a row. */
	get failures(): number {
		return this.#failures;
	}

	/** How many milliseconds the backend is still left alone. */
	get waitMs(): number {
		return Math.max(0, this.#notBefore - platform.performanceNow());
	}

	/** True while the backend has asked for a delay (`Retry-After`, `RetryInfo`). */
	get isThrottled(): boolean {
		return this.#throttled && this.waitMs > 0;
	}

	/** @param afterMs - the delay that the backend has asked for */
	failed(afterMs: number | undefined): void {
		this.#failures += 1;
		this.#throttled = afterMs !== undefined;
		// Up to a quarter shorter or longer, so that the processes of an application are not in step.
		const jitter = 0.75 + platform.random() / 2;
		const own = Math.min(LAST_MS, FIRST_MS * 2 ** (this.#failures - 1)) * jitter;
		const wait = afterMs === undefined ? own : Math.min(Math.max(afterMs, 0), MAX_RETRY_AFTER_MS);
		this.#notBefore = platform.performanceNow() + wait;
	}

	/** The backend has answered: the next request may follow at once. */
	succeeded(): void {
		this.#failures = 0;
		this.#notBefore = 0;
		this.#throttled = false;
	}
}
