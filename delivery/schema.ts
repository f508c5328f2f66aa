import type { OptionShape } from './common/option-schema.js';
import type { Zod } from './common/quantity.js';
import { bytes, LEGAL_BYTES, LEGAL_TIME, milliseconds, quantity } from './common/quantity.js';
import { type DeliveryOptions, FSYNCS } from './options.js';

/** Creates the schema of the config section `delivery`. @param z - the module zod */
export const deliveryOptions = (z: Zod) =>
	z.strictObject({
		journal: z
			.boolean()
			.meta({
				legal: 'true or false',
				description: 'false: what is not delivered waits in memory only, and is lost with the process.',
			})
			.optional(),
		directory: z
			.string()
			.min(1)
			.meta({
				legal: 'the path of a directory',
				description: 'Where what is not delivered waits; relative to the config file.',
				fallback: 'outbox/ in json.directory',
			})
			.optional(),
		maxBytes: quantity(z, bytes)
			.meta({
				legal: LEGAL_BYTES,
				description: 'How much may wait on disk, for each backend and signal; the oldest is dropped first.',
			})
			.optional(),
		maxAge: quantity(z, milliseconds)
			.meta({ legal: LEGAL_TIME, description: 'What has waited on disk for longer than this is dropped.' })
			.optional(),
		fsync: z
			.enum(FSYNCS)
			.meta({
				legal: 'never, interval or always',
				words: FSYNCS,
				description: 'Whether to wait for the disk itself: against a loss of power, not of the process.',
			})
			.optional(),
		delay: quantity(z, milliseconds)
			.meta({ legal: LEGAL_TIME, description: 'How long a record is in memory only before it is written to disk.' })
			.optional(),
		endTimeout: quantity(z, milliseconds)
			.meta({
				legal: LEGAL_TIME,
				description: 'How long the end of the process waits at most for what is not sent; not after process.exit().',
			})
			.optional(),
		maxQueueBytes: quantity(z, bytes)
			.meta({ legal: LEGAL_BYTES, description: 'How much may wait in memory, for each backend and signal.' })
			.optional(),
	} satisfies OptionShape<DeliveryOptions>);
