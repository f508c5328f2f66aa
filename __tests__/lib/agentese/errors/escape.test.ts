import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { list, printable, quote } from '../../../../lib/agentese/errors/escape.js';

describe('printable()', () => {
	it.each([
		['self.soul', 'self.soul'],
		['café 😀 *', 'café 😀 *'],
		['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
		['say "x" \\', 'say \\"x\\" \\\\'],
		['\u0000\u001b\u007f', '\\u0000\\u001b\\u007f'],
		['\u00a0\u2028\u202e\u200b\ufeff', '\\u00a0\\u2028\\u202e\\u200b\\ufeff'],
		['\ud800', '\\ud800'],
		['\u{e0001}', '\\u{e0001}'],
		['', ''],
	])('%j is shown as %j', (text, shown) => {
		expect(printable(text)).toBe(shown);
	});

	it('truncates at the limit, with an ellipsis', () => {
		expect(printable('abcdef', 6)).toBe('abcdef');
		expect(printable('abcdefg', 6)).toBe('abcdef…');
	});

	it('never truncates within an escape or a surrogate pair', () => {
		expect(printable('abc\u0000', 6)).toBe('abc…');
		expect(printable('abc😀', 4)).toBe('abc…');
	});

	it('returns at most the limit and an ellipsis, without control characters, for any text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
				const shown = printable(text, 40);
				expect(shown.length).toBeLessThanOrEqual(41);
				expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
			}),
		);
	});
});

describe('quote()', () => {
	it('puts the text between quotes', () => {
		expect(quote('a"b')).toBe('"a\\"b"');
	});

	it('truncates at 80 characters by default', () => {
		expect(quote('x'.repeat(10_000_000))).toBe(`"${'x'.repeat(80)}…"`);
		expect(quote('abcdef', 3)).toBe('"abc…"');
	});
});

describe('list()', () => {
	it('joins the texts', () => {
		expect(list(['a', 'b\n'])).toBe('a, b\\n');
		expect(list([])).toBe('');
	});

	it('counts those beyond the limit', () => {
		expect(list(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
		expect(list(['a', 'b'], 2)).toBe('a, b');
	});
});
