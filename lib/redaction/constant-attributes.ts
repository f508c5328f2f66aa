/** The method of a redactor that `ConstantAttributes` calls: it returns the same record if it redacts nothing in it. */
interface RecordRedactor {
	record<T extends object>(record: T): T;
}

/**
 * Attributes that all spans of one method share. They are inspected once per redactor and not once per span, which
 * keeps the inspection off the path of a call.
 */
export class ConstantAttributes {
	/** The attributes by their keys. Frozen. */
	readonly attributes: Readonly<Record<string, unknown>>;
	/** The redactor that `#clean` is the result of. */
	#inspectedBy: RecordRedactor | undefined;
	/** Whether that redactor redacts nothing in the attributes. */
	#clean = false;

	/** @param attributes - must be frozen, because they are not inspected again */
	constructor(attributes: Readonly<Record<string, unknown>>) {
		this.attributes = attributes;
	}

	/**
	 * Returns whether this redactor redacts nothing in the attributes.
	 *
	 * @throws what a custom function of the redactor throws
	 */
	areClean(redactor: RecordRedactor): boolean {
		if (this.#inspectedBy !== redactor) {
			this.#clean = redactor.record(this.attributes) === this.attributes;
			this.#inspectedBy = redactor;
		}
		return this.#clean;
	}
}
