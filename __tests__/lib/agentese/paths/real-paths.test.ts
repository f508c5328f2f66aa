import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parsePath, tryParsePath } from '../../../../lib/agentese/paths/parse.js';

const rows = readFileSync(new URL('../../../fixtures/agentese-paths.tsv', import.meta.url), 'utf8')
	.split('\n')
	.filter((line) => line !== '' && !line.startsWith('#'))
	.map((line) => line.split('\t'));
/** Rows of the kind `aspect`, or `aspect(fn-node)` if a function is the node; the other rows are nodes. */
const real = rows.filter(([, kind = '']) => kind.startsWith('aspect')).map(([path = '']) => path);

describe('the 598 real paths', () => {
	const valid = real.filter((path) => !path.startsWith('witness.'));

	it('are 598, of which 593 begin with a context', () => {
		expect([real.length, valid.length]).toEqual([598, 593]);
	});

	it('have two, three or four segments', () => {
		const counts = new Map<number, number>();
		for (const path of real) counts.set(path.split('.').length, (counts.get(path.split('.').length) ?? 0) + 1);
		expect([...counts].sort()).toEqual([
			[2, 2],
			[3, 500],
			[4, 96],
		]);
	});

	it.each(valid)('%s has its last segment as aspect and all between as holon', (path) => {
		const segments = path.split('.');
		expect(parsePath(path)).toEqual({
			path,
			context: segments[0],
			holon: segments.slice(1, -1).join('.'),
			aspect: segments.at(-1),
		});
	});

	it('are refused if their context is not one of the five, with a path to try', () => {
		expect(real.filter((path) => !valid.includes(path)).map((path) => String(tryParsePath(path)))).toEqual(
			['capture', 'crystallize', 'export', 'manifest', 'trail'].map(
				(aspect) =>
					`PathSyntaxError: "witness.daily_lab.${aspect}" is not a path: it begins with "witness", which is not a context. The contexts are world, self, concept, void and time. ` +
					`Try a context before it, such as "self.witness.daily_lab.${aspect}".`,
			),
		);
	});
});
