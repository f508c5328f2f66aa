import { z } from 'zod';
import { CAPTURES, type CaptureLimits, CONTENT_DEFAULTS, ERROR_CONTENTS } from '../../lib/content/settings.js';
import type { RedactWith } from '../../lib/redaction/rules.js';
import { bytes, LEGAL_BYTES } from '../quantities.js';
import { quantity } from './quantity.js';

const expression = z.instanceof(RegExp);

/** A star may stand at the end alone: nothing that a file says can then take more than linear time. */
const value = z.string().regex(/^[^*]{3,}\*?$/);

/** What may be said about hiding secrets. */
export const redactOption = z.union([
	z.boolean(),
	z.strictObject({
		keys: z.array(z.union([z.string().regex(/[A-Za-z]/), expression])).optional(),
		values: z.array(z.union([value, expression])).optional(),
		keep: z.array(z.union([z.string().regex(/[A-Za-z]/), expression])).optional(),
		with: z.custom<RedactWith>((given) => typeof given === 'function').optional(),
	}),
]);

export const LEGAL_REDACT =
	'true, false, or { keys, values, keep, with }: words of keys, texts that may end in a star, words of keys, a function; ' +
	'in code, regular expressions too';

/** How much of arguments and results is written. */
export const captureOption = z.enum(CAPTURES);

/** What is written of errors. */
export const errorsOption = z.enum(ERROR_CONTENTS);

/** The defaults. */
export const captureLimitsDefaults: CaptureLimits = CONTENT_DEFAULTS.limits;

const count = z.number().int().min(1);

/** The most that is written of one method's arguments, or of its result. */
export const captureLimitsOptions = z.strictObject({
	bytes: quantity(bytes)
		.refine((given) => given >= 64)
		.meta({ legal: `${LEGAL_BYTES}, 64 or more`, description: 'The most bytes of JSON of arguments, and of a result.' })
		.optional(),
	depth: count
		.meta({ legal: 'a whole number from 1', description: 'How many objects within objects of them are written.' })
		.optional(),
	nodes: count.meta({ legal: 'a whole number from 1', description: 'How many values of them are written.' }).optional(),
});
