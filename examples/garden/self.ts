import { Aspect, type Logos, Resolver, Traced, Untraced } from 'agentese-otel';
import type { Model } from './model.js';
import type { Umwelt } from './umwelt.js';

/** The result of `self.soul.challenge`. */
interface Verdict {
	readonly ruling: 'ACCEPT' | 'REJECT';
	readonly because: string;
}

/** A refusal as AGENTESE's reference implementation returns it: a value, not an exception. */
interface Refusal {
	readonly reason: string;
	readonly consent_required: boolean;
}

/**
 * `self.soul`: methods that call a model, stream, invoke others at once, and refuse. `@Resolver` gives the class its
 * path, `@Aspect` publishes a method under it, and `@Traced` opens a span for each call of a method, which it also counts
 * and times.
 */
@Resolver('self.soul')
export class Soul {
	readonly #logos: () => Logos;

	readonly #model: Model;

	/** @param logos - returns the dispatcher through which this class invokes other resolvers */
	constructor(logos: () => Logos, model: Model) {
		this.#logos = logos;
		this.#model = model;
	}

	/** `result` derives the attribute `agentese.result` from the return value; by default it is the value's type. */
	@Aspect
	@Traced({ result: (verdict) => verdict.ruling })
	async challenge(_umwelt: Umwelt, idea: string): Promise<Verdict> {
		const because = await this.#dialectic(idea);
		return { ruling: 'REJECT', because };
	}

	/**
	 * A private method has no path, so its span is a plain one named `Soul.#dialectic`, below the invocation that
	 * called it. The tokens of the model call are counted for that invocation.
	 */
	@Traced
	async #dialectic(idea: string): Promise<string> {
		return this.#model.ask(idea);
	}

	/** Streams. The span ends with the stream, which is when the model reports the tokens. */
	@Aspect
	@Traced()
	async *chat(umwelt: Umwelt, line: string): AsyncGenerator<string> {
		const weather = await this.#logos().invoke<string>('time.coffee.weather', umwelt);
		yield* this.#model.stream(`${line} It is ${weather}`);
		yield '.';
	}

	/** Invokes three other resolvers at once; each of their spans is a child of this one. */
	@Aspect
	@Traced({ result: (parts) => `${parts.length} reflections` })
	async reflect(umwelt: Umwelt): Promise<unknown[]> {
		const logos = this.#logos();
		return Promise.all([
			logos.invoke('concept.constitution.score', umwelt, 'prune the roses'),
			logos.invoke('time.witness.mark', umwelt, 'reflected'),
			logos.invoke('world.town.kent_001.manifest', umwelt),
		]);
	}

	/** `refused` returns true for a result that is a refusal: the outcome is `refused`, and the span is no error. */
	@Aspect
	@Traced({ refused: (refusal) => refusal.consent_required, result: (refusal) => refusal.reason })
	governance(_umwelt: Umwelt): Refusal {
		return { reason: 'CONSENT_REQUIRED', consent_required: true };
	}

	/** `@Untraced` excludes a method from what the decorators of its class do, and from the span of a dispatcher. */
	@Untraced
	private secrets(): string {
		return 'no path reaches me';
	}

	/** Without `@Aspect` no path reaches this method. It is here only to use `secrets`. */
	reveal(): number {
		return this.secrets().length;
	}
}
