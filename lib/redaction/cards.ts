import { beginsWord, DIGIT, isA, LETTER, UNDERSCORE } from './characters.js';
import { REDACTED } from './marker.js';
import type { Hit } from './shapes.js';

/** The prefixes and lengths of card issuers. Most times in nanoseconds and order numbers have other ones. */
const ISSUED =
	/^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;

/** The most digits that a card number has. */
const MAX_DIGITS = 19;

/**
 * Returns whether the text is the number of a payment card: it has an issuer's prefix and length, and a valid Luhn
 * check digit.
 *
 * @param digits - digits only, without blanks and hyphens
 */
export function isCard(digits: string): boolean {
	return ISSUED.test(digits) && luhn(digits);
}

/** Returns whether the number, whatever its sign, is the number of a payment card. */
export function isCardNumber(value: number): boolean {
	const size = Math.abs(value);
	return size > 3e12 && Number.isSafeInteger(size) && isCard(String(size));
}

/** Returns whether the last digit is the check digit of the others by the Luhn algorithm. */
function luhn(digits: string): boolean {
	let sum = 0;
	for (let at = 0; at < digits.length; at++) {
		const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
		const doubled = at % 2 === 0 ? digit : digit * 2;
		sum += doubled > 9 ? doubled - 9 : doubled;
	}
	return sum % 10 === 0;
}

/** The result of `cardAt`: the card number that was found, or the offset at which the scan continues. */
type CardSearch = { readonly hit: Hit } | { readonly resumeAt: number };

/**
 * Searches for a card number that begins at `at`. One blank or one hyphen may separate its groups of digits.
 *
 * @param at - the offset of a digit
 * @param from - the offset after the last replaced part
 */
export function cardAt(text: string, at: number, from: number): CardSearch {
	let resumeAt = at;
	while (isA(text, resumeAt, DIGIT)) resumeAt++;
	// Most groups of digits are short and are not followed by another one.
	if (resumeAt - at < 13 && !isA(text, resumeAt + 1, DIGIT)) return { resumeAt };
	// The fraction of a decimal number is not a card number.
	const inFraction = text[at - 1] === '.' && isA(text, at - 2, DIGIT);
	if (!beginsWord(text, at, from) || inFraction || resumeAt - at > MAX_DIGITS) return { resumeAt };
	// Adds one group after the other, until the digits are a card number or are too many.
	let digits = '';
	let end = at;
	for (let group = at; ; group = end + 1) {
		end = group;
		while (isA(text, end, DIGIT) && end - group <= MAX_DIGITS) end++;
		digits += text.slice(group, end);
		if (digits.length > MAX_DIGITS) return { resumeAt };
		const more = (text[end] === ' ' || text[end] === '-') && isA(text, end + 1, DIGIT);
		if (digits.length >= 13 && !isA(text, end, LETTER | UNDERSCORE) && isCard(digits))
			return { hit: hitAt(text, at, end) };
		if (!more) return { resumeAt };
	}
}

/**
 * Returns the replacement of the card number from `start` to `end`. In JSON a number is replaced, together with its
 * sign, by a string, so that the JSON stays valid.
 */
function hitAt(text: string, start: number, end: number): Hit {
	const signed = text[start - 1] === '-' ? start - 1 : start;
	const isNumber = ':,['.includes(text[signed - 1] ?? ' ') && ',}]'.includes(text[end] ?? ' ');
	return isNumber && '{['.includes(text[0] ?? ' ') ? { start: signed, end, text: `"${REDACTED}"` } : { start, end };
}
