import type { OptionShape } from '../../delivery/common/option-schema.js';
import type { Zod } from '../../delivery/common/quantity.js';
import { bytes, LEGAL_BYTES, LEGAL_TIME, milliseconds, quantity } from '../../delivery/common/quantity.js';
import type { JsonOptions } from './options.js';

/** Returns the schema of the options. */
export const jsonOptions = (z: Zod) =>
	z.strictObject({
		directory: z
			.string()
			.min(1)
			.meta({
				legal: 'the path of a directory',
				description: 'The directory of traces/, metrics/ and logs/; relative to the config file.',
			})
			.optional(),
		maxBytes: quantity(z, bytes)
			.meta({
				legal: LEGAL_BYTES,
				description: 'The size of all files together; above it the oldest files of exited processes are removed.',
			})
			.optional(),
		maxAge: quantity(z, milliseconds)
			.meta({
				legal: LEGAL_TIME,
				description: 'The age at which files of exited processes are removed, since they were last written.',
			})
			.optional(),
	} satisfies OptionShape<JsonOptions>);
