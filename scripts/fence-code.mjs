/** A static import: its clause, a quote and the module. */
const IMPORT = /^import\s+(?:([^'"]*?)\s+from\s+)?(['"])([^'"]+)\2;?/gm;
/** A line with an expectation: the code, `=>` or `throws`, and what is expected. */
const EXPECTED = /^(.*?)\s*\/\/ (=>|throws) ?(.*)$/;
/** What a line prints, by its comment. */
const PRINTS = /\/\/ prints: ?(.*)$/;

/**
 * Returns the code of a fence as the body of an async function with the same lines. Imports become `await import()`,
 * the word `export` is removed, and `// => value` and `// throws Error` become assertions that call `is` and `throws`.
 */
export function bodyOf(code) {
	const lines = code
		.replace(IMPORT, (_all, clause, _quote, from) => importOf(clause, from))
		.replace(/^export default /gm, 'const exportedByDefault = ')
		.replace(/^export \{[^}]*\};?/gm, '')
		.replace(/^export /gm, '')
		.split('\n');
	for (let index = 0; index < lines.length; index++) {
		const [, code, sign, expected] = EXPECTED.exec(lines[index]) ?? [];
		if (sign === undefined || code.trim() === '') continue;
		assertAt(lines, index, code, sign, expected);
	}
	return lines.join('\n');
}

/** Returns the lines that a fence prints, by its comments `// prints: …`. */
export function printsOf(code) {
	return code.split('\n').flatMap((line) => PRINTS.exec(line)?.slice(1) ?? []);
}

/** Returns the `await import()` of a static import, in as many lines; only those lines for `import type`. */
function importOf(clause, from) {
	const text = clause ?? '';
	const lines = '\n'.repeat(text.split('\n').length - 1);
	if (/^type\s/.test(text)) return lines;
	if (text === '') return `await import('${from}');`;
	const [, first, rest] = /^([\w$]+)?,?\s*([\s\S]*)$/.exec(text);
	const named = rest
		.replace(/\btype\s+[\w$]+(\s+as\s+[\w$]+)?\s*,?/g, '')
		.replace(/([\w$]+)\s+as\s+([\w$]+)/g, '$1: $2');
	const star = /^\*\s+as\s+([\w$]+)$/.exec(rest);
	if (star) return `const ${star[1]} = await import('${from}');`;
	const start = first === undefined ? '{' : `{ default: ${first},`;
	return `const ${start}${named.replace(/^\{/, '') || ' }'} = await import('${from}');`;
}

/**
 * Puts an assertion around the statement that ends on the line `index`. Its first line is found by the indentation, so
 * the code must be formatted.
 */
function assertAt(lines, index, code, sign, expected) {
	const end = code.replace(/;$/, '');
	const indent = /^\s*/.exec(end)[0];
	let start = index;
	const closes = (line) => /^[)\]}.]/.test(line.slice(indent.length));
	while (start > 0 && closes(start === index ? end : lines[start])) {
		start--;
		while (start > 0 && (lines[start].trim() === '' || /^\s/.test(lines[start].slice(indent.length)))) start--;
	}
	lines[index] = end;
	const declared = /^\s*(?:const|let|var)\s+([\w$]+)/.exec(lines[start]);
	if (sign === '=>' && declared) {
		lines[index] += `; is(${declared[1]}, () => (${expected}));`;
		return;
	}
	const open = sign === '=>' ? ';is(' : ';await throws(async () => (';
	lines[start] = `${indent}${open}${lines[start].slice(indent.length)}`;
	lines[index] += sign === '=>' ? `, () => (${expected}));` : `), ${JSON.stringify(expected)});`;
}
