import { Metered, Resolver, Traced } from 'agentese-otel';
import type { Umwelt } from './umwelt.js';

/** `concept.constitution`: what everything is measured against. Synchronous methods stay synchronous. */
@Resolver('concept.constitution')
@Metered
export class Constitution {
	@Traced()
	principles(_umwelt: Umwelt): string[] {
		return ['tasteful', 'curated', 'composable'];
	}

	/** In a composition the stage before is the first argument: the principles, or a text. */
	@Traced({ attributes: ([, of]) => ({ 'garden.scored': String(of) }), result: (score) => score.toFixed(2) })
	score(_umwelt: Umwelt, of: string | readonly string[]): number {
		return 1 / of.length;
	}

	/** A path that neither the class's handle nor the method's name says; the hyphen is in two real paths. */
	@Traced({ path: 'concept.spec.proof-quality' })
	proofQuality(_umwelt: Umwelt): number {
		return 0.9;
	}
}
