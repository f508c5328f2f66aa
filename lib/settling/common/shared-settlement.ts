import { apply } from '../../runtime/intrinsics.js';
import { abandon } from './finalization.js';
import type { Settlement } from './settlement.js';
import { SharedTimer, StreamTimer, type StreamTiming } from './stream-timing.js';

/**
 * The number of open invocations that share one result. If one more returns it, the oldest ends as abandoned: an object
 * that lives as long as the process and is never consumed would otherwise keep every invocation that returns it open.
 */
export const MAX_SHARING = 100;

/**
 * The settlement of a result that several invocations return. Its end is that of all of them. Its work runs in the
 * context of the first one that has not ended, which is the innermost if one calls the other.
 */
export class SharedSettlement implements Settlement {
	/** The settlements of the invocations, in the order in which they returned the result. */
	#members: readonly Settlement[];

	private constructor(first: Settlement) {
		this.#members = [first];
	}

	/** Returns the settlement for both: the first one itself, if that is shared already. */
	static of(first: Settlement, second: Settlement): SharedSettlement {
		const shared = first instanceof SharedSettlement ? first : new SharedSettlement(first);
		for (const settlement of settlementsOf(second)) shared.#add(settlement);
		return shared;
	}

	/** The settlements that have not ended. */
	get open(): readonly Settlement[] {
		// The loops of this class use no function that an application may have replaced.
		const open: Settlement[] = [];
		for (let i = 0; i < this.#members.length; i++) {
			const member = this.#members[i] as Settlement;
			if (!member.ended) open[open.length] = member;
		}
		return open;
	}

	get watch(): string | undefined {
		return this.#members[0]?.watch;
	}

	get wantsItems(): boolean {
		const { open } = this;
		for (let i = 0; i < open.length; i++) if (open[i]?.wantsItems === true) return true;
		return false;
	}

	get ended(): boolean {
		return this.open.length === 0;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		const first = this.open[0];
		return first === undefined ? (apply(fn, self, args) as R) : first.run(fn, self, args);
	}

	pace(): StreamTiming | undefined {
		let timer: StreamTimer | undefined;
		for (const member of this.open) {
			const timing = member.pace?.();
			if (timing instanceof StreamTimer) timer = SharedTimer.of(timer, timing);
		}
		return timer;
	}

	item(value: unknown): void {
		this.#each((member) => member.wantsItems && member.item(value));
	}

	done(value: unknown, kind?: string): void {
		this.#each((member) => member.done(value, kind));
	}

	failed(error: unknown): void {
		this.#each((member) => member.failed(error));
	}

	cancelled(kind?: string): void {
		this.#each((member) => member.cancelled(kind));
	}

	abandoned(heldAt: number): void {
		this.#each((member) => member.abandoned(heldAt));
	}

	/** Reports something to each settlement that has not ended. */
	#each(report: (member: Settlement) => unknown): void {
		const { open } = this;
		for (let i = 0; i < open.length; i++) report(open[i] as Settlement);
	}

	#add(settlement: Settlement): void {
		const { open } = this;
		if (open.includes(settlement)) return;
		const oldest = open[0];
		const isFull = open.length >= MAX_SHARING && oldest !== undefined;
		this.#members = [...(isFull ? open.slice(1) : open), settlement];
		if (isFull) abandon(oldest);
	}
}

/** Returns the settlements of the invocations that a settlement stands for: its members, or itself. */
export function settlementsOf(settlement: Settlement): readonly Settlement[] {
	return settlement instanceof SharedSettlement ? settlement.open : [settlement];
}
