/** What looks at records: a redactor, whose answer is the same record where there is nothing to hide. */
interface Looking {
	record<T extends object>(record: T): T;
}

/** Attributes that all spans of one method share, which need be looked at once only. */
export class Constants {
	readonly attributes: Readonly<Record<string, unknown>>;
	#lookedAtBy: Looking | undefined;
	#clean = false;

	/** @param attributes - frozen */
	constructor(attributes: Readonly<Record<string, unknown>>) {
		this.attributes = attributes;
	}

	/** True where this redactor finds nothing to hide in them. */
	areClean(redactor: Looking): boolean {
		if (this.#lookedAtBy !== redactor) {
			this.#clean = redactor.record(this.attributes) === this.attributes;
			this.#lookedAtBy = redactor;
		}
		return this.#clean;
	}
}
