import type { z } from 'zod';
import type { Zod } from '../../delivery/common/quantity.js';
import { bytes, LEGAL_BYTES, LEGAL_TIME, milliseconds, quantity } from '../../delivery/common/quantity.js';

/** What may be said about the files of OTLP JSON lines. */
export type JsonOptions = z.input<ReturnType<typeof jsonOptions>>;

/** The same, checked and complete. */
export type JsonSettings = {
	[K in keyof z.output<ReturnType<typeof jsonOptions>>]-?: NonNullable<z.output<ReturnType<typeof jsonOptions>>[K]>;
};

/** What holds where nothing is said; the directory stands beside the config file, else in the working directory. */
export const jsonDefaults: JsonSettings = {
	directory: '.agentese',
	maxBytes: 256 * 2 ** 20,
	maxAge: 7 * 864e5,
};

/** The checks. A quantity is a number, or a text with a unit. */
export const jsonOptions = (z: Zod) =>
	z.strictObject({
		directory: z
			.string()
			.min(1)
			.meta({
				legal: 'the path of a directory',
				description: 'Where traces/, metrics/ and logs/ are written; relative to the config file.',
			})
			.optional(),
		maxBytes: quantity(z, bytes)
			.meta({ legal: LEGAL_BYTES, description: 'All files together; the oldest of ended processes go first.' })
			.optional(),
		maxAge: quantity(z, milliseconds)
			.meta({ legal: LEGAL_TIME, description: 'Files of ended processes not written for so long are removed.' })
			.optional(),
	});
