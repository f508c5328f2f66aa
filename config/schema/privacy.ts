import type { Zod } from '../../delivery/common/quantity.js';
import { bytes, LEGAL_BYTES, quantity } from '../../delivery/common/quantity.js';
import type { RedactReplace } from '../../lib/redaction/rules.js';
import { CAPTURES, ERROR_CONTENTS } from '../../lib/signals/capture/settings.js';

/** A regular expression, which only code can contain. */
const expression = (z: Zod) => z.instanceof(RegExp).meta({ typescript: 'RegExp' });

const LEGAL_WORDS = 'a word of keys, or several separated by blanks; in code, a regular expression too';
const LEGAL_TEXT = 'a text of at least 3 characters that may end in a star; in code, a regular expression too';

/** Words of keys, each at least one letter. */
const keyWords = (z: Zod) =>
	z.array(z.union([z.string().regex(/[A-Za-z]/), expression(z)]).meta({ legal: LEGAL_WORDS }));

/** A value pattern. A star is legal at the end only, so that matching a pattern of a file takes linear time. */
const value = (z: Zod) => z.string().regex(/^[^*]{3,}\*?$/);

/** The schema of `redact`: whether secrets are redacted, and the custom rules for that. */
export const redactOption = (z: Zod) =>
	z.union([
		z.boolean(),
		z.strictObject({
			keys: keyWords(z)
				.meta({
					legal: `a list, each ${LEGAL_WORDS}`,
					description:
						'Keys whose values are redacted in addition to the detectors: "tax id" matches taxId and user.tax_id.',
					fallback: 'none',
				})
				.optional(),
			values: z
				.array(z.union([value(z), expression(z)]).meta({ legal: LEGAL_TEXT }))
				.meta({
					legal: `a list, each ${LEGAL_TEXT}`,
					description:
						'Texts that are redacted wherever they occur; a star covers the letters, digits, _ and - that follow.',
					fallback: 'none',
				})
				.optional(),
			allow: keyWords(z)
				.meta({
					legal: `a list, each ${LEGAL_WORDS}`,
					description:
						'Keys that do not name a secret although a detector matches them; secrets in their values are redacted.',
					fallback: 'none',
				})
				.optional(),
			replace: z
				.custom<RedactReplace>((given) => typeof given === 'function')
				.meta({
					legal: 'a function (key, value) => value, in code only',
					description:
						'Called last for every text and attribute; returns what is written. A value is redacted if it returns none or throws.',
					fallback: 'none',
					typescript: '((key: string, value: unknown) => unknown)',
				})
				.optional(),
		}),
	]);

/** The legal values of `redact`, for messages and the docs. */
export const LEGAL_REDACT =
	'true, false, or { keys, values, allow, replace }: words of keys, texts that may end in a star, words of keys, a ' +
	'function; in code, regular expressions too';

/** The schema of `errors`: whether the message and the stack of an error are written. */
export const errorsOption = (z: Zod) => z.enum(ERROR_CONTENTS);

const LEGAL_CAPTURE = 'off, metadata or full';
const LEGAL_COUNT = 'a whole number from 1';

/** One side of a call: its arguments or its result. */
const side = (z: Zod, description: string) =>
	z.enum(CAPTURES).meta({ legal: LEGAL_CAPTURE, words: CAPTURES, description }).optional();

/** A whole number from 1. */
const count = (z: Zod, description: string) =>
	z.number().int().min(1).meta({ legal: LEGAL_COUNT, description }).optional();

/**
 * The schema of `capture`: how much of arguments and results is written. A word alone sets both sides, so that the
 * sources of a config are merged key by key: a file may set `full`, and a variable limit it.
 */
export const captureOption = (z: Zod) =>
	z
		.union([
			z.enum(CAPTURES),
			z.strictObject({
				arguments: side(
					z,
					'What is written of arguments: nothing, types and sizes, or their values within the limits.',
				),
				result: side(z, 'What is written of results: nothing, types and sizes, or their values within the limits.'),
				maxBytes: quantity(z, bytes)
					.refine((given) => given >= 64)
					.meta({
						legal: `${LEGAL_BYTES}, 64 or more`,
						description: 'The most bytes of JSON that are written of the arguments, and of the result.',
					})
					.optional(),
				maxDepth: count(z, 'How many levels of nested objects are written.'),
				maxValues: count(z, 'How many values are written of the arguments, and of the result.'),
			}),
		])
		.transform((given) => (typeof given === 'string' ? { arguments: given, result: given } : given));

/** The legal values of `capture`, for messages and the docs. */
export const LEGAL_CAPTURE_OPTION = `${LEGAL_CAPTURE}, or { arguments, result, maxBytes, maxDepth, maxValues }`;
