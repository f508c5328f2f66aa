/** The first line of a fence: indentation, mark, language, info string. */
const OPENING = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)\s*(.*)$/;

/**
 * Returns the fences of a text in the form of `fencesOf`.
 *
 * @param page - the file that the text is from, for messages
 * @param title - the heading of fences that no heading is above
 * @throws if a fence is not closed
 */
export function fencesIn(page, text, title) {
	const fences = [];
	let heading = title;
	let open;
	for (const [index, line] of text.split('\n').entries()) {
		if (open) {
			if (line.trim() === open.mark) {
				fences.push({ ...open.fence, code: open.lines.join('\n') });
				open = undefined;
			} else open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
			continue;
		}
		const [, indent, mark, language, info] = OPENING.exec(line) ?? [];
		if (mark !== undefined) {
			const words = info.split(/\s+/).filter(Boolean);
			const pairs = words.filter((word) => word.includes('=')).map((word) => word.split('='));
			const fence = { page, heading, language, words, ...Object.fromEntries(pairs), line: index + 2 };
			open = { fence, mark, indent, lines: [] };
		} else if (/^#+ /.test(line)) heading = line.replace(/^#+ /, '');
	}
	if (open) throw new Error(`${page}:${open.fence.line - 1}: this fence is never closed.`);
	return fences;
}
