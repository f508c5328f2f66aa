import { DecorationError } from '../lib/agentese/errors/errors.js';
import type { AdviceSpec } from '../lib/invocation/advice.js';
import type { TracedOptions } from '../lib/signals/tracing/options.js';
import { TRACED } from '../lib/signals/tracing/spec.js';
import { checkOptions, decorate } from '../lib/weaving/decorate.js';
import type { TracedDecorator } from './traced.js';

/** What `createTraced` accepts: the options of `@Traced` that can apply to more than one method. */
export type TracedDefaults = Omit<TracedOptions, 'path' | 'aspect'>;

/**
 * Returns a {@linkcode Traced | @Traced} with other defaults, for all classes of an application: what it expects, what
 * it writes, how much it captures. It can be on everything that `@Traced` can be on, and beside it: both are one
 * decorator, and one span.
 *
 * An option of a decorator on the class or on the method replaces the default of the same name as a whole.
 * {@linkcode createLogos}, {@linkcode traced}, {@linkcode instrument} and blocks do not know these defaults; they
 * accept the same object: `traced(fn, defaults)`.
 *
 * @param defaults - the options that apply if neither the method's decorators nor those of its class set them
 * @throws DecorationError if an option is unknown or has a wrong value, or is one of `path` and `aspect`, which belong to
 *   one method
 *
 * @example
 * ```ts
 * import { createTraced } from 'agentese-otel';
 *
 * class NotFound extends Error {}
 * const Traced = createTraced({ expected: [NotFound], attributes: () => ({ 'app.area': 'shop' }) });
 * class Shop {
 * 	@Traced
 * 	find(id: string) {
 * 		throw new NotFound(id); // its span has the outcome refused
 * 	}
 * }
 * new Shop().find('a'); // throws Error: a
 * createTraced({ path: 'self.shop.find' } as never); // throws DecorationError
 * ```
 */
export function createTraced(defaults: TracedDefaults): TracedDecorator {
	const caller = 'createTraced()';
	const checked = checkOptions(TRACED, defaults, '', caller);
	const ofOneMethod = ['path', 'aspect'].find((key) => (checked as Record<string, unknown>)[key] !== undefined);
	if (ofOneMethod !== undefined) {
		throw new DecorationError({
			decorator: caller,
			class: '',
			rule: 'The options path and aspect belong to one method.',
			got: `the option '${ofOneMethod}'`,
			wayOut: `@Traced({ ${ofOneMethod}: … }) on the method`,
		});
	}
	// A copy: later changes of the caller's object must not change what was checked.
	const spec: AdviceSpec<TracedOptions> = { ...TRACED, defaults: Object.freeze({ ...checked }) };
	return ((...args: unknown[]) => decorate(spec as AdviceSpec, args)) as TracedDecorator;
}
