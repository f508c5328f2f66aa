import { NAME, runEnd } from './detectors/characters.js';
import { REDACTED } from './detectors/marker.js';
import { wordsMatcher } from './keys.js';

/** Custom rules of redaction. They apply in addition to the built-in detectors. */
export interface RedactRules {
	/**
	 * Keys whose values are redacted. A string is one or more words, in any spelling and anywhere in the key (`tax id`
	 * matches `taxId` and `user.tax_id`); in code also regular expressions. @default none
	 */
	readonly keys?: readonly (string | RegExp)[] | undefined;
	/**
	 * Texts that are redacted wherever they occur. A string with a `*` at its end also covers the letters, digits, `_`
	 * and `-` that follow it; in code also regular expressions. @default none
	 */
	readonly values?: readonly (string | RegExp)[] | undefined;
	/**
	 * Keys that do not name a secret although a built-in detector matches them, written like `keys`. Secrets within
	 * their values are still redacted. @default none
	 */
	readonly allow?: readonly (string | RegExp)[] | undefined;
	/**
	 * In code only: a function that is called last for every text and attribute, and returns what is written. The value
	 * is redacted if it returns undefined or anything else that is not a valid attribute value. If it throws, every text
	 * and value of the span, the log record or the measurement is redacted. @default none
	 */
	readonly replace?: RedactReplace | undefined;
}

/**
 * The function of `RedactRules.replace`. Receives each value after all other rules, and returns what is written instead.
 *
 * @param key - the attribute's key; for a text that is not an attribute `name`, `status.message` or `body`
 */
export type RedactReplace = (key: string, value: unknown) => unknown;

/** Creates a test whether one of the rules matches a key; undefined if there are no rules. */
export function keyMatcher(rules: readonly (string | RegExp)[] = []): ((key: string) => boolean) | undefined {
	if (rules.length === 0) return undefined;
	const matchers = rules.map((rule) =>
		typeof rule === 'string' ? wordsMatcher(rule) : (key: string) => matchesPattern(rule, key),
	);
	return (key) => matchers.some((matches) => matches(key));
}

/** Returns whether the pattern matches anywhere in the text. */
function matchesPattern(pattern: RegExp, text: string): boolean {
	// With the flag `g` or `y` a regular expression continues where its last match ended.
	pattern.lastIndex = 0;
	return pattern.test(text);
}

/** Creates a function that redacts in a text whatever the rules match; undefined if there are no rules. */
export function valueRedactor(rules: readonly (string | RegExp)[] = []): ((text: string) => string) | undefined {
	if (rules.length === 0) return undefined;
	const redactors = rules.map((rule) => (typeof rule === 'string' ? literalRedactor(rule) : patternRedactor(rule)));
	return (text) => redactors.reduce((result, redact) => redact(result), text);
}

/** Creates a function that redacts every match of a pattern that is not empty. */
function patternRedactor(pattern: RegExp): (text: string) => string {
	const everywhere = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
	return (text) => text.replace(everywhere, (found) => (found === '' ? '' : REDACTED));
}

/** Creates a function that redacts a literal text and, if the rule ends with `*`, the word characters after it. */
function literalRedactor(rule: string): (text: string) => string {
	const open = rule.endsWith('*');
	const part = open ? rule.slice(0, -1) : rule;
	// A part of the marker itself would be found again in each marker that was written.
	if (part === '' || REDACTED.includes(part)) return (text) => text;
	return (text) => {
		let result = '';
		let from = 0;
		for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, from)) {
			result += text.slice(from, at) + REDACTED;
			from = open ? runEnd(text, at + part.length, NAME) : at + part.length;
		}
		return from === 0 ? text : result + text.slice(from);
	};
}
