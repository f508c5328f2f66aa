import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../../../lib/redaction/redactor.js';
import { boundedJson } from '../../../../lib/signals/capture/bounded-json.js';
import { metadataOf } from '../../../../lib/signals/capture/metadata.js';
import { PLANTED, SHAPES } from '../../redaction/planted.js';

const redactor = new Redactor();
const LIMITS = { maxBytes: 8192, maxDepth: 8, maxValues: 1000 };
const written = (value: unknown, limits: Partial<typeof LIMITS> = {}) =>
	JSON.parse(boundedJson(value, { ...LIMITS, ...limits }, redactor));

class Verdict {
	ruling = 'REJECT';
	#private = 'hidden';
	get reasons(): never {
		throw new Error(this.#private);
	}
}

class Empty {}

function circular() {
	const value: Record<string, unknown> = { a: 1 };
	value['me'] = value;
	return value;
}

describe('a value as JSON', () => {
	it.each<[string, unknown, unknown]>([
		['bigint', 12345678901234567890n, '12345678901234567890'],
		['undefined', undefined, null],
		['NaN', [Number.NaN, Number.POSITIVE_INFINITY], ['NaN', 'Infinity']],
		['symbol', Symbol('s'), 'Symbol(s)'],
		['function', () => 1, '[function]'],
		[
			'Map',
			new Map<unknown, unknown>([
				['a', 1],
				[{ b: 2 }, [3]],
			]),
			[
				['a', 1],
				[{ b: 2 }, [3]],
			],
		],
		['Set', new Set(['a', { b: 1 }]), ['a', { b: 1 }]],
		['Date', new Date(0), '1970-01-01T00:00:00.000Z'],
		['an invalid Date', new Date(Number.NaN), 'Invalid Date'],
		['Error', new TypeError('no'), 'TypeError: no'],
		['Buffer', Buffer.from('abc'), '[Buffer of 3 bytes]'],
		['typed array', new Float64Array(2), '[Float64Array of 16 bytes]'],
		['class', new Verdict(), { ruling: 'REJECT' }],
		['class without members', new Empty(), '[Empty]'],
		['an object that contains itself', circular(), { a: 1, me: '[circular]' }],
		['one object twice', ((one) => [one, one])({ a: 1 }), [{ a: 1 }, { a: 1 }]],
		['getter', Object.defineProperty({}, 'x', { enumerable: true, get: () => 1 }), { x: '[getter]' }],
		['no prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
		['holes', Object.assign([], { 1: 1 }), [null, 1]],
		['regular expression', /a"b/g, '/a"b/'],
		['address', new URL('https://a/b'), 'https://a/b'],
		['promise', Promise.resolve(1), '[Promise]'],
		['stream', new ReadableStream(), '[ReadableStream]'],
		['half a character', '\ud800', '\ud800'],
	])('%s', (_name, value, expected) => {
		expect(written(value)).toEqual(expected);
	});

	it('runs no code of the value: no getter, no toJSON, no trap, no iterator', () => {
		const ran: string[] = [];
		const trap = (name: string) => () => {
			ran.push(name);
			throw new Error(name);
		};
		const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, trap(name)]));
		function* items() {
			ran.push('generator');
			yield 1;
		}
		const value = [
			new Proxy({}, traps),
			{ toJSON: trap('toJSON'), inner: new Proxy([], traps) },
			items(),
			{ [Symbol.asyncIterator]: trap('iterator') },
			Object.assign(new Map([['a', 1]]), { entries: trap('entries') }),
			Object.defineProperties([1], { 0: { get: trap('index'), enumerable: true } }),
			{ constructor: new Proxy(Verdict, traps) },
		];
		expect(written(value)).toEqual([
			'[proxy]',
			{ toJSON: '[function]', inner: '[proxy]' },
			'[iterator]',
			'[iterator]',
			[['a', 1]],
			['[getter]'],
			{ constructor: '[function]' },
		]);
		expect(ran).toEqual([]);
	});

	it('has no secrets: they are removed by names of members and of keys of a Map, and in texts before these are cut', () => {
		const key = SHAPES['openai project']?.text ?? '';
		expect(
			written({
				password: 'pw',
				nested: [{ apiKey: { any: 'thing' }, page: 2, enabledSecret: false }],
				map: new Map([['token', 'x']]),
				note: `it was ${key}`,
				[key]: 1,
				cards: [4111111111111111, -5555555555554444],
			}),
		).toEqual({
			password: '[redacted]',
			nested: [{ apiKey: '[redacted]', page: 2, enabledSecret: false }],
			map: [['token', '[redacted]']],
			note: 'it was [redacted]',
			'[redacted]': 1,
			cards: ['[redacted]', '[redacted]'],
		});
		for (let before = 0; before < 300; before += 7) {
			const cut = boundedJson(
				`${'x'.repeat(before)} ${key} ${'y'.repeat(500)}`,
				{ ...LIMITS, maxBytes: 200 },
				redactor,
			);
			expect(cut).not.toContain(key.slice(8, 16));
		}
	});

	it('has a marker in place of what was cut', () => {
		expect(written('x'.repeat(500), { maxBytes: 100 })).toMatch(/^x{58}…\[cut 442 characters\]$/);
		expect(written([1, 2, 3, { a: 1, b: 2 }, 5], { maxValues: 5 })).toEqual([
			1,
			2,
			3,
			{ '[cut]': '2 more' },
			'[cut 1 more]',
		]);
		expect(written([[['x']], { a: { b: 1 } }], { maxDepth: 2 })).toEqual([['[cut Array]'], { a: '[cut Object]' }]);
		expect(
			written(
				Array.from({ length: 1e6 }, () => 'item'),
				{ maxBytes: 100 },
			),
		).toEqual([...Array.from({ length: 9 }, () => 'item'), '[cut 999991 more]']);
	});

	it('parses and fits, whatever the value and the limits', () => {
		const limits = fc.record({
			maxBytes: fc.integer({ min: 64, max: 2000 }),
			maxDepth: fc.integer({ min: 1, max: 9 }),
			maxValues: fc.integer({ min: 1, max: 200 }),
		});
		const planted = fc.constantFrom(...Object.values(PLANTED).map(({ text }) => text));
		const anything = fc.oneof(
			fc.anything({
				withBigInt: true,
				withDate: true,
				withMap: true,
				withSet: true,
				withNullPrototype: true,
				withTypedArray: true,
				withSparseArray: true,
				withBoxedValues: true,
				withObjectString: true,
				maxDepth: 5,
			}),
			fc.array(fc.oneof(planted, fc.string({ unit: 'grapheme', maxLength: 300 })), { maxLength: 20 }),
		);
		fc.assert(
			fc.property(anything, limits, (value, limit) => {
				const json = boundedJson(value, limit, redactor);
				expect(Buffer.byteLength(json)).toBeLessThanOrEqual(limit.maxBytes);
				JSON.parse(json);
				// Redaction of the whole span does not break the JSON.
				JSON.parse(redactor.text(json));
			}),
			{ numRuns: 1000 },
		);
	});
});

describe('the metadata of a value', () => {
	it.each<[unknown, unknown]>([
		['four', { type: 'string', length: 4 }],
		[5, { type: 'number' }],
		[null, { type: 'null' }],
		[undefined, { type: 'undefined' }],
		[[1, 2], { type: 'Array', length: 2 }],
		[new Map([[1, 2]]), { type: 'Map', size: 1 }],
		[Buffer.from('abc'), { type: 'Buffer', bytes: 3 }],
		[new Verdict(), { type: 'Verdict', keys: 1 }],
		[{ password: 'pw' }, { type: 'Object', keys: 1 }],
		[
			new Proxy(
				{},
				{
					getPrototypeOf: () => {
						throw new Error('no');
					},
				},
			),
			{ type: 'proxy' },
		],
		[new ReadableStream(), { type: 'ReadableStream' }],
	])('%# has a type and a size, and no content of the value', (value, expected) => {
		expect(metadataOf(value)).toEqual(expected);
	});
});
