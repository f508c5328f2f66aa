/** Checked by the compiler in the legacy standard, never run: what only that standard has. */
import { SpanAttribute, Traced, Umwelt } from '../../index.js';

export class Infers {
	@Traced()
	method(@SpanAttribute('app.what') _what: string, @Umwelt() _umwelt: object): void {}

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
	@Umwelt()
	method(): void {}
}
