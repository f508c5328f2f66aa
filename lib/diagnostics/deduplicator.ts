import { lineOf } from './mask.js';

/** More distinct problems than this are not said: stderr is the application's. */
const MAX_DISTINCT = 100;

/** A problem that goes on is counted aloud so often at most; one that did not occur for so long is over. */
const PERIOD_MS = 60_000;

/** At most so many lines a period of what is told, and not a problem. */
const MAX_TOLD = 1000;

interface Problem {
	readonly line: string;
	/** How often it occurred, and how often when that was said last. */
	times: number;
	said: number;
	/** True while it goes on. */
	on: boolean;
	fresh: boolean;
}

/** Says each distinct problem once, then how often it occurred, then that it is over. Never throws. */
export class Deduplicator {
	readonly #say: (line: string) => void;
	readonly #periodMs: number;
	readonly #problems = new Map<string, Problem>();
	#timer: NodeJS.Timeout | undefined;
	#told = 0;

	/** @param periodMs - a minute by default */
	constructor(say: (line: string) => void, periodMs = PERIOD_MS) {
		this.#say = say;
		this.#periodMs = periodMs;
	}

	/** A problem occurred. */
	occurred(message: unknown, rest: readonly unknown[]): void {
		const line = lineOf(message, rest);
		const key = sameProblem(line);
		const known = this.#problems.get(key);
		if (known === undefined) {
			if (this.#problems.size >= MAX_DISTINCT) return;
			this.#problems.set(key, { line, times: 1, said: 1, on: true, fresh: true });
			this.#say(line);
		} else {
			known.times += 1;
			known.fresh = true;
			known.on = true;
		}
		this.#watch();
	}

	/** Something that was asked for by the level, and is no problem: said as it comes, up to a limit a period. */
	info(message: unknown, rest: readonly unknown[]): void {
		if (this.#told++ < MAX_TOLD) this.#say(lineOf(message, rest));
		this.#watch();
	}

	/** Says what was counted and not said yet, and stops. */
	close(): void {
		clearTimeout(this.#timer);
		for (const problem of this.#problems.values()) this.#count(problem, 'in all');
		this.#problems.clear();
	}

	#watch(): void {
		if (this.#timer !== undefined) return;
		this.#timer = setTimeout(() => this.#look(), this.#periodMs);
		this.#timer.unref();
	}

	#look(): void {
		this.#timer = undefined;
		this.#told = 0;
		for (const problem of this.#problems.values()) {
			if (!problem.on) continue;
			if (problem.fresh) this.#count(problem, 'so far');
			else {
				this.#say(`${problem.line} (over: not for ${Math.round(this.#periodMs / 1000)} s, ${times(problem)} in all)`);
				problem.said = problem.times;
				problem.on = false;
			}
			problem.fresh = false;
		}
		if (this.#problems.values().some(({ on }) => on)) this.#watch();
	}

	#count(problem: Problem, what: string): void {
		if (problem.times === problem.said) return;
		problem.said = problem.times;
		this.#say(`${problem.line} (${times(problem)} ${what})`);
	}
}

function times({ times: count }: Problem): string {
	return count === 1 ? 'once' : `${count} times`;
}

/** The line without its amounts, which differ each time; the numbers of an address stay. */
function sameProblem(line: string): string {
	return line.replace(/(?<![\w.:])\d+(\.\d+)?(?![\w:])/g, '#');
}
