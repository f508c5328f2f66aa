import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import {
	factsOf,
	inspect,
	readAsyncIterator,
	readIterator,
	readObservable,
	readThen,
	typeName,
} from '../../../../lib/settling/common/inspect.js';

describe('typeName()', () => {
	class Verdict {}
	class Ruling extends Verdict {}
	const names: [unknown, string][] = [
		[null, 'null'],
		[undefined, 'undefined'],
		['x', 'string'],
		[1, 'number'],
		[1n, 'bigint'],
		[true, 'boolean'],
		[Symbol('x'), 'symbol'],
		[[], 'Array'],
		[{}, 'Object'],
		[Object.create(null), 'Object'],
		[new Verdict(), 'Verdict'],
		[new Ruling(), 'Ruling'],
		[new (class extends Verdict {})(), 'Verdict'],
		[Object.create(new Verdict()), 'Verdict'],
		[new Map(), 'Map'],
		[new Error('x'), 'Error'],
		[() => 1, 'Function'],
		[async () => 1, 'AsyncFunction'],
		[Verdict, 'Function'],
		[Ruling, 'Function'],
		[(function* () {})(), 'Generator'],
		[(async function* () {})(), 'AsyncGenerator'],
		[[].values(), 'Array Iterator'],
		[runInNewContext('new Map()'), 'Map'],
		[runInNewContext('({})'), 'Object'],
		[runInNewContext('[]'), 'Array'],
	];

	it.each(names)('of %p is %s', (value, name) => {
		expect(typeName(value)).toBe(name);
	});

	it('is not what the value itself says', () => {
		const liar = Object.defineProperty({ constructor: { name: 'Liar' } }, Symbol.toStringTag, { value: 'Liar' });
		expect(typeName(liar)).toBe('Object');
	});

	it('runs no getter of the class', () => {
		class Sly {}
		Object.defineProperty(Sly, 'name', {
			get() {
				throw new Error('not yours');
			},
		});
		expect(typeName(new Sly())).toBe('Object');
	});

	it('of what cannot be looked at is Object or object', () => {
		const { proxy, revoke } = Proxy.revocable({}, {});
		revoke();
		expect(typeName(proxy)).toBe('object');
		const secretive = new Proxy(
			{},
			{
				getPrototypeOf() {
					throw new Error('not yours');
				},
			},
		);
		expect(typeName(secretive)).toBe('Object');
	});
});

describe('factsOf()', () => {
	it('knows the streams of Node and of the web by their prototypes', () => {
		expect(factsOf(new Readable()).stream).toBe('node');
		expect(factsOf(new Writable()).stream).toBe('node');
		expect(factsOf(new Duplex()).stream).toBe('node');
		expect(factsOf(new PassThrough()).stream).toBe('node');
		expect(factsOf(new ReadableStream()).stream).toBe('web');
		expect(factsOf(new WritableStream()).stream).toBe(undefined);
	});

	it('knows those of another copy by their name and their methods', () => {
		const copy = class Readable {
			push() {}
			unshift() {}
		};
		const sink = class Writable {
			cork() {}
			uncork() {}
		};
		const { ReadableStream: web } = {
			ReadableStream: class {
				getReader() {}
			},
		};
		expect(factsOf(new copy()).stream).toBe('node');
		expect(factsOf(new sink()).stream).toBe('node');
		expect(factsOf(new web()).stream).toBe('web');
	});

	it('does not take a class of the application for a stream because of its name', () => {
		const article = class Readable {};
		expect(factsOf(new article()).stream).toBe(undefined);
	});
});

describe('the looks under a constant name', () => {
	const looks = [
		['then', readThen],
		[Symbol.asyncIterator, readAsyncIterator],
		[Symbol.iterator, readIterator],
		['@@observable', readObservable],
	] as const;

	it.each(looks)('read %p alone, and answer undefined where that throws', (key, lookAt) => {
		expect(looks.map(([, other]) => other({ [key]: 1 }))).toEqual(
			looks.map(([other]) => (other === key ? 1 : undefined)),
		);
		const throwing = Object.defineProperty({}, key, {
			get() {
				throw new Error('no');
			},
		});
		expect(lookAt(throwing)).toBe(undefined);
	});
});

describe('look()', () => {
	it('reads a member, and answers undefined where that throws', () => {
		expect(inspect({ a: 1 }, 'a')).toBe(1);
		expect(
			inspect(
				{
					get a() {
						throw new Error('no');
					},
				},
				'a',
			),
		).toBe(undefined);
	});
});
