import { Calls, type Source } from './deduplicate.js';
import type { Usage } from './usage.js';
import { Spent } from './usage-total.js';

/** What was spent in one invocation and below it; made with the first model call. */
export class Purse {
	/** Its own calls. */
	own: Spent | undefined;
	/** What its descendants spent. */
	readonly below = { in: 0, out: 0, any: false };
	/** True once one of its own calls was reported by somebody, so that its result is not read. */
	told = false;
	/** True once what it spent was counted: what comes after that is counted at once. */
	paid = false;
	/** True once a call in it or below it had no id, and so cannot be told from what a result holds. */
	anonymous = false;
	#calls: Calls | undefined;

	/** The calls of the tree that this is the root of. */
	get calls(): Calls {
		this.#calls ??= new Calls();
		return this.#calls;
	}

	spend(usage: Usage, source: Source): void {
		this.own ??= new Spent();
		this.own.add(usage);
		this.told ||= source !== 'read';
		this.anonymous ||= usage.responseId === undefined;
	}

	spentBelow(usage: Pick<Usage, 'in' | 'out' | 'responseId'>): void {
		this.below.any = true;
		this.below.in += usage.in;
		this.below.out += usage.out;
		this.anonymous ||= usage.responseId === undefined;
	}
}
