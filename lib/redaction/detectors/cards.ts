import { ALNUM, beginsKey, DIGIT, isA, LETTER, runEnd } from './characters.js';
import { REDACTED } from './marker.js';
import type { Hit } from './shapes.js';
import { wordSet, wordsOf } from './words.js';

/** The prefixes and lengths of card issuers. Most times in nanoseconds and order numbers have other ones. */
const ISSUED =
	/^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;

/** The most digits that a card number has. */
const MAX_DIGITS = 19;

/** The sizes of the groups in which card numbers are printed, as the digits of a number. */
const GROUPINGS = new Set([4444, 465, 464, 44443]);

/** Words that make a number beside them, or the value of a key, that of a card. */
const CARD_WORDS = wordSet(
	'card cards cardnumber cardno creditcard debitcard visa mastercard amex maestro discover diners unionpay jcb pan cc ccn ' +
		'cvv cvc kreditkarte karte carte tarjeta payment',
);

/** Words that make a number after them another one. */
const OTHER_WORDS = wordSet(
	'order orders invoice tracking parcel shipment ticket phone tel mobile fax ref reference id iban trace request user ' +
		'customer transaction serial isbn ean sku bestellung rechnung',
);

/** How many characters before and after a number are searched for such words. */
const [BEFORE, AFTER] = [40, 20];

/** Returns whether a key names the number of a card, as `card.number` and `pan` do. */
export function namesCard(key: string): boolean {
	return wordsOf(key.slice(0, 256)).some((word) => CARD_WORDS.has(word));
}

/**
 * Returns whether the digits may be the number of a payment card: they have an issuer's prefix and length, and a valid
 * Luhn check digit. One in ten numbers of that length has one by chance.
 *
 * @param digits - digits only, without blanks and hyphens
 */
function isCard(digits: string): boolean {
	return ISSUED.test(digits) && luhn(digits);
}

/** Returns whether the number, whatever its sign, may be the number of a payment card. */
export function isCardNumber(value: number | bigint): boolean {
	const digits = String(value).replace('-', '');
	return digits.length >= 13 && digits.length <= MAX_DIGITS && isCard(digits);
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

/**
 * Searches for a card number that begins at `at`: digits in the groups of a card, separated by blanks or hyphens, or
 * digits beside a word such as `card`.
 *
 * @param at - the offset of a digit
 * @param from - the offset after the last replaced part
 * @param named - whether the text is the value of a key that names a card
 * @returns the offset of the last digit of the first group if it begins no card number
 */
export function cardAt(text: string, at: number, from: number, named: boolean): Hit | number {
	let last = at;
	while (isA(text, last + 1, DIGIT)) last++;
	// Most groups of digits are short and are not followed by another one.
	const first = last + 1 - at;
	if (first < 13 && (first !== 4 || !isA(text, last + 2, DIGIT))) return last;
	// The fraction of a decimal number is not a card number, and neither is a part of a UUID.
	const after = text[at - 1];
	const inNumber = (after === '.' || after === '-') && isA(text, at - 2, after === '.' ? DIGIT : ALNUM);
	if (!beginsKey(text, at, from) || inNumber || first > MAX_DIGITS) return last;
	const end = first === 4 ? groupsEnd(text, at) : last + 1;
	if (end === at) return last;
	const digits = text.slice(at, end).replace(/[ -]/g, '');
	if (isA(text, end, LETTER) || (text[end] === '_' && isA(text, end + 1, ALNUM)) || !isCard(digits)) return last;
	const context = named || contextOf(text, at, end);
	return context === true || (context === undefined && first === 4) ? hitAt(text, at, end) : last;
}

/** Returns the end of the groups of digits that begin at `at`; `at` if no card has groups of these sizes. */
function groupsEnd(text: string, at: number): number {
	const separator = text.charCodeAt(at + 4);
	if (separator !== 32 && separator !== 45) return at;
	let sizes = 4;
	let end = at + 4;
	while (text.charCodeAt(end) === separator && isA(text, end + 1, DIGIT)) {
		const group = end + 1;
		end = runEnd(text, group, DIGIT, group + 7);
		sizes = sizes * 10 + end - group;
		if (sizes > 44443) return at;
	}
	return GROUPINGS.has(sizes) ? end : at;
}

/** Returns true if a word beside the number names a card, false if one names another number, undefined if none does. */
function contextOf(text: string, start: number, end: number): boolean | undefined {
	// The nearest word before the number decides, then the nearest one after it.
	const before = wordsOf(text.slice(Math.max(0, start - BEFORE), start)).reverse();
	for (const word of [...before, ...wordsOf(text.slice(end, end + AFTER))]) {
		if (CARD_WORDS.has(word)) return true;
		if (OTHER_WORDS.has(word)) return false;
	}
	return undefined;
}

/**
 * Returns the replacement of the card number from `start` to `end`. In JSON a number is replaced, together with its
 * sign, by a string, so that the JSON stays valid.
 */
function hitAt(text: string, start: number, end: number): Hit {
	const signed = text[start - 1] === '-' ? start - 1 : start;
	const isNumber = ':,['.includes(text[signed - 1] ?? ' ') && ',}]'.includes(text[end] ?? ' ');
	return isNumber && '{['.includes(text[0] ?? ' ')
		? { start: signed, end, text: `"${REDACTED}"`, exact: true }
		: { start, end, exact: true };
}
