import type { Settlement } from './settlement.js';
import type { StreamTimer } from './stream-timing.js';

/**
 * The consumption of one result, from which its settlement learns how it ended. Every member that was shadowed for it
 * refers to it, so it lives as long as the result can be consumed.
 *
 * A result that can be consumed several times (an iterable, the branches of `tee()`, an observable) has parts: the first
 * part that is consumed whole ends it, and it counts as left when its last part was left.
 */
export class Consumption {
	#underWay = 0;
	/** True where items have to be looked for. */
	readonly seesItems: boolean;

	/**
	 * @param kind - the name of the stream's kind, as `agentese.result` says it
	 * @param pace - what it is measured with; left out for what is no stream, or where nobody wants it measured
	 */
	constructor(
		readonly settlement: Settlement,
		readonly kind: string,
		readonly pace?: StreamTimer | undefined,
	) {
		this.seesItems = pace !== undefined || settlement.wantsItems;
	}

	/** One item went to the consumer. */
	item(value: unknown): void {
		if (this.settlement.ended) return;
		this.pace?.chunk(value);
		if (this.settlement.wantsItems) this.settlement.item(value);
	}

	/** Consumed to its end. */
	finished(value?: unknown): void {
		this.settlement.done(value, this.kind);
	}

	/** The consumer left before the end. */
	left(): void {
		this.settlement.cancelled(this.kind);
	}

	/** It failed, and the consumer sees this error. */
	failed(error: unknown): void {
		this.settlement.failed(error);
	}

	/** One more way in which it is being consumed. */
	part(): Consumption {
		this.#underWay++;
		return new Part(this);
	}

	/** True where nobody is consuming a part of it. */
	get idle(): boolean {
		return this.#underWay === 0;
	}

	/** Called by a part that was left. */
	partLeft(): void {
		if (--this.#underWay === 0) this.left();
	}
}

class Part extends Consumption {
	readonly #whole: Consumption;
	#gone = false;

	constructor(whole: Consumption) {
		super(whole.settlement, whole.kind, whole.pace?.part());
		this.#whole = whole;
	}

	override left(): void {
		if (this.#gone) return;
		this.#gone = true;
		this.#whole.partLeft();
	}
}
