/** Checked by the compiler in the legacy standard, never run: what only that standard has. */
import { Attribute, Observer, Traced } from '../../index.js';

export class Infers {
	@Traced()
	method(@Attribute('app.what') _what: string, @Observer() _umwelt: object): void {}

	@Traced({ result: (value) => value.toFixed() })
	private hidden(): number {
		return 1;
	}

	use(): number {
		return this.hidden();
	}
}

export class Refuses {
	// @ts-expect-error an observer is a parameter
	@Observer()
	method(): void {}
}
