import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anchorsOf, linksOf } from '../../scripts/check-links.mjs';

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'agentese-links-'));
	mkdirSync(join(root, 'docs'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Returns the links of a page, each with its line and what is wrong with it. */
function links(text: string): unknown[] {
	writeFileSync(join(root, 'docs/page.md'), text);
	return linksOf('docs/page.md', root).map(({ line, target, fault }) => [line, target, fault]);
}

describe('the check of links', () => {
	it('accepts files, folders and headings of the repository, and does not open addresses', () => {
		writeFileSync(
			join(root, 'README.md'),
			'# A page\n\n## `traced(fn, options)` and `metered`\n\n## Twice\n\n## Twice\n',
		);
		const text = [
			'# Here',
			'[a](../README.md) and [`b`](../README.md#tracedfn-options-and-metered "title")',
			'[c](#here) [d](../docs) [e](https://example.com/nothing) [f](../README.md#twice-1)',
			'',
			'[g]: ../README.md#twice',
		];
		expect(links(text.join('\n'))).toEqual([
			[2, '../README.md', undefined],
			[2, '../README.md#tracedfn-options-and-metered', undefined],
			[3, '#here', undefined],
			[3, '../docs', undefined],
			[3, '../README.md#twice-1', undefined],
			[5, '../README.md#twice', undefined],
		]);
	});

	it('reports a file and a heading that do not exist, and what is outside', () => {
		expect(links('# Here\n\n[a](gone.md)\n[b](#there)\n[c](../../x)\n[d](../docs#here)')).toEqual([
			[3, 'gone.md', 'does not exist.'],
			[4, '#there', 'names no heading of its page.'],
			[5, '../../x', 'is outside of the repository.'],
			[6, '../docs#here', 'has an anchor, and is no page.'],
		]);
	});

	it('reads no link in code', () => {
		expect(links('`[a](gone.md)`\n\n```ts\nconst a = [b](gone);\n# no heading\n```\n')).toEqual([]);
		expect([...anchorsOf('# One\n```sh\n# no heading\n```\n## Two words')]).toEqual(['one', 'two-words']);
	});
});
