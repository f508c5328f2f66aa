import { describe, expect, it } from '@jest/globals';
import { attributesOf, attributeValue, cutPath } from '../../../../lib/signals/tracing/attribute-values.js';

describe('attribute values', () => {
	it.each([
		['text', 'text'],
		[1.5, 1.5],
		[true, true],
		[
			['a', 'b'],
			['a', 'b'],
		],
		[
			[1, 2],
			[1, 2],
		],
		[[], []],
		[
			['a', null, 'b'],
			['a', null, 'b'],
		],
		[
			[undefined, 1],
			[undefined, 1],
		],
	])('keeps %p as it is', (value, written) => {
		expect(attributeValue(value)).toEqual(written);
	});

	it.each([
		[new Date(0), '1970-01-01T00:00:00.000Z'],
		[new Date(Number.NaN), 'Invalid Date'],
		[10n ** 20n, '100000000000000000000'],
		[new RangeError('too far'), 'RangeError: too far'],
		[new Map([['a', 1n]]), '[["a","1"]]'],
		[new Set([1, 'b']), '[1,"b"]'],
		[new URL('http://localhost/'), 'http://localhost/'],
		[/x/g, '/x/g'],
		[Symbol('s'), 'Symbol(s)'],
		[{ a: { b: new Date(0) } }, '{"a":{"b":"1970-01-01T00:00:00.000Z"}}'],
		[[1, 'mixed'], '[1,"mixed"]'],
		[[1, { a: null }], '[1,{"a":null}]'],
		[{ toJSON: () => ({ amount: '1.50' }) }, '{"amount":"1.50"}'],
		[{ toJSON: () => '1.50' }, '1.50'],
		[new Proxy({ a: 1 }, {}), '{"a":1}'],
	])('writes %p as text', (value, written) => {
		expect(attributeValue(value)).toBe(written);
	});

	it('leaves null and undefined out', () => {
		expect(attributesOf({ a: null, b: undefined, c: 0 })).toEqual({ c: 0 });
		expect(attributesOf('no record')).toEqual({});
	});

	it('writes a cycle once, and an object twice if it occurs twice', () => {
		const twice = { n: 1 };
		const cycle: Record<string, unknown> = { twice, again: twice };
		cycle['self'] = cycle;
		expect(attributeValue(cycle)).toBe('{"twice":{"n":1},"again":{"n":1},"self":"[circular]"}');
	});

	it('never throws, and cuts long texts', () => {
		const hostile = new Proxy(
			{},
			{
				get() {
					throw new Error('no');
				},
				ownKeys() {
					throw new Error('no');
				},
			},
		);
		expect(attributeValue(hostile)).toBe('[unreadable object]');
		expect(attributeValue({ long: 'x'.repeat(10_000) })).toMatch(/^.{4000,4096}$/);
		expect(cutPath('a'.repeat(300))).toHaveLength(256);
	});
});

describe('a large value', () => {
	const MILLION = 1_000_000;

	it.each([
		['a Buffer', Buffer.alloc(MILLION, 'x')],
		['a typed array', new Float64Array(MILLION)],
		['an object', Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]))],
		['a Map', new Map(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]))],
		['a Set', new Set(Array.from({ length: 100_000 }, (_, i) => i))],
		['an array of numbers', Array.from({ length: MILLION }, (_, i) => i)],
	])('%s is a bounded text', (_, value) => {
		const text = attributeValue(value);
		expect(typeof text).toBe('string');
		expect(String(text).length).toBeLessThanOrEqual(4096);
	});

	it('a long text is cut at a blank, with the number of characters that are missing', () => {
		const text = String(attributeValue('word '.repeat(MILLION)));
		expect(text).toMatch(/word …\[cut \d+ characters\]$/);
		expect(text.length).toBeLessThan(65_600);
		expect(attributeValue('x'.repeat(65_536))).toHaveLength(65_536);
	});
});
