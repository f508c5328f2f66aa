import { HYPHEN, runEnd, WORD } from './characters.js';
import { namesWords } from './keys.js';
import { REDACTED } from './marker.js';

/** Rules of one's own, beside those that are always there. */
export interface RedactRules {
	/**
	 * Keys whose values are hidden: words, in any spelling, anywhere in the key (`tax id` is `taxId` and `user.tax_id`);
	 * or, in code, regular expressions. @default none
	 */
	readonly keys?: readonly (string | RegExp)[] | undefined;
	/**
	 * Texts that are hidden wherever they stand; with a `*` at the end, together with the letters, digits, `_` and `-`
	 * that follow; or, in code, regular expressions. @default none
	 */
	readonly values?: readonly (string | RegExp)[] | undefined;
	/** Keys that are never hidden for their name, as with `keys`; what their values hold is looked at all the same. @default none */
	readonly keep?: readonly (string | RegExp)[] | undefined;
	/**
	 * In code: is asked last for every text and attribute, and answers what is written. Undefined, or anything that is no
	 * attribute, hides the value; to throw hides everything that the span, the log record or the measurement holds.
	 * @default none
	 */
	readonly with?: RedactWith | undefined;
}

/** @param key - the attribute's, or `name`, `status.message`, `body` for what is none */
export type RedactWith = (key: string, value: unknown) => unknown;

/** True where one of the rules is about the key. */
export function keyMatcher(rules: readonly (string | RegExp)[] = []): ((key: string) => boolean) | undefined {
	if (rules.length === 0) return undefined;
	const matchers = rules.map((rule) =>
		typeof rule === 'string' ? namesWords(rule) : (key: string) => tests(rule, key),
	);
	return (key) => matchers.some((matches) => matches(key));
}

function tests(pattern: RegExp, text: string): boolean {
	// With `g` or `y` an expression remembers where it was.
	pattern.lastIndex = 0;
	return pattern.test(text);
}

/** What replaces what the rules are about in a text. */
export function valueReplacer(rules: readonly (string | RegExp)[] = []): ((text: string) => string) | undefined {
	if (rules.length === 0) return undefined;
	const replacers = rules.map((rule) => (typeof rule === 'string' ? literally(rule) : byPattern(rule)));
	return (text) => replacers.reduce((result, replace) => replace(result), text);
}

function byPattern(pattern: RegExp): (text: string) => string {
	const everywhere = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
	return (text) => text.replace(everywhere, (found) => (found === '' ? '' : REDACTED));
}

function literally(rule: string): (text: string) => string {
	const open = rule.endsWith('*');
	const part = open ? rule.slice(0, -1) : rule;
	// What the marker itself holds would be found in it again.
	if (part === '' || REDACTED.includes(part)) return (text) => text;
	return (text) => {
		let result = '';
		let from = 0;
		for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, from)) {
			result += text.slice(from, at) + REDACTED;
			from = open ? runEnd(text, at + part.length, WORD | HYPHEN) : at + part.length;
		}
		return from === 0 ? text : result + text.slice(from);
	};
}
