import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outputFence } from '../scripts/fences.mjs';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/**
 * Returns the lines of the garden's output without what differs between runs: milliseconds, the width of the table,
 * which depends on them, and the names of files.
 */
function comparable(output: string): string[] {
	return output.split('\n').map((line) => {
		if (line.startsWith('│')) {
			const cells = line.split('│').map((cell) => cell.trim());
			return cells.map((cell, column) => (column === 4 ? cell.replace(/^\d+\.\d$/, '(ms)') : cell)).join('│');
		}
		return line
			.replace(/─{3,}/g, '─')
			.replace(/\b\d+\.\d ms\b/g, '(ms) ms')
			.replace(
				/\S+(\/\.agentese\/(?:traces|metrics)\/)\d{8}T\d{9}Z-\d+-[0-9a-f]{12}(\.jsonl)$/,
				'(directory)$1(name)$2',
			);
	});
}

describe('README', () => {
	let folder: string;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'agentese-readme-'));
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	it('shows the output of npm start', async () => {
		const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL|AGENTESE)_/.test(name)));
		// Runs the script `start` of package.json in a temporary folder, so that its files are not left in the
		// repository.
		const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(root, 'scripts/start.mjs')], {
			cwd: folder,
			env,
		});
		expect(stderr).toBe('');
		expect(comparable(stdout)).toEqual(comparable(`${outputFence('README.md', 'garden')}\n`));
	});

	it('names a test in each cell of the table of model clients', () => {
		const folder = join(root, '__tests__/e2e/models');
		const sources = Object.fromEntries(
			Object.entries({ ai: 'ai-sdk' })
				.concat(['openai', 'anthropic', 'google', 'cohere', 'langchain'].map((name) => [name, name]))
				.map(([name, file]) => [name, readFileSync(join(folder, `${file}.test.ts`), 'utf8')]),
		);
		const [, table = ''] = /^(\| client .*(?:\n\|.*)+)/m.exec(readme) ?? [];
		const cells = [...table.matchAll(/`((\w+) [\d.]+): ([^`]+)`/g)];
		expect(cells.length).toBe(72);
		for (const [, suite = '', client = '', test = ''] of cells) {
			expect(sources[client]).toContain(`'${suite}'`);
			expect(sources[client]).toContain(`\tit('${test}', async`);
		}
	});

	it('names scripts and pages that exist', () => {
		const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
		expect(scripts.start).toBe('node scripts/start.mjs');
		const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link);
		expect(links.length).toBeGreaterThan(10);
		for (const link of links) expect(() => readFileSync(join(root, link))).not.toThrow();
	});
});
