import { ReportedCalls, type Source } from './deduplicate.js';
import type { Usage } from './usage.js';
import { UsageTotal } from './usage-total.js';

/** The tokens of one invocation and of those below it. It is created with the first usage. */
export class TokenAccount {
	/** The tokens of the invocation's own model calls; undefined until the first one. */
	own: UsageTotal | undefined;
	/**
	 * The tokens of the invocations below it and of other processes; `any` is true once a usage was added, even of 0.
	 */
	readonly below = { input: 0, output: 0, any: false };
	/** True once one of its own calls was reported by another source than its result, which then is not read. */
	reported = false;
	/** True once its own tokens were added to the counter. Tokens that come later are counted at once. */
	counted = false;
	/** True once a call in it or below it had no response id, and so cannot be told apart from one in a result. */
	anonymous = false;
	#calls: ReportedCalls | undefined;

	/** The model calls that were reported in the tree of which this invocation is the root. */
	get calls(): ReportedCalls {
		this.#calls ??= new ReportedCalls();
		return this.#calls;
	}

	/** Adds one of the invocation's own model calls. */
	add(usage: Usage, source: Source): void {
		this.own ??= new UsageTotal();
		this.own.add(usage);
		this.reported ||= source !== 'result';
		this.anonymous ||= usage.responseId === undefined;
	}

	/** Adds tokens of an invocation below, or of another process. */
	addBelow(usage: Pick<Usage, 'input' | 'output' | 'responseId'>): void {
		this.below.any = true;
		this.below.input += usage.input;
		this.below.output += usage.output;
		this.anonymous ||= usage.responseId === undefined;
	}
}
