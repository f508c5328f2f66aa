// The figures of redaction as the text of docs/privacy.md, and the limits that they must reach.
import { WRAPPINGS } from './corpus.mjs';
import { means } from './measure.mjs';

/** The smallest mean recall over all kinds, by wrapping. */
export const LIMITS = Object.fromEntries(
	Object.keys(WRAPPINGS).map((wrapping) => [wrapping, wrapping === 'plain' ? 0.95 : 0.85]),
);

/** Returns a sentence for each figure that misses its limit. */
export function faultsOf(kinds, harmless) {
	const reached = means(kinds);
	const recalls = Object.entries(LIMITS)
		.filter(([wrapping, limit]) => reached[wrapping] < limit)
		.map(([wrapping, limit]) => `recall, ${wrapping}: ${reached[wrapping].toFixed(3)}, the limit is ${limit}.`);
	const hidden = harmless
		.filter(({ changed }) => changed.length > 0)
		.map(
			({ kind, changed }) =>
				`hidden ${kind}: ${changed.length}, such as ${JSON.stringify(changed[0])}; the limit is 0.`,
		);
	return [...recalls, ...hidden];
}

const row = (cells) => `| ${cells.join(' | ')} |`;
/** Breaks a paragraph into lines of 120 characters. */
const wrapped = (text) => text.replace(/(.{1,119}\S)(?:\s+|$)/g, '$1\n').trimEnd();
const names = (kinds) => kinds.map(({ kind }) => `\`${kind}\``).join(', ');
const share = (value) => value.toFixed(2);

/** Returns the part of the page that is between the marks. */
export function figures(kinds, harmless, lists) {
	const wrappings = Object.keys(WRAPPINGS);
	const table = (rows) => [row(['', ...wrappings]), row(['---', ...wrappings.map(() => '---')]), ...rows].join('\n');
	const families = Object.groupBy(kinds, ({ family }) => family);
	const summary = [...Object.entries(families), ['all', kinds]].map(([family, members]) =>
		row([`${family} (${members.length})`, ...Object.values(means(members)).map(share)]),
	);
	const byName = kinds.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
	const whole = byName.filter(({ found }) => Object.values(found).every((value) => value === 1));
	const others = byName.filter((kind) => !whole.includes(kind));
	const sources = lists.map(({ source: { list, date } }) => `${list} (${date})`).join(', ');
	const values = harmless.map(({ kind, count, changed }) => `${changed.length} of ${count} ${kind}`).join(', ');
	return [
		wrapped(
			`The share of secrets that is hidden, of 20 of each kind. A seeded generator makes them from the forms of their kinds: prefix, alphabet, length, check digits. The forms are facts of ${sources}.`,
		),
		table(summary),
		wrapped(`Of values that are no secrets, hidden are: ${values}.`),
		wrapped(`These kinds are found in every wrapping: ${names(whole)}.`),
		'The others:',
		table(others.map(({ kind, found }) => row([`\`${kind}\``, ...Object.values(found).map(share)]))),
	].join('\n\n');
}
