import { Aspect, Resolver, Traced } from 'agentese-otel';
import type { Umwelt } from './umwelt.js';

/**
 * `concept.constitution`: the principles, and a score by them. `@Traced` on a class traces, counts and times each of its
 * methods; on a method it sets more options. A synchronous method stays synchronous under the decorators.
 */
@Resolver('concept.constitution')
@Traced
export class Constitution {
	/** `concept.constitution.principles`: the context and holon of the class's handle, and the method's name. */
	@Aspect
	principles(_umwelt: Umwelt): string[] {
		return ['tasteful', 'curated', 'composable'];
	}

	/**
	 * `attributes` returns attributes for the span, here from the arguments. In the composition `principles >> score`
	 * the argument `of` is the previous stage's result, a list; in a direct invocation it is a text.
	 */
	@Aspect
	@Traced({ attributes: ([, of]) => ({ 'garden.scored': String(of) }), result: (score) => score.toFixed(2) })
	score(_umwelt: Umwelt, of: string | readonly string[]): number {
		return 1 / of.length;
	}

	/** `path` sets the whole path, here one with a hyphen, which no method name can have. */
	@Aspect('proof-quality')
	@Traced({ path: 'concept.spec.proof-quality' })
	proofQuality(_umwelt: Umwelt): number {
		return 0.9;
	}
}
