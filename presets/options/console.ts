import { z } from 'zod';

const COLORS = ['auto', 'always', 'never'] as const;

/** The checks. */
export const consoleOptions = z.strictObject({
	color: z
		.enum(COLORS)
		.meta({
			legal: 'auto, always or never',
			words: COLORS,
			description: 'auto: in colour on a terminal, unless NO_COLOR is set.',
		})
		.optional(),
});

/** What may be said about the lines for eyes. */
export type ConsoleOptions = z.input<typeof consoleOptions>;

/** The same, checked and complete. */
export type ConsoleSettings = {
	[K in keyof z.output<typeof consoleOptions>]-?: NonNullable<z.output<typeof consoleOptions>[K]>;
};

/** What holds where nothing is said. */
export const consoleDefaults: ConsoleSettings = { color: 'auto' };
