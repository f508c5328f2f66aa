/**
 * The options of a section of the config after their check: every key has a value, and a quantity, which may be given as
 * a number or as a text with a unit, is a number of bytes or milliseconds.
 */
export type EffectiveOptions<Options> = {
	[K in keyof Options]-?: number extends NonNullable<Options[K]> ? number : NonNullable<Options[K]>;
};

/** Settings of which any may be missing or undefined. */
export type PartialSettings<T> = { [K in keyof T]?: T[K] | undefined };
