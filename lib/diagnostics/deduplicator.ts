import { platform } from '../runtime/platform.js';
import { formatLine } from './log-line.js';

/** The number of distinct problems that are reported; further ones are dropped. Stderr belongs to the application. */
const MAX_PROBLEMS = 100;

/**
 * How often the count of an ongoing problem is reported at most; a problem that did not occur for so long has ended.
 */
const PERIOD_MS = 60_000;

/** The number of lines below the level of a warning that are written in one period; further ones are dropped. */
const MAX_INFO_LINES = 1000;

/** A warning or an error, identified by its text without numbers. */
interface Problem {
	/** The log line of its first occurrence. */
	readonly line: string;
	/** How often it occurred. */
	occurrences: number;
	/** The number of occurrences that was reported last. */
	reportedOccurrences: number;
	/** True until its end is reported. */
	ongoing: boolean;
	/** True if it occurred in the current period. */
	occurredThisPeriod: boolean;
}

/**
 * Reports each distinct problem once, then how often it occurred (at most once per period), then that it ended. Never
 * throws.
 */
export class Deduplicator {
	readonly #write: (line: string) => void;
	readonly #periodMs: number;
	readonly #problems = new Map<string, Problem>();
	/** Set while a problem is ongoing or a line was written in this period; it does not keep the process alive. */
	#timer: NodeJS.Timeout | undefined;
	/** The number of lines passed to `info()` in this period. */
	#infoLines = 0;

	/**
	 * @param write - writes one log line, without a line break at its end
	 * @param periodMs - the length of a period in ms; one minute by default
	 */
	constructor(write: (line: string) => void, periodMs = PERIOD_MS) {
		this.#write = write;
		this.#periodMs = periodMs;
	}

	/** Reports a warning or an error; if it was reported before, counts it. The arguments are those of a diag logger. */
	occurred(message: unknown, rest: readonly unknown[]): void {
		const line = formatLine(message, rest);
		const key = problemKey(line);
		const known = this.#problems.get(key);
		if (known === undefined) {
			if (this.#problems.size >= MAX_PROBLEMS) return;
			this.#problems.set(key, {
				line,
				occurrences: 1,
				reportedOccurrences: 1,
				ongoing: true,
				occurredThisPeriod: true,
			});
			this.#write(line);
		} else {
			known.occurrences += 1;
			known.occurredThisPeriod = true;
			known.ongoing = true;
		}
		this.#startTimer();
	}

	/**
	 * Writes a message that is no problem each time, up to 1,000 in one period. The arguments are those of a diag logger.
	 */
	info(message: unknown, rest: readonly unknown[]): void {
		if (this.#infoLines++ < MAX_INFO_LINES) this.#write(formatLine(message, rest));
		this.#startTimer();
	}

	/** Reports the counts that are not reported yet, and stops the timer. */
	close(): void {
		platform.clearTimeout(this.#timer);
		for (const problem of this.#problems.values()) this.#reportCount(problem, 'in total');
		this.#problems.clear();
	}

	#startTimer(): void {
		if (this.#timer !== undefined) return;
		this.#timer = platform.setTimeout(() => this.#endPeriod(), this.#periodMs);
		this.#timer.unref();
	}

	/** Reports the count of each problem that occurred in the period, and the end of each one that did not. */
	#endPeriod(): void {
		this.#timer = undefined;
		this.#infoLines = 0;
		for (const problem of this.#problems.values()) {
			if (!problem.ongoing) continue;
			if (problem.occurredThisPeriod) this.#reportCount(problem, 'so far');
			else {
				const seconds = Math.round(this.#periodMs / 1000);
				this.#write(`${problem.line} (ended: none for ${seconds} s, ${times(problem)} in total)`);
				problem.reportedOccurrences = problem.occurrences;
				problem.ongoing = false;
			}
			problem.occurredThisPeriod = false;
		}
		if (this.#problems.values().some(({ ongoing }) => ongoing)) this.#startTimer();
	}

	/** Writes the count of a problem, unless it is the one that was reported last. */
	#reportCount(problem: Problem, suffix: string): void {
		if (problem.occurrences === problem.reportedOccurrences) return;
		problem.reportedOccurrences = problem.occurrences;
		this.#write(`${problem.line} (${times(problem)} ${suffix})`);
	}
}

function times({ occurrences }: Problem): string {
	return occurrences === 1 ? 'once' : `${occurrences} times`;
}

/** Returns the line with its amounts, which differ each time, replaced by `#`. The numbers of an address are kept. */
function problemKey(line: string): string {
	return line.replace(/(?<![\w.:])\d+(\.\d+)?(?![\w:])/g, '#');
}
