import type { AdviceSpec } from '../lib/invocation/advice.js';
import type { MeteredOptions } from '../lib/signals/metering/options.js';
import { METERED } from '../lib/signals/metering/spec.js';
import type { TracedOptions } from '../lib/signals/tracing/options.js';
import { TRACED } from '../lib/signals/tracing/spec.js';
import { type Selection, weaveTarget } from '../lib/weaving/weave.js';

/** The options of `weave`. */
export interface WeaveOptions {
	/**
	 * The methods: names, names with `*`, or a function that picks. What is named whole is published as an aspect; what a
	 * pattern or a function picks is only watched. @default those whose name begins with neither `_` nor `#`
	 */
	include?: Selection;
	/** The methods to leave out. @default none */
	exclude?: Selection;
	/** Options of `@Traced`, or false. @default true */
	traced?: TracedOptions | boolean;
	/** Options of `@Metered`, or false. @default true */
	metered?: MeteredOptions | boolean;
	/** What the target answers for. @default what its class says */
	handle?: string;
}

/**
 * Decorates what cannot be annotated: a class, an instance or a plain object of somebody else. Answers the target.
 *
 * @throws DecorationError for a target that is none or is frozen, for a name that is no method of it, for wrong options
 * @throws PathSyntaxError for a handle that is none
 */
export function weave<T extends object>(target: T, options: WeaveOptions = {}): T {
	const { traced = true, metered = true, include, exclude, handle } = options;
	const words: (readonly [AdviceSpec, object])[] = [];
	if (traced !== false) words.push([TRACED, traced === true ? {} : traced]);
	if (metered !== false) words.push([METERED, metered === true ? {} : metered]);
	return weaveTarget(target, { include, exclude, handle }, words);
}
