/** Checked by the compiler in the TC39 standard, never run: what only that standard has. */
import { Metered, SpanAttribute, Traced } from '../../index.js';

export class Infers {
	@Traced
	#bare(): number {
		return 1;
	}

	@Traced({ result: (value) => value.toFixed() })
	@Metered()
	#called(): number {
		return 1;
	}

	@Traced
	static #fixed(): number {
		return 1;
	}

	@Traced
	accessor bare = 1;

	@Traced({ result: (value) => value.toFixed() })
	@SpanAttribute('app.level')
	accessor called = 1;

	overloaded(count: number): number;
	overloaded(text: string): string;
	@Traced({ result: (value) => String(value) })
	overloaded(value: number | string): number | string {
		return value;
	}

	use(): number {
		return this.#bare() + this.#called() + Infers.#fixed();
	}
}
