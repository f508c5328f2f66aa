import type { z } from 'zod';
import type { Zod } from './common/quantity.js';
import { bytes, LEGAL_BYTES, LEGAL_TIME, milliseconds, quantity } from './common/quantity.js';

const FSYNCS = ['never', 'interval', 'always'] as const;

/** The checks. */
export const deliveryOptions = (z: Zod) =>
	z.strictObject({
		journal: z
			.boolean()
			.meta({
				legal: 'true or false',
				description: 'false: what is not delivered waits in memory alone, and is lost with the process.',
			})
			.optional(),
		directory: z
			.string()
			.min(1)
			.meta({
				legal: 'the path of a directory',
				description: 'Where what is not delivered waits; else outbox/ in json.directory. Relative to the config file.',
			})
			.optional(),
		maxBytes: quantity(z, bytes)
			.meta({
				legal: LEGAL_BYTES,
				description: 'What may wait on disk, for each backend and signal; the oldest go first.',
			})
			.optional(),
		maxAge: quantity(z, milliseconds)
			.meta({ legal: LEGAL_TIME, description: 'What has waited on disk for so long is given up.' })
			.optional(),
		fsync: z
			.enum(FSYNCS)
			.meta({
				legal: 'never, interval or always',
				words: FSYNCS,
				description: 'Whether the disk itself is waited for: against a loss of power, not of the process.',
			})
			.optional(),
		window: quantity(z, milliseconds)
			.meta({ legal: LEGAL_TIME, description: 'How long a record stands in memory alone before it goes to disk.' })
			.optional(),
		maxQueueBytes: quantity(z, bytes)
			.meta({ legal: LEGAL_BYTES, description: 'What may wait in memory, for each backend and signal.' })
			.optional(),
	});

/** What may be said about the way to a backend. */
export type DeliveryOptions = z.input<ReturnType<typeof deliveryOptions>>;

type Output = z.output<ReturnType<typeof deliveryOptions>>;

/** The same, checked and complete; without a directory it is `outbox/` in that of the json preset. */
export type DeliverySettings = { [K in Exclude<keyof Output, 'directory'>]-?: NonNullable<Output[K]> } & {
	directory: string | undefined;
};

/** What holds where nothing is said. */
export const deliveryDefaults: DeliverySettings = {
	journal: true,
	directory: undefined,
	maxBytes: 256 * 2 ** 20,
	maxAge: 7 * 864e5,
	fsync: 'never',
	window: 200,
	maxQueueBytes: 64 * 2 ** 20,
};
