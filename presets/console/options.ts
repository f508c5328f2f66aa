import type { z } from 'zod';
import type { Zod } from '../../delivery/common/quantity.js';
import type { OptionShape } from '../contract/option-schema.js';

/**
 * The options of the preset `console`: the section `console` of the config. An unknown key is a configuration error.
 */
export interface ConsoleOptions {
	/**
	 * Whether lines are coloured. `auto` colours them if stderr is a terminal, and respects `NO_COLOR` and `FORCE_COLOR`
	 * as Node does. Any other value is a configuration error.
	 *
	 * @default 'auto'
	 */
	color?: (typeof COLORS)[number] | undefined;
}

/** `ConsoleOptions`, checked and complete. */
export type ConsoleSettings = {
	[K in keyof ConsoleOptions]-?: NonNullable<z.output<ReturnType<typeof consoleOptions>>[K]>;
};

/** The default values. */
export const consoleDefaults: ConsoleSettings = { color: 'auto' };

const COLORS = ['auto', 'always', 'never'] as const;

/** Returns the schema of the options. */
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
	} satisfies OptionShape<ConsoleOptions>);
