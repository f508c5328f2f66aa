import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const child = fileURLToPath(new URL('./rejections.child.ts', import.meta.url));

describe('what Node reports of rejections', () => {
	it('is the same with and without weaving, for every kind of promise and of consumer', async () => {
		const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child]);
		const report = JSON.parse(stdout) as Record<string, { bare: unknown[]; woven: unknown[] }>;
		expect(Object.keys(report).length).toBe(56);
		const bare = Object.fromEntries(Object.entries(report).map(([name, seen]) => [name, seen.bare]));
		const woven = Object.fromEntries(Object.entries(report).map(([name, seen]) => [name, seen.woven]));
		expect(woven).toEqual(bare);
		expect(bare['plain: nobody']).toEqual([['unhandled', 'reason']]);
		expect(bare['subclass: late catch']).toEqual([['unhandled', 'reason'], ['handled late']]);
		expect(bare['subclass: try await']).toEqual([]);
	});
});
