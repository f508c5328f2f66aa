import { warnFault } from '../../runtime/log-once.js';
import type { Settlement } from './settlement.js';
import type { StreamTimer } from './stream-timing.js';

/**
 * The consumption of one result: reports to its settlement what the consumer does. The methods that report never throw. Every member that was overridden to
 * watch the result refers to it, so it exists as long as the result can be consumed.
 *
 * A result that can be consumed several times (an iterable, the branches of `tee()`, an observable) has one part per
 * consumption. The first part that is consumed completely ends the result; if none is, the result is cancelled when its
 * last part is.
 */
export class Consumption {
	/** The number of parts that are neither complete nor cancelled. */
	#activeParts = 0;
	#settlement: Settlement;
	#timer: StreamTimer | undefined;
	/** True if `item()` has to be called for each item. */
	needsItems: boolean;

	/**
	 * @param kind - the kind of the stream, as the attribute `agentese.result` reports it; empty if the result is none
	 * @param timer - measures the stream; undefined if the result is no stream, or is not to be measured
	 */
	constructor(
		settlement: Settlement,
		readonly kind: string,
		timer?: StreamTimer | undefined,
	) {
		this.#settlement = settlement;
		this.#timer = timer;
		this.needsItems = timer !== undefined || settlement.wantsItems;
	}

	/** The settlement that it reports to. */
	get settlement(): Settlement {
		return this.#settlement;
	}

	/** What measures the stream; undefined if nothing does. */
	get timer(): StreamTimer | undefined {
		return this.#timer;
	}

	/** Replaces the settlement and the timer by those which stand for several invocations. */
	share(settlement: Settlement, timer: StreamTimer | undefined): void {
		this.#settlement = settlement;
		this.#timer = timer;
		this.needsItems = timer !== undefined || settlement.wantsItems;
	}

	/** Reports that one item reached the consumer. Ignored once the result ended. */
	item(value: unknown): void {
		try {
			if (this.settlement.ended) return;
			this.timer?.chunk(value);
			if (this.settlement.wantsItems) this.settlement.item(value);
		} catch (error) {
			warnUnreported(error);
		}
	}

	/** Reports that the consumer requested an item, and waits for it. */
	asked(): void {
		try {
			this.timer?.asked();
		} catch (error) {
			warnUnreported(error);
		}
	}

	/** Reports that the result was consumed completely. */
	done(value?: unknown): void {
		try {
			this.settlement.done(value, this.kind);
		} catch (error) {
			warnUnreported(error);
		}
	}

	/** Reports that the consumer stopped before the end. */
	cancelled(): void {
		try {
			this.settlement.cancelled(this.kind);
		} catch (error) {
			warnUnreported(error);
		}
	}

	/** Reports that the result failed with the error that the consumer receives. */
	failed(error: unknown): void {
		try {
			this.settlement.failed(error);
		} catch (fault) {
			warnUnreported(fault);
		}
	}

	/** Begins one more consumption of the same result, and returns it. */
	part(): Consumption {
		this.#activeParts++;
		return new Part(this);
	}

	/** True if no part is being consumed. */
	get idle(): boolean {
		return this.#activeParts === 0;
	}

	/** Called by a part that was cancelled. Cancels the result if that was the last one. */
	partCancelled(): void {
		if (--this.#activeParts === 0) this.cancelled();
	}
}

/** Logs once that a settlement threw: the consumer of the result must not receive that error. */
function warnUnreported(error: unknown): void {
	warnFault('Reporting what a consumer did', error);
}

/** One of several consumptions of a result. It can be cancelled without ending the result. */
class Part extends Consumption {
	readonly #parent: Consumption;
	/** True once this part was cancelled; a second time is ignored. */
	#cancelled = false;

	constructor(parent: Consumption) {
		super(parent.settlement, parent.kind, parent.timer?.part());
		this.#parent = parent;
	}

	override get settlement(): Settlement {
		return this.#parent.settlement;
	}

	override cancelled(): void {
		if (this.#cancelled) return;
		this.#cancelled = true;
		this.#parent.partCancelled();
	}
}
