import type { Zod } from '../../delivery/common/quantity.js';
import { bytes, LEGAL_BYTES, quantity } from '../../delivery/common/quantity.js';
import type { RedactWith } from '../../lib/redaction/rules.js';
import { CAPTURE_DEFAULTS, CAPTURES, type CaptureLimits, ERROR_CONTENTS } from '../../lib/signals/capture/settings.js';

const expression = (z: Zod) => z.instanceof(RegExp);

/** A star may stand at the end alone: nothing that a file says can then take more than linear time. */
const value = (z: Zod) => z.string().regex(/^[^*]{3,}\*?$/);

/** What may be said about hiding secrets. */
export const redactOption = (z: Zod) =>
	z.union([
		z.boolean(),
		z.strictObject({
			keys: z.array(z.union([z.string().regex(/[A-Za-z]/), expression(z)])).optional(),
			values: z.array(z.union([value(z), expression(z)])).optional(),
			keep: z.array(z.union([z.string().regex(/[A-Za-z]/), expression(z)])).optional(),
			with: z.custom<RedactWith>((given) => typeof given === 'function').optional(),
		}),
	]);

export const LEGAL_REDACT =
	'true, false, or { keys, values, keep, with }: words of keys, texts that may end in a star, words of keys, a function; ' +
	'in code, regular expressions too';

/** How much of arguments and results is written. */
export const captureOption = (z: Zod) => z.enum(CAPTURES);

/** What is written of errors. */
export const errorsOption = (z: Zod) => z.enum(ERROR_CONTENTS);

/** The defaults. */
export const captureLimitsDefaults: CaptureLimits = CAPTURE_DEFAULTS.limits;

const count = (z: Zod) => z.number().int().min(1);

/** The most that is written of one method's arguments, or of its result. */
export const captureLimitsOptions = (z: Zod) =>
	z.strictObject({
		bytes: quantity(z, bytes)
			.refine((given) => given >= 64)
			.meta({
				legal: `${LEGAL_BYTES}, 64 or more`,
				description: 'The most bytes of JSON of arguments, and of a result.',
			})
			.optional(),
		depth: count(z)
			.meta({ legal: 'a whole number from 1', description: 'How many objects within objects of them are written.' })
			.optional(),
		nodes: count(z)
			.meta({ legal: 'a whole number from 1', description: 'How many values of them are written.' })
			.optional(),
	});
