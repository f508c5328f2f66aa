import { type Logos, Metered, Resolver, recordTokens, Traced, Untraced } from 'agentese-otel';
import { ponder, type Umwelt } from './umwelt.js';

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

	constructor(logos: () => Logos) {
		this.#logos = logos;
	}

	/** A verdict: its ruling is what the span carries for a result. */
	@Traced({ result: (verdict) => verdict.ruling })
	@Metered()
	async challenge(_umwelt: Umwelt, idea: string): Promise<Verdict> {
		const because = await this.#dialectic(idea);
		return { ruling: 'REJECT', because };
	}

	/** A model call of its own: a TC39 private method, seen as a plain span below its invocation. */
	@Traced
	async #dialectic(idea: string): Promise<string> {
		await ponder(12);
		recordTokens({ in: 1234, out: 567 });
		return `${idea} has not met its opposite yet`;
	}

	/** A chat that streams: its span ends with the last word, and the model call inside is its child. */
	@Traced()
	@Metered()
	async *chat(umwelt: Umwelt, line: string): AsyncGenerator<string> {
		yield* ['Slowly, ', 'the garden '];
		const weather = await this.#logos().invoke<string>('time.coffee.weather', umwelt);
		recordTokens({ in: line.length, out: 5 });
		yield `answers: ${weather}.`;
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
