import type { Zod } from '../../delivery/common/quantity.js';
import { bytes, LEGAL_BYTES, quantity } from '../../delivery/common/quantity.js';
import type { RedactWith } from '../../lib/redaction/rules.js';
import { CAPTURE_DEFAULTS, CAPTURES, type CaptureLimits, ERROR_CONTENTS } from '../../lib/signals/capture/settings.js';

/** A regular expression, which only code can contain. */
const expression = (z: Zod) => z.instanceof(RegExp);

/** A value pattern. A star is legal at the end only, so that matching a pattern of a file takes linear time. */
const value = (z: Zod) => z.string().regex(/^[^*]{3,}\*?$/);

/** The schema of `redact`: whether secrets are redacted, and the custom rules for that. */
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

/** The legal values of `redact`, for messages and the docs. */
export const LEGAL_REDACT =
	'true, false, or { keys, values, keep, with }: words of keys, texts that may end in a star, words of keys, a function; ' +
	'in code, regular expressions too';

/** The schema of `capture`: how much of arguments and results is written. */
export const captureOption = (z: Zod) => z.enum(CAPTURES);

/** The schema of `errors`: whether the message and the stack of an error are written. */
export const errorsOption = (z: Zod) => z.enum(ERROR_CONTENTS);

/** The defaults of `captureLimits`. */
export const captureLimitsDefaults: CaptureLimits = CAPTURE_DEFAULTS.limits;

/** A whole number from 1. */
const count = (z: Zod) => z.number().int().min(1);

/** The schema of `captureLimits`: how much of one method's arguments, and of its result, is written at most. */
export const captureLimitsOptions = (z: Zod) =>
	z.strictObject({
		bytes: quantity(z, bytes)
			.refine((given) => given >= 64)
			.meta({
				legal: `${LEGAL_BYTES}, 64 or more`,
				description: 'The most bytes of JSON that are written of the arguments, and of the result.',
			})
			.optional(),
		depth: count(z)
			.meta({ legal: 'a whole number from 1', description: 'How many levels of nested objects are written.' })
			.optional(),
		nodes: count(z)
			.meta({
				legal: 'a whole number from 1',
				description: 'How many values are written of the arguments, and of the result.',
			})
			.optional(),
	});
