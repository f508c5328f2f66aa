import type { AdviceSpec } from '../lib/invocation/advice.js';
import type { MeteredOptions } from '../lib/signals/metering/options.js';
import { METERED } from '../lib/signals/metering/spec.js';
import type { TracedOptions } from '../lib/signals/tracing/options.js';
import { TRACED } from '../lib/signals/tracing/spec.js';
import { type Selection, weaveTarget } from '../lib/weaving/weave.js';

/** The options of `weave`. */
export interface WeaveOptions {
	/**
	 * The methods to weave: names, names with `*` for any letters, or a function that returns true for the names it
	 * selects. A method that is given by its full name is published as an aspect; one that a pattern or a function
	 * selects is observed and not published. @default those whose name begins with neither `_` nor `#`
	 */
	include?: Selection;
	/** The methods to leave out, in the same forms; it wins over `include`. @default none */
	exclude?: Selection;
	/** The options of `@Traced`; false for no spans. @default true */
	traced?: TracedOptions | boolean;
	/** The options of `@Metered`; false for no metrics. @default true */
	metered?: MeteredOptions | boolean;
	/** The handle of the target. @default the handle of its class */
	handle?: string;
}

/**
 * Traces and meters the methods of what cannot be annotated, such as a class or an object of another library. Of a
 * class it weaves the own methods, static ones included; of an instance or a plain object all methods that can be
 * called on it, without changing its class.
 *
 * @returns the target itself
 * @throws DecorationError if the target is no object or is frozen, if `include` holds a name that no method has, or if
 *   an option is unknown or has a wrong value
 * @throws PathSyntaxError if the handle is invalid
 *
 * @example
 * ```ts
 * const library = weave({ find: (isbn: string) => isbn }, { handle: 'world.library', include: ['find'] });
 * const found: string = library.find('978-0-13-110362-7');
 * ```
 */
export function weave<T extends object>(target: T, options: WeaveOptions = {}): T {
	const { traced = true, metered = true, include, exclude, handle } = options;
	const decorators: (readonly [AdviceSpec, object])[] = [];
	if (traced !== false) decorators.push([TRACED, traced === true ? {} : traced]);
	if (metered !== false) decorators.push([METERED, metered === true ? {} : metered]);
	return weaveTarget(target, { include, exclude, handle }, decorators);
}
