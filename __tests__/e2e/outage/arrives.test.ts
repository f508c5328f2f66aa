import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../../scripts/fresh.mjs';
import { run } from '../../../scripts/run.mjs';

/** Returns the rows of the table of `npm run arrives` in a text: the figures of each case. */
function rowsOf(text: string): Map<string, { stock: string; ours: string; twice: string }> {
	const lines = text.split('\n');
	const head = lines.findIndex((line) => line.startsWith('| case | stock: lost of made | ours: lost of made |'));
	const rows = lines.slice(
		head + 2,
		lines.findIndex((line, index) => index > head && !line.startsWith('|')),
	);
	return new Map(
		(head < 0 ? [] : rows).map((line) => {
			const [, name = '', stock = '', ours = '', twice = ''] = line.split('|').map((cell) => cell.trim());
			return [name, { stock, ours, twice }];
		}),
	);
}

/** Returns the name of a case without the duration of its outage. */
const caseOf = (name: string) => name.replace(/ \d+ s$/, ' … s');

let ended: { code: number; output: string };
let measured: ReturnType<typeof rowsOf>;

beforeAll(async () => {
	ended = await run('node', [join(ROOT, 'scripts/what-arrives.mjs'), '--quick']);
	process.stdout.write(ended.output);
	measured = rowsOf(ended.output);
}, 15 * 60_000);

it('all spans arrive in every case of a failing process or backend', () => {
	// The script exits with 1 if more than one request arrived twice.
	expect(ended.code).toBe(0);
	expect(measured.size).toBe(20);
	for (const [name, { ours }] of measured) {
		expect({ name, ours }).toEqual({ name, ours: expect.stringMatching(/^0 of [\d,]+$/) });
	}
	// A request arrives twice if a kill or a close cut off its response, which is rare unless the machine pauses.
	expect([...measured].filter(([, { twice }]) => twice !== '0').length).toBeLessThanOrEqual(2);
});

it('the stock SDK loses spans under the same conditions', () => {
	// It survives short outages, and retries over HTTP.
	const survives = ['the backend is away for … s', 'the backend refuses once: 503, `UNAVAILABLE`'];
	const lossless = [...measured].filter(([, { stock }]) => stock.startsWith('0 of')).map(([name]) => caseOf(name));
	expect(lossless.filter((name) => !survives.includes(name))).toEqual([]);
});

describe('the table of the README', () => {
	const published = () => rowsOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));

	it('has these cases, with outages of 5, 20 and 60 s', () => {
		expect([...published().keys()].filter((name) => !/ \d+ s$/.test(name))).toEqual(
			[...measured.keys()].filter((name) => !/ \d+ s$/.test(name)),
		);
		expect([...published().keys()].filter((name) => / \d+ s$/.test(name))).toEqual(
			[5, 20, 60].map((seconds) => `the backend is away for ${seconds} s`),
		);
	});

	it('has zeros in our column', () => {
		const lost = [...published().values()].map(({ ours }) => ours.split(' of ')[0]);
		expect(new Set(lost)).toEqual(new Set(['0']));
	});
});
