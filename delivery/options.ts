import type { z } from 'zod';
import type { Zod } from './common/quantity.js';
import { bytes, LEGAL_BYTES, LEGAL_TIME, milliseconds, quantity } from './common/quantity.js';

/** The values of `delivery.fsync`. */
const FSYNCS = ['never', 'interval', 'always'] as const;

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
				description:
					'Where what is not delivered waits; by default outbox/ in json.directory. Relative to the config file.',
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
		window: quantity(z, milliseconds)
			.meta({ legal: LEGAL_TIME, description: 'How long a record is in memory only before it is written to disk.' })
			.optional(),
		maxQueueBytes: quantity(z, bytes)
			.meta({ legal: LEGAL_BYTES, description: 'How much may wait in memory, for each backend and signal.' })
			.optional(),
	});

type Output = z.output<ReturnType<typeof deliveryOptions>>;

/** The section after its check, with all defaults. Without a `directory` it is `outbox/` in that of the json preset. */
export type DeliverySettings = { [K in Exclude<keyof Output, 'directory'>]-?: NonNullable<Output[K]> } & {
	/** The outbox, as an absolute path. */
	directory: string | undefined;
};

/** The defaults: 256 MiB and 7 days on disk, 200 ms and 64 MiB in memory. */
export const deliveryDefaults: DeliverySettings = {
	journal: true,
	directory: undefined,
	maxBytes: 256 * 2 ** 20,
	maxAge: 7 * 864e5,
	fsync: 'never',
	window: 200,
	maxQueueBytes: 64 * 2 ** 20,
};
