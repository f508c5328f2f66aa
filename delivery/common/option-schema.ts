import type { ZodType } from 'zod';
import type { EffectiveOptions } from './settings.js';

/**
 * The shape of a zod object whose input is `Options`. The options of each section are an interface, because an editor
 * shows the comments of its members, and because no published type may depend on zod. A schema whose shape `satisfies`
 * this type has exactly the keys of the interface, each with its type, and quantities are numbers after the check.
 */
export type OptionShape<Options> = {
	[K in keyof Options]-?: ZodType<EffectiveOptions<Options>[K] | undefined, Options[K]>;
};
