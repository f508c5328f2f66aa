import { type Logos, Metered, Resolver, Traced, Untraced } from 'agentese-otel';
import type { Model } from './model.js';
import type { Umwelt } from './umwelt.js';

interface Verdict {
	readonly ruling: 'ACCEPT' | 'REJECT';
	readonly because: string;
}

/** A refusal as the origin writes it: a value, no exception. */
interface Refusal {
	readonly reason: string;
	readonly consent_required: boolean;
}

/** `self.soul`: the gardener's own mind. */
@Resolver('self.soul')
export class Soul {
	readonly #logos: () => Logos;

	readonly #model: Model;

	constructor(logos: () => Logos, model: Model) {
		this.#logos = logos;
		this.#model = model;
	}

	/** A verdict: its ruling is what the span carries for a result. */
	@Traced({ result: (verdict) => verdict.ruling })
	@Metered()
	async challenge(_umwelt: Umwelt, idea: string): Promise<Verdict> {
		const because = await this.#dialectic(idea);
		return { ruling: 'REJECT', because };
	}

	/** A model call: a TC39 private method, seen as a plain span below its invocation, which is the one that spends. */
	@Traced
	async #dialectic(idea: string): Promise<string> {
		return this.#model.ask(idea);
	}

	/** A chat that streams: its span ends with the model's last word, which is when its tokens are known. */
	@Traced()
	@Metered()
	async *chat(umwelt: Umwelt, line: string): AsyncGenerator<string> {
		const weather = await this.#logos().invoke<string>('time.coffee.weather', umwelt);
		yield* this.#model.stream(`${line} It is ${weather}`);
		yield '.';
	}

	/** Nested and concurrent: three other resolvers at once. */
	@Traced({ result: (parts) => `${parts.length} reflections` })
	@Metered()
	async reflect(umwelt: Umwelt): Promise<unknown[]> {
		const logos = this.#logos();
		return Promise.all([
			logos.invoke('concept.constitution.score', umwelt, 'prune the roses'),
			logos.invoke('time.witness.mark', umwelt, 'reflected'),
			logos.invoke('world.town.kent_001.manifest', umwelt),
		]);
	}

	/** A refusal as a value: outcome `refused`, and no error. */
	@Traced({ refused: (answer) => answer.consent_required, result: (answer) => answer.reason })
	@Metered()
	governance(_umwelt: Umwelt): Refusal {
		return { reason: 'CONSENT_REQUIRED', consent_required: true };
	}

	@Untraced
	private secrets(): string {
		return 'no path reaches me';
	}

	/** Published by no decorator, so not reachable; it keeps `secrets` in use. */
	reveal(): number {
		return this.secrets().length;
	}
}
