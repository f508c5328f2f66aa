import type { OptionShape } from '../../delivery/common/option-schema.js';
import type { Zod } from '../../delivery/common/quantity.js';
import { COLORS, type ConsoleOptions } from './options.js';

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
