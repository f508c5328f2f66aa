// Reads the rules of gitleaks and writes what they know of each secret's form to gitleaks.json: prefix, alphabet,
// length. Nothing else of that list is copied.
//
//   node scripts/redaction/import-rules.mjs ../gitleaks      a clone of https://github.com/gitleaks/gitleaks
//
// A rule is skipped, and named, if its secret has no fixed characters: such a value is found by its name alone.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { alphabetName } from './form.mjs';

const { positionals } = parseArgs({ allowPositionals: true });
const [clone] = positionals;
if (clone === undefined) {
	console.error('Name the clone of gitleaks: node scripts/redaction/import-rules.mjs ../gitleaks');
	process.exit(1);
}
const git = (...args) => execFileSync('git', ['-C', clone, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 });

/** The end of a rule's expression: what may follow the secret. */
const BOUNDARY = /\(\?:[^()]*(?:\$|\\z)[^()]*\)/g;

/** Returns the forms that an expression matches; empty if it is not made of fixed characters and classes alone. */
function formsOf(expression) {
	const keyed = /\{0,5\}\((?<secret>.*)\)\(\?:\[\\x60/.exec(expression)?.groups?.secret;
	if (keyed === undefined && /\\s|\[\^|\.\*|\(\?s|\\\./.test(expression.replace(BOUNDARY, '').replaceAll('\\.', '')))
		return [];
	const ignoreCase = keyed !== undefined && expression.startsWith('(?i)');
	try {
		const reader = new Reader((keyed ?? expression).replace(BOUNDARY, ''), ignoreCase);
		return [...new Set(reader.alternatives().map((parts) => withoutScheme(joined(parts))))];
	} catch (error) {
		if (error instanceof Unknown) return [];
		throw error;
	}
}

/** Joins parts to a form; of two parts of one alphabet makes one. */
function joined(parts) {
	const same = /\{(\w+):(\d+)\}\{\1:(\d+)\}/;
	let form = parts.join('');
	while (same.test(form)) form = form.replace(same, (_all, name, a, b) => `{${name}:${Number(a) + Number(b)}}`);
	return form;
}

/** Removes the scheme of an address, which a log may leave out. */
const withoutScheme = (form) => form.replace(/^http(?:\{lower:0-1\}|s)?:\/\//, '');

/**
 * Rules whose fixed characters are too few for a text of any kind, or that redaction covers by another detector (users of
 * addresses). Of Square's keys another list has the exact length.
 */
const LEFT_OUT = new Set([
	'beamer-api-token',
	'okta-access-token',
	'sidekiq-sensitive-url',
	'square-access-token',
	'sumologic-access-id',
	'yandex-aws-access-token',
]);

/** An expression holds something that no form can express. */
class Unknown extends Error {}

/** Reads the subset of regular expressions that describes a form. */
class Reader {
	#text;
	#at = 0;
	#ignoreCase;

	constructor(text, ignoreCase) {
		this.#text = text;
		this.#ignoreCase = ignoreCase;
	}

	/** Returns each alternative as a list of parts. */
	alternatives() {
		const all = [];
		for (;;) {
			all.push(...this.#sequence());
			if (this.#text[this.#at] !== '|') return all;
			this.#at++;
		}
	}

	#sequence() {
		let heads = [[]];
		while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at])) {
			const tails = this.#item();
			heads = heads.flatMap((head) => tails.map((tail) => [...head, ...tail]));
			if (heads.length > 32) throw new Unknown();
		}
		return heads;
	}

	/** Reads a group, a class or a character with its quantifier; returns its alternatives. */
	#item() {
		const text = this.#text.slice(this.#at);
		const flags = /^\(\?(-?)i\)/.exec(text);
		if (flags !== null) {
			this.#ignoreCase = flags[1] === '';
			this.#at += flags[0].length;
			return [[]];
		}
		const group = /^\((?:\?(-?)(i?):|\?P<\w+>)?/.exec(text);
		if (group !== null) return this.#group(group);
		if (text.startsWith('\\b')) {
			this.#at += 2;
			return [[]];
		}
		const set = /^\[(?:\[:alnum:\]|\\.|[^\]\\])+\]|^\\[dw]|^\\?[^\\[\](){}?*+^$]/.exec(text);
		if (set === null) throw new Unknown();
		this.#at += set[0].length;
		const characters = charactersOf(set[0], this.#ignoreCase && set[0].length > 1);
		const [min, max] = this.#count();
		if (characters.length === 1 && min === max) return [[characters.repeat(min)]];
		// One of few characters is an alternative: `xox[bp]-`.
		if (characters.length <= 4 && min === 1 && max === 1) return [...characters].map((one) => [one]);
		if (max === 0) return [[]];
		const name = alphabetName(characters);
		if (name === undefined) throw new Unknown();
		return [[`{${name}:${min === max ? min : `${min}-${max}`}}`]];
	}

	#group([all, off, on]) {
		const before = this.#ignoreCase;
		if (on === 'i') this.#ignoreCase = off === '';
		this.#at += all.length;
		const inner = this.alternatives();
		if (this.#text[this.#at] !== ')') throw new Unknown();
		this.#at++;
		this.#ignoreCase = before;
		const [min, max] = this.#count();
		if (min === max) return inner.map((parts) => Array.from({ length: min }, () => parts).flat());
		if (min === 0 && max === 1) return [[], ...inner];
		throw new Unknown();
	}

	/** Reads a quantifier. What may be repeated without end is limited to 40. */
	#count() {
		const found = /^(?:\{(\d+)(,?)(\d*)\}|([?*+]))\??/.exec(this.#text.slice(this.#at));
		if (found === null) return [1, 1];
		this.#at += found[0].length;
		const [, low, comma, high, sign] = found;
		if (sign !== undefined) return sign === '?' ? [0, 1] : [sign === '+' ? 1 : 0, 40];
		return [Number(low), comma === '' ? Number(low) : Number(high || Number(low) + 40)];
	}
}

/** Returns the characters of a class, sorted. */
function charactersOf(source, ignoreCase) {
	const body = source.startsWith('[') ? source.slice(1, -1).replace('[:alnum:]', 'a-zA-Z0-9') : source;
	const found = new Set();
	for (const [item] of body
		.replaceAll('\\w', 'a-zA-Z0-9_')
		.replaceAll('\\d', '0-9')
		.matchAll(/[^\\]-[^\\]|\\.|./g)) {
		const bare = item.replaceAll('\\', '');
		const [first, last] = bare.length === 3 ? [bare[0], bare[2]] : [bare, bare];
		for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code++) {
			const character = String.fromCharCode(code);
			found.add(character);
			if (ignoreCase) found.add(character.toLowerCase()).add(character.toUpperCase());
		}
	}
	return [...found].sort().join('');
}

const rules = git('show', 'HEAD:config/gitleaks.toml')
	.split(/^\[\[rules\]\]$/m)
	.slice(1);
const kinds = {};
const skipped = [];
for (const rule of rules) {
	const id = /^id = "(.*)"$/m.exec(rule)?.[1];
	const expression = /^regex = '''(.*)'''$/m.exec(rule)?.[1];
	const forms = expression === undefined ? [] : formsOf(expression);
	// A form needs fixed characters that other texts do not have.
	const fixed = forms.filter((form) => /^[^{}]{2,}|\}[^{}]{2,}/.test(form) && form.includes('{'));
	if (fixed.length > 0 && !LEFT_OUT.has(id)) kinds[id] = fixed;
	else skipped.push(id);
}
const [commit, date] = git('log', '-1', '--format=%H %cs').trim().split(' ');
const source = { list: 'gitleaks', commit, date };
writeFileSync(join(import.meta.dirname, 'gitleaks.json'), `${JSON.stringify({ source, kinds }, null, '\t')}\n`);
console.log(`${Object.keys(kinds).length} kinds. Skipped, because only their names mark them: ${skipped.join(', ')}.`);
