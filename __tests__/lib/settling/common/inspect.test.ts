import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import {
	inspect,
	prototypeInfoOf,
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

	it('does not depend on own members of the value', () => {
		const misleading = Object.defineProperty({ constructor: { name: 'Other' } }, Symbol.toStringTag, {
			value: 'Other',
		});
		expect(typeName(misleading)).toBe('Object');
	});

	it('calls no getter of the class', () => {
		class Sly {}
		Object.defineProperty(Sly, 'name', {
			get() {
				throw new Error('not yours');
			},
		});
		expect(typeName(new Sly())).toBe('Object');
	});

	it('of a proxy that cannot be inspected is Object or object', () => {
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

describe('prototypeInfoOf()', () => {
	it('recognizes the streams of Node and of the web by their prototypes', () => {
		expect(prototypeInfoOf(new Readable()).stream).toBe('node');
		expect(prototypeInfoOf(new Writable()).stream).toBe('node');
		expect(prototypeInfoOf(new Duplex()).stream).toBe('node');
		expect(prototypeInfoOf(new PassThrough()).stream).toBe('node');
		expect(prototypeInfoOf(new ReadableStream()).stream).toBe('web');
		expect(prototypeInfoOf(new WritableStream()).stream).toBe(undefined);
	});

	it('recognizes those of another copy by their name and their methods', () => {
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
		expect(prototypeInfoOf(new copy()).stream).toBe('node');
		expect(prototypeInfoOf(new sink()).stream).toBe('node');
		expect(prototypeInfoOf(new web()).stream).toBe('web');
	});

	it('does not recognize a class of the application by its name alone', () => {
		const article = class Readable {};
		expect(prototypeInfoOf(new article()).stream).toBe(undefined);
	});
});

describe('the readers of constant names', () => {
	const readers = [
		['then', readThen],
		[Symbol.asyncIterator, readAsyncIterator],
		[Symbol.iterator, readIterator],
		['@@observable', readObservable],
	] as const;

	it.each(readers)('read %p alone, and return undefined if that throws', (key, read) => {
		expect(readers.map(([, other]) => other({ [key]: 1 }))).toEqual(
			readers.map(([other]) => (other === key ? 1 : undefined)),
		);
		const throwing = Object.defineProperty({}, key, {
			get() {
				throw new Error('no');
			},
		});
		expect(read(throwing)).toBe(undefined);
	});
});

describe('inspect()', () => {
	it('returns a member, and undefined if reading it throws', () => {
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
