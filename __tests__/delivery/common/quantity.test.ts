import { describe, expect, it } from '@jest/globals';
import { bytes, milliseconds } from '../../../delivery/common/quantity.js';

describe('bytes()', () => {
	it.each([
		['512', 512],
		['900 kB', 900_000],
		['256 MiB', 268_435_456],
		['1.5GiB', 1_610_612_736],
		[' 2 B ', 2],
	])('reads %j', (text, amount) => expect(bytes(text)).toBe(amount));

	it.each(['', 'MiB', '5 mib', '-1 kB', '1e3', '5 constructor', '1 MiB 2'])('does not read %j', (text) =>
		expect(bytes(text)).toBeUndefined(),
	);
});

describe('milliseconds()', () => {
	it.each([
		['250', 250],
		['500ms', 500],
		['45s', 45_000],
		['30 min', 1_800_000],
		['12h', 43_200_000],
		['7d', 604_800_000],
		['2w', 1_209_600_000],
	])('reads %j', (text, amount) => expect(milliseconds(text)).toBe(amount));

	it.each(['', 'd', '7 days', '-7d', '7D'])('does not read %j', (text) => expect(milliseconds(text)).toBeUndefined());
});
