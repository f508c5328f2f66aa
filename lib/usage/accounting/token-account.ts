import { ReportedCalls, type Source } from './deduplicate.js';
import type { Usage } from './usage.js';
import { UsageTotal } from './usage-total.js';

/** What was spent in one invocation and below it; made with the first model call. */
export class TokenAccount {
	/** Its own calls. */
	own: UsageTotal | undefined;
	/** What its descendants spent. */
	readonly below = { in: 0, out: 0, any: false };
	/** True once one of its own calls was reported by somebody, so that its result is not read. */
	reported = false;
	/** True once what it spent was counted: what comes after that is counted at once. */
	counted = false;
	/** True once a call in it or below it had no id, and so cannot be told from what a result holds. */
	anonymous = false;
	#calls: ReportedCalls | undefined;

	/** The calls of the tree that this is the root of. */
	get calls(): ReportedCalls {
		this.#calls ??= new ReportedCalls();
		return this.#calls;
	}

	add(usage: Usage, source: Source): void {
		this.own ??= new UsageTotal();
		this.own.add(usage);
		this.reported ||= source !== 'read';
		this.anonymous ||= usage.responseId === undefined;
	}

	addBelow(usage: Pick<Usage, 'in' | 'out' | 'responseId'>): void {
		this.below.any = true;
		this.below.in += usage.in;
		this.below.out += usage.out;
		this.anonymous ||= usage.responseId === undefined;
	}
}
