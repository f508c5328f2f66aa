/**
 * Options after their check: every key has a value, and a quantity (a number, or a text with a unit) is a number, of
 * bytes or milliseconds.
 */
export type Settings<Options> = {
	[K in keyof Options]-?: number extends NonNullable<Options[K]> ? number : NonNullable<Options[K]>;
};

/** Settings of which any may be missing or undefined. */
export type PartialSettings<T> = { [K in keyof T]?: T[K] | undefined };
