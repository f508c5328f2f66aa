// The notation in which the form of a secret is written: `ghp_{alnum:36}` is `ghp_` and 36 letters or digits,
// `{digit:8-10}:AA{name:33}` begins with 8 to 10 digits.
const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();

/** The alphabets by their names. */
export const ALPHABETS = {
	digit: DIGITS,
	hex: `${DIGITS}abcdef`,
	HEX: `${DIGITS}ABCDEF`,
	Hex: `${DIGITS}ABCDEFabcdef`,
	letter: `${UPPER}${LOWER}`,
	upper: UPPER,
	lower: `${DIGITS}${LOWER}`,
	capital: `${DIGITS}${UPPER}`,
	base32: `234567${UPPER}`,
	bech32: '023456789ACDEFGHJKLMNPQRSTUVWXYZ',
	alnum: `${DIGITS}${UPPER}${LOWER}`,
	word: `${DIGITS}${UPPER}_${LOWER}`,
	name: `-${DIGITS}${UPPER}_${LOWER}`,
	dotted: `-.${DIGITS}${UPPER}_${LOWER}`,
	base64: `+/${DIGITS}${UPPER}${LOWER}`,
	base64pad: `+/${DIGITS}=${UPPER}${LOWER}`,
	dotpadded: `-.${DIGITS}=${UPPER}_${LOWER}`,
	padded: `-${DIGITS}=${UPPER}_${LOWER}`,
};

const sorted = (characters) => [...characters].sort().join('');
const NAMES = new Map(Object.entries(ALPHABETS).map(([name, characters]) => [sorted(characters), name]));

/** Returns the name of an alphabet; its smallest superset's if it has none; undefined if there is none either. */
export function alphabetName(characters) {
	const exact = NAMES.get(sorted(characters));
	if (exact !== undefined) return exact;
	const supersets = Object.entries(ALPHABETS).filter(([, all]) => [...characters].every((one) => all.includes(one)));
	supersets.sort(([, a], [, b]) => a.length - b.length);
	return supersets[0]?.[0];
}

/**
 * Returns the parts of a form: `{ text }` for fixed characters, `{ characters, min, max }` for others.
 *
 * @throws {Error} if the form names an unknown alphabet
 */
export function partsOf(form) {
	return [...form.matchAll(/\{(\w+):(\d+)(?:-(\d+))?\}|([^{]+)/g)].map(([, name, min, max, text]) => {
		if (text !== undefined) return { text };
		const characters = ALPHABETS[name];
		if (characters === undefined) throw new Error(`The form ${form} names the unknown alphabet ${name}.`);
		return { characters, min: Number(min), max: Number(max ?? min) };
	});
}
