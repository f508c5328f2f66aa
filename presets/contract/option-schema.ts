import type { ZodType } from 'zod';

/**
 * The shape of a zod object whose input is `Options`. The options of each preset are an interface, because an editor
 * shows the comments of its members, which a type that is inferred from a schema does not have in the published
 * declarations. A schema whose shape `satisfies` this type has exactly the keys of the interface, each with its type.
 */
export type OptionShape<Options> = { [K in keyof Options]-?: ZodType<unknown, Options[K]> };
