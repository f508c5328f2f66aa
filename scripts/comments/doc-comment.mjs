/** A fence in a comment: its info string and its code. */
const FENCE = /^```(.*)\n([\s\S]*?)^```$/gm;
/** A tag behind a space or at the begin of a line, and its text up to the next tag. */
const TAG = /(?:^|\s)@(\w+)\b([\s\S]*?)(?=\s@\w+\b|$)/g;

/**
 * Returns the parts of a doc comment: `summary`, what is before the first tag; `tags`, each with `name` and `text`;
 * `examples`, the fences in it; and `text`, everything but the fences.
 *
 * @param source - the comment with its marks
 */
export function parseComment(source) {
	const lines = source
		.replace(/^\/\*\*/, '')
		.replace(/\*\/$/, '')
		.split('\n')
		.map((line) => line.replace(/^\s*\*( |$)/, '').trimEnd());
	const whole = lines.join('\n').trim();
	const examples = [...whole.matchAll(FENCE)].map(([, info, code]) => ({ info, code: code.replace(/\n$/, '') }));
	const text = whole.replace(FENCE, '').trim();
	const plain = text.replace(/`[^`]*`|\{@[^}]*\}/g, (quoted) => quoted.replaceAll('@', '\u0000'));
	const tags = [...plain.matchAll(TAG)].map(([, name, body]) => ({
		name,
		text: body.replaceAll('\u0000', '@').trim(),
	}));
	const summary = plain
		.replace(/(?:^|\s)@\w+\b[\s\S]*$/, '')
		.replaceAll('\u0000', '@')
		.trim();
	return { summary, tags, examples, text };
}
