import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ROOT } from '../../scripts/fresh.mjs';
import { KINDS } from './kinds.js';

const page = readFileSync(`${ROOT}/docs/chaos.md`, 'utf8');

it('docs/chaos.md has a row for each kind, in which this package loses nothing, hangs never and leaves nothing open', () => {
	const rows = [...page.matchAll(/^\| (http|grpc) \| (.+?)(, always)? \| (.+) \|$/gm)].map(
		([, over, name, , cells = '']) => ({
			row: `${over}, ${name}`,
			ours: cells.split(' | ').map((cell) => cell.split(', ').at(-1)),
		}),
	);
	expect(rows.map(({ row }) => row)).toEqual(KINDS.map(({ over, name }) => `${over}, ${name}`));
	for (const { ours } of rows) expect([ours[0], ours[2], ours[3]]).toEqual(['0', 'no', '0']);
	expect(page).toContain(`in ${KINDS.length} ways`);
});
