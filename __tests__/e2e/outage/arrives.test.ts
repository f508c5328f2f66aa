import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../../scripts/fresh.mjs';
import { run } from '../../../scripts/run.mjs';

/** The rows of the table of `npm run arrives` in a text: the case, and its figures. */
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

/** The name of a case, however long its outage. */
const caseOf = (name: string) => name.replace(/ \d+ s$/, ' … s');

let ended: { code: number; output: string };
let measured: ReturnType<typeof rowsOf>;

beforeAll(async () => {
	ended = await run('node', [join(ROOT, 'scripts/what-arrives.mjs'), '--quick']);
	process.stdout.write(ended.output);
	measured = rowsOf(ended.output);
}, 15 * 60_000);

it('whatever happens to a process or its backend, all of its spans arrive', () => {
	// That exits with 1 where more than one request came twice.
	expect(ended.code).toBe(0);
	expect(measured.size).toBe(20);
	for (const [name, { ours }] of measured) {
		expect({ name, ours }).toEqual({ name, ours: expect.stringMatching(/^0 of [\d,]+$/) });
	}
	// A request whose answer a kill or a close cut off comes twice, which takes bad luck, or a pause of the machine.
	expect([...measured].filter(([, { twice }]) => twice !== '0').length).toBeLessThanOrEqual(2);
});

it('the stock SDK beside it, under the same conditions, loses some', () => {
	// It waits out what is short, and asks again over HTTP.
	const waitsOut = ['the backend is away for … s', 'the backend refuses once: 503, `UNAVAILABLE`'];
	const lossless = [...measured].filter(([, { stock }]) => stock.startsWith('0 of')).map(([name]) => caseOf(name));
	expect(lossless.filter((name) => !waitsOut.includes(name))).toEqual([]);
});

describe('the table of the README', () => {
	const told = () => rowsOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));

	it('has these cases, with outages of 5, 20 and 60 s', () => {
		expect([...told().keys()].filter((name) => !/ \d+ s$/.test(name))).toEqual(
			[...measured.keys()].filter((name) => !/ \d+ s$/.test(name)),
		);
		expect([...told().keys()].filter((name) => / \d+ s$/.test(name))).toEqual(
			[5, 20, 60].map((seconds) => `the backend is away for ${seconds} s`),
		);
	});

	it('has zeros in our column', () => {
		const lost = [...told().values()].map(({ ours }) => ours.split(' of ')[0]);
		expect(new Set(lost)).toEqual(new Set(['0']));
	});
});
