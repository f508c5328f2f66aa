import type { z } from 'zod';
import type { Zod } from '../../delivery/common/quantity.js';

const COLORS = ['auto', 'always', 'never'] as const;

/** The checks. */
export const consoleOptions = (z: Zod) =>
	z.strictObject({
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
export type ConsoleOptions = z.input<ReturnType<typeof consoleOptions>>;

/** The same, checked and complete. */
export type ConsoleSettings = {
	[K in keyof z.output<ReturnType<typeof consoleOptions>>]-?: NonNullable<
		z.output<ReturnType<typeof consoleOptions>>[K]
	>;
};

/** What holds where nothing is said. */
export const consoleDefaults: ConsoleSettings = { color: 'auto' };
