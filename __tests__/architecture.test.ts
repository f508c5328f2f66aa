import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, ROOT, SHIPPED } from '../scripts/fresh.mjs';

const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const sources: string[] = filesBelow(SHIPPED).filter((file: string) => file.endsWith('.ts'));
const { floors } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
	floors: Record<string, string[][]>;
};

/** The folders in the first column of the table that lists the sub-folders of a folder, as paths from the root. */
function foldersIn(folder: string): string[] {
	const [, table = ''] =
		new RegExp(`^\\| in \`${folder}/\` \\|[^\\n]*\\n\\| --- [^\\n]*\\n((?:\\|[^\\n]*\\n)*)`, 'm').exec(page) ?? [];
	return table
		.split('\n')
		.filter(Boolean)
		.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)\/`/g)].map(([, name]) => `${folder}/${name}`));
}

describe('the page of the architecture', () => {
	it('lists every folder that holds files, and no other', () => {
		const tops = [...new Set(sources.filter((file) => file.includes('/')).map((file) => file.split('/')[0] ?? ''))];
		const listed = tops.flatMap(foldersIn);
		const covered = (file: string) => listed.some((folder) => file.startsWith(`${folder}/`));
		expect(listed.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
		const inner = sources.filter((file) => file.split('/').length > 2 && !covered(file));
		// A folder's own files, beside sub-folders that the table lists.
		expect(inner.filter((file) => !listed.some((folder) => folder.startsWith(file.replace(/\/[^/]+$/, '/'))))).toEqual(
			[],
		);
	});

	it('lists the folders of each floor in the order of the floors', () => {
		for (const folder of ['delivery', 'config', 'sdk', 'testing', 'cli']) {
			const level = (path: string) =>
				(floors[folder] ?? []).findIndex((floor) => floor.includes(path.split('/')[1] ?? ''));
			const levels = foldersIn(folder).map(level);
			expect(levels.length).toBeGreaterThan(0);
			expect(levels).toEqual([...levels].sort((a, b) => a - b));
			expect(levels).not.toContain(-1);
		}
	});

	it('names files that exist', () => {
		const named = [...page.matchAll(/`((?:lib|decorators|delivery|presets|config|sdk|cli)\/[\w./-]+)`/g)].map(
			([, path = '']) => path,
		);
		expect(named.length).toBeGreaterThan(40);
		expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
	});

	it('names for each of seven facts the one file that defines its symbol', () => {
		const [, table = ''] = page.split('## Seven facts')[1]?.split('| --- | --- | --- |') ?? [];
		const facts = [...table.matchAll(/^\| ([^|]+) \| `([^`]+)` \| `(\w+)` \|$/gm)];
		expect(facts).toHaveLength(7);
		for (const [, , file, symbol] of facts) {
			const definition = new RegExp(
				`^(?:export )?(?:abstract )?(?:async )?(?:function\\*?|class|const|let|interface|type) ${symbol}\\b`,
				'm',
			);
			const holders = sources.filter((source) => definition.test(readFileSync(join(ROOT, source), 'utf8')));
			expect([symbol, holders]).toEqual([symbol, [file]]);
		}
	});

	it.each([
		['lib/instruments/instruments.ts', /explicitBucketBoundaries/],
		['delivery/sending/sender.ts', /afterMs/],
		['config/sources/otel-variables.ts', /'OTEL_SERVICE_NAME'/],
		['lib/settling/streams/web-streams.ts', /'cancel'/],
		['lib/invocation/observer-stamp.ts', /setAttribute/],
		['sdk/process-end/process-end.ts', /'SIGTERM'/],
		['lib/usage/formats/stream-usage.ts', /class StreamUsage/],
	])('%s is where its fact is decided', (file, mark) => {
		expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(mark);
	});
});
