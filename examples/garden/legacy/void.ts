import { Metered, Resolver, Traced } from 'agentese-otel';
import type { Umwelt } from '../umwelt.js';

/** A failure of the domain, with a code that telemetry takes for `error.type`. */
export class EntropyError extends Error {
	readonly code = 'ENTROPY_SPENT';
}

/** `void.axiom`, compiled with legacy decorators: what fails in the garden. */
@Resolver('void.axiom')
export class Axiom {
	@Traced()
	@Metered()
	async discover(_umwelt: Umwelt): Promise<never> {
		throw new EntropyError('the draw found nothing left');
	}

	@Traced({ path: 'void.manifest' })
	@Metered()
	emptiness(_umwelt: Umwelt): undefined {
		return undefined;
	}
}
