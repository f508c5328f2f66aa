// Checks the links of the pages: `npm run links`. A relative link must name a file of the repository, and an anchor a heading
// of its page. Addresses on the network are not opened.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { filesBelow, ROOT } from './fresh.mjs';

/** The pages. */
const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'bench/README.md', 'docs', 'examples'];

/** A link in the text, `[text](target)`, and the definition of one, `[name]: target`. */
const LINKS = [
	/\]\(\s*<?([^\s()<>]+(?:\([^\s()]*\))?)>?(?:\s+"[^"]*")?\s*\)/g,
	/^ {0,3}\[[^\]]+\]:\s+<?(\S+?)>?(?:\s|$)/gm,
];

/** Returns the text of a page without what is code, with the same lines. */
function prose(text) {
	const blank = (code) => code.replace(/[^\n]/g, ' ');
	return text.replace(/^(\s*)(`{3,}|~{3,})[\s\S]*?^\s*\2\s*$/gm, blank).replace(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, blank);
}

/** Returns the anchors of a page: those that GitHub gives its headings, and ids in HTML. */
export function anchorsOf(text) {
	const counts = new Map();
	const headings = text.replace(/^(\s*)(`{3,}|~{3,})[\s\S]*?^\s*\2\s*$/gm, '').matchAll(/^#{1,6}\s+(.*?)\s*#*\s*$/gm);
	const anchors = [...headings].map(([, heading]) => {
		const words = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*`]/g, '');
		const slug = words
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
			.replaceAll(' ', '-');
		const count = counts.get(slug) ?? 0;
		counts.set(slug, count + 1);
		return count === 0 ? slug : `${slug}-${count}`;
	});
	const ids = [...text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map(([, id]) => id);
	return new Set([...anchors, ...ids]);
}

/**
 * Returns the links of a page that stay in the repository, each with `line`, `target` and `fault`: a sentence if it leads
 * nowhere, else undefined.
 *
 * @param page - a path from `root`
 * @param root - the folder that the links stay in
 */
export function linksOf(page, root = ROOT) {
	const plain = prose(readFileSync(join(root, page), 'utf8'));
	return LINKS.flatMap((pattern) => [...plain.matchAll(pattern)])
		.filter(([, target]) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
		.map(({ 1: target, index }) => {
			const line = plain.slice(0, index).split('\n').length;
			return { line, target, fault: faultOf(page, decodeURI(target), root) };
		});
}

/** Returns what is wrong with a link, or undefined if nothing is. */
function faultOf(page, target, root) {
	const [path, anchor] = target.split('#');
	const file = path === '' ? join(root, page) : join(root, dirname(page), path);
	if (relative(root, file).startsWith('..')) return 'is outside of the repository.';
	if (!existsSync(file)) return 'does not exist.';
	if (anchor === undefined) return undefined;
	if (statSync(file).isDirectory() || !file.endsWith('.md')) return 'has an anchor, and is no page.';
	return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? undefined : 'names no heading of its page.';
}

if (import.meta.url === `file://${process.argv[1]}`) {
	const pages = filesBelow(PAGES).filter((file) => file.endsWith('.md'));
	const links = pages.flatMap((page) => linksOf(page).map((link) => ({ page, ...link })));
	const faults = links.filter(({ fault }) => fault !== undefined);
	for (const { page, line, target, fault } of faults) console.error(`${page}:${line}: ${target} ${fault}`);
	console.log(`${links.length} links on ${pages.length} pages, ${faults.length} faults.`);
	if (faults.length > 0 || links.length === 0) process.exitCode = 1;
}
