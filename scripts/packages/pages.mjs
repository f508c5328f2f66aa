// The pages that both packages carry. Their links to other pages of the repository become absolute: those pages are not packed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { write } from '../bundle.mjs';
import { ROOT } from '../fresh.mjs';

/** A link of Markdown to a path: neither an address nor a part of the same page. */
const RELATIVE = /\]\((?![a-z]+:|#)([^)\s]+)\)/g;

/** Returns the targets of a page's links that are paths. */
export const relativeLinks = (text) => [...text.matchAll(RELATIVE)].map(([, target]) => target);

/** Returns a page of the repository with absolute links, to the state of this version. */
function withAbsoluteLinks(text) {
	const { version, homepage } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
	const base = `${homepage.replace(/#.*$/, '')}/blob/v${version}/`;
	return text.replace(RELATIVE, (_, target) => `](${new URL(target, base).href})`);
}

/**
 * Writes the pages of a package.
 *
 * @param folder - of the package
 * @param readme - the path of its README from the root
 */
export function writePages(folder, readme) {
	for (const [from, to] of [
		[readme, 'README.md'],
		['CHANGELOG.md', 'CHANGELOG.md'],
		['LICENSE', 'LICENSE'],
	])
		write(folder, to, withAbsoluteLinks(readFileSync(join(ROOT, from), 'utf8')));
}
