import { DecorationError } from '../lib/agentese/errors/errors.js';
import { nearest } from '../lib/agentese/errors/nearest.js';
import type { AdviceSpec } from '../lib/invocation/advice.js';
import type { MeteredOptions } from '../lib/signals/metering/options.js';
import { METERED } from '../lib/signals/metering/spec.js';
import type { TracedOptions } from '../lib/signals/tracing/options.js';
import { TRACED } from '../lib/signals/tracing/spec.js';
import { weaveTarget } from '../lib/weaving/weave.js';

/**
 * The options of {@linkcode instrument}. A wrong value throws a DecorationError; a function that throws lets
 * `instrument` throw the same.
 *
 * @example
 * ```ts
 * import { instrument, type InstrumentOptions, resolverOf } from 'agentese-otel';
 *
 * const options: InstrumentOptions = { handle: 'world.library', publish: ['find'], exclude: ['close'] };
 * const library = instrument({ find: (_umwelt: unknown, isbn: string) => isbn, close: () => {} }, options);
 * resolverOf(library).aspects.map(({ path }) => path); // => ['world.library.find']
 * ```
 */
export interface InstrumentOptions {
	/**
	 * The methods to instrument: names, names with `*` for any letters, or a function that returns true for the names it
	 * selects. @default those whose name begins with neither `_` nor `#`
	 */
	include?: readonly string[] | ((name: string) => boolean) | undefined;
	/** The methods to leave out, in the same forms; it wins over `include`. @default none */
	exclude?: readonly string[] | ((name: string) => boolean) | undefined;
	/**
	 * The full names of the instrumented methods that `createLogos` can reach by a path, as if they had `@Aspect`.
	 * @default none
	 */
	publish?: readonly string[] | undefined;
	/** The options of `@Traced`; false for no spans. @default true */
	traced?: TracedOptions | boolean | undefined;
	/** The options of `@Metered`; false for no metrics. @default true */
	metered?: MeteredOptions | boolean | undefined;
	/** The handle of the target. @default the handle of its class */
	handle?: string | undefined;
}

/**
 * Traces and meters the methods of what cannot be annotated, such as a class or an object of another library. Of a
 * class it weaves the own methods, static ones included; of an instance or a plain object all methods that can be
 * called on it, without changing its class.
 *
 * The namespace of a module (`import * as module`) cannot be changed. It returns a copy whose functions are traced and
 * metered; calls within the module, and of those who import it, are not.
 *
 * @param target - a class, an instance, a plain object or the namespace of a module
 * @param options - which methods, and how. @default all whose name begins with neither `_` nor `#`, traced and metered
 * @returns the target itself; for the namespace of a module a copy
 * @throws DecorationError if the target is no object, is a function without methods, is frozen, or is a proxy that
 *   refuses to be changed, if `include` holds a name that no method has, if
 *   `publish` holds one that is not instrumented or cannot be a segment of a path, or if an option is unknown or has a
 *   wrong value
 * @throws PathSyntaxError if the handle is invalid
 *
 * @example
 * ```ts
 * import { createLogos, instrument } from 'agentese-otel';
 *
 * const library = { find: (_umwelt: unknown, isbn: string) => `found ${isbn}` };
 * instrument(library, { handle: 'world.library', publish: ['find'] });
 * await createLogos([library]).invoke('world.library.find', null, '978-0'); // => 'found 978-0'
 * ```
 */
export function instrument<T extends object>(target: T, options: InstrumentOptions = {}): T {
	refuseWrongOptions(options);
	const { traced = true, metered = true, include, exclude, publish, handle } = options;
	const decorators: (readonly [AdviceSpec, object])[] = [];
	// `@Traced` brings `@Metered`, unless its option `metered` is false.
	if (traced !== false)
		decorators.push([TRACED, metered === false ? uncounted(traced) : traced === true ? {} : traced]);
	if (metered !== false) decorators.push([METERED, metered === true ? {} : metered]);
	return weaveTarget(target, { include, exclude, publish, handle }, decorators);
}

/** Returns the options of `@Traced` with `metered: false`; what is no object is returned as it is, to be refused. */
function uncounted(traced: TracedOptions | true): object {
	if (traced === true) return { metered: false };
	return typeof traced === 'object' && traced !== null ? { ...traced, metered: false } : traced;
}

/** The legal keys of `InstrumentOptions`, in the order of the documentation. */
const KEYS = [
	'include',
	'exclude',
	'publish',
	'traced',
	'metered',
	'handle',
] as const satisfies readonly (keyof InstrumentOptions)[];

/** Throws for options that are no object, and for the first key that is none. */
function refuseWrongOptions(options: unknown): void {
	const refuse = (got: string, wayOut: string): DecorationError =>
		new DecorationError({
			decorator: 'instrument()',
			class: '',
			rule: `The legal options are ${KEYS.join(', ')}.`,
			got,
			wayOut,
		});
	if (typeof options !== 'object' || options === null || Array.isArray(options)) {
		throw refuse(
			options === null ? 'null for options' : `${typeof options} for options`,
			'an object of options, or none',
		);
	}
	const unknown = Object.keys(options).find((key) => !(KEYS as readonly string[]).includes(key));
	if (unknown === undefined) return;
	const [near] = nearest(unknown, KEYS);
	throw refuse(`the option '${unknown.slice(0, 80)}'`, near === undefined ? 'one of them' : `'${near}'`);
}
