import { Aspect, Resolver, Traced } from 'agentese-otel';
import type { Umwelt } from '../umwelt.js';

/** An error of the application. Its `code` becomes the attribute `error.type` of spans and metrics. */
export class EntropyError extends Error {
	readonly code = 'ENTROPY_SPENT';
}

/** `void.axiom`, compiled with `experimentalDecorators`: a method that throws, and one with a path of its own. */
@Resolver('void.axiom')
export class Axiom {
	/** Rejects: the span's status is ERROR, its outcome is `error`, and the caller gets the same error object. */
	@Aspect
	@Traced()
	async discover(_umwelt: Umwelt): Promise<never> {
		throw new EntropyError('the draw found nothing left');
	}

	/** Published as `void.manifest`, a path of a context without a holon. */
	@Aspect
	@Traced({ path: 'void.manifest' })
	emptiness(_umwelt: Umwelt): undefined {
		return undefined;
	}
}
