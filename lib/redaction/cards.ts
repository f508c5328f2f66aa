import { begins, DIGIT, isA, LETTER, UNDERSCORE } from './characters.js';
import { REDACTED } from './marker.js';
import type { Hit } from './shapes.js';

/** The beginnings and lengths that issuers have: a time in nanoseconds or a number of an order has others. */
const ISSUED =
	/^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;

const MAX_DIGITS = 19;

/** True for the number of a payment card: an issuer's beginning and length, and the check digit of Luhn. */
export function isCard(digits: string): boolean {
	return ISSUED.test(digits) && luhn(digits);
}

/** The same for a number, whatever its sign. */
export function isCardNumber(value: number): boolean {
	const size = Math.abs(value);
	return size > 3e12 && Number.isSafeInteger(size) && isCard(String(size));
}

function luhn(digits: string): boolean {
	let sum = 0;
	for (let at = 0; at < digits.length; at++) {
		const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
		const doubled = at % 2 === 0 ? digit : digit * 2;
		sum += doubled > 9 ? doubled - 9 : doubled;
	}
	return sum % 10 === 0;
}

/** What was found in a run of digits: a card, or how far there is none. */
export type CardLook = { readonly hit: Hit } | { readonly past: number };

/** Looks for a card that begins with the group of digits there; its groups may have a blank or a hyphen between them. */
export function cardAt(text: string, at: number, from: number): CardLook {
	let past = at;
	while (isA(text, past, DIGIT)) past++;
	// Most runs of digits are short and alone.
	if (past - at < 13 && !isA(text, past + 1, DIGIT)) return { past };
	const inFraction = text[at - 1] === '.' && isA(text, at - 2, DIGIT);
	if (!begins(text, at, from) || inFraction || past - at > MAX_DIGITS) return { past };
	let digits = '';
	let end = at;
	for (let group = at; ; group = end + 1) {
		end = group;
		while (isA(text, end, DIGIT) && end - group <= MAX_DIGITS) end++;
		digits += text.slice(group, end);
		if (digits.length > MAX_DIGITS) return { past };
		const more = (text[end] === ' ' || text[end] === '-') && isA(text, end + 1, DIGIT);
		if (digits.length >= 13 && !isA(text, end, LETTER | UNDERSCORE) && isCard(digits))
			return { hit: hitAt(text, at, end) };
		if (!more) return { past };
	}
}

/** A number of JSON becomes a text of JSON, its sign included. */
function hitAt(text: string, start: number, end: number): Hit {
	const signed = text[start - 1] === '-' ? start - 1 : start;
	const isNumber = ':,['.includes(text[signed - 1] ?? ' ') && ',}]'.includes(text[end] ?? ' ');
	return isNumber && '{['.includes(text[0] ?? ' ') ? { start: signed, end, text: `"${REDACTED}"` } : { start, end };
}
