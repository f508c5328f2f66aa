import { describe, expect, it } from '@jest/globals';
import { settle } from '../../../lib/settling/settle.js';
import { Recorder, woven } from './recorder.js';

describe('a value', () => {
	const values: [string, unknown][] = [
		['undefined', undefined],
		['null', null],
		['a number', NaN],
		['a string', 'text'],
		['a symbol', Symbol('s')],
		['a bigint', 1n],
		['an object', { a: 1 }],
		['an object without prototype', Object.create(null)],
		['a frozen object', Object.freeze({})],
		['a function', () => 1],
		['a class', class A {}],
		['an array', [1]],
		['a map', new Map([[1, 2]])],
		['a set', new Set([1])],
		['a string object', new String('text')],
		['a typed array', new Uint8Array(2)],
		['a date', new Date(0)],
		['a regular expression', /x/],
		['an error', new Error('x')],
		['a linked list with a next function and no iterator', { next: () => 1 }],
		['an object with a then that is no function', { then: 1 }],
		['an object whose subscribe belongs to no observable', { subscribe: () => 1 }],
		['an observable that cannot be subscribed to', { '@@observable': () => 1 }],
		['a revoked proxy', revoked()],
	];

	it.each(values)('%s ends at once, is returned itself, and gets no new member', (_, value) => {
		const keys = isReadable(value) ? Reflect.ownKeys(value) : [];
		const { result, events } = woven(value);
		expect(Object.is(result, value)).toBe(true);
		expect(events.length).toBe(1);
		expect(events[0]?.[0]).toBe('done');
		expect(Object.is(events[0]?.[1], value)).toBe(true);
		expect(events[0]?.length).toBe(2);
		if (isReadable(value)) expect(Reflect.ownKeys(value)).toEqual(keys);
	});

	it('is inspected by its prototype and by at most seven members, each read once', () => {
		const reads: unknown[] = [];
		const value = watched({ name: 'x', subscribe: () => 1 }, reads);
		const recorder = new Recorder();
		expect(settle(value, recorder)).toBe(value);
		expect(reads).toEqual(['then', 'getPrototypeOf', Symbol.asyncIterator, Symbol.iterator, '@@observable']);
	});

	it('that is iterable is inspected no further than next', () => {
		const reads: unknown[] = [];
		settle(watched([1, 2], reads), new Recorder());
		expect(reads).toEqual(['then', 'getPrototypeOf', Symbol.asyncIterator, Symbol.iterator, 'next']);
	});

	it('that is a proxy which throws in every trap is returned unchanged', () => {
		const value = hostile({});
		const { result, events } = woven(value);
		expect(Object.is(result, value)).toBe(true);
		expect(events.length).toBe(1);
		expect(Object.is(events[0]?.[1], value)).toBe(true);
	});

	it('that is a proxy of a function which throws in every trap is returned unchanged', () => {
		const value = hostile(() => 1);
		expect(Object.is(woven(value).result, value)).toBe(true);
	});

	it.each(['then', Symbol.asyncIterator, Symbol.iterator, '@@observable'])('whose %p throws ends at once', (key) => {
		const value = Object.defineProperty({}, key, {
			get() {
				throw new Error('not yours');
			},
		});
		const { result, events } = woven(value);
		expect(result).toBe(value);
		expect(events.length).toBe(1);
		expect(events[0]?.[0]).toBe('done');
		expect(events[0]?.[1]).toBe(value);
	});

	it('with an endless prototype chain of proxies ends at once', () => {
		const endless: object = new Proxy({}, { getPrototypeOf: () => endless });
		const { events } = woven(Object.create(endless) as object);
		expect(events.length).toBe(1);
	});
});

describe('a result of several invocations', () => {
	it('is watched for all of them, and works in the innermost context', () => {
		function* body() {
			yield 1;
			return 2;
		}
		const inner = woven(body(), { name: 'inner' });
		const outer = woven(inner.result, { name: 'outer' });
		expect(outer.result).toBe(inner.result);
		expect([...outer.result]).toEqual([1]);
		expect(inner.events).toEqual([['done', 2, 'Generator']]);
		expect(outer.events).toEqual([['done', 2, 'Generator']]);
	});
});

function revoked(): object {
	const { proxy, revoke } = Proxy.revocable({}, {});
	revoke();
	return proxy;
}

function isReadable(value: unknown): value is object {
	return ((typeof value === 'object' && value !== null) || typeof value === 'function') && !isRevoked(value);
}

function isRevoked(value: object): boolean {
	try {
		Object.keys(value);
		return false;
	} catch {
		return true;
	}
}

/** A proxy that records every trap; for `get`, the member. */
function watched<T extends object>(target: T, reads: unknown[]): T {
	const handler = new Proxy(
		{},
		{
			get: (_, trap: keyof typeof Reflect) => {
				return (...args: unknown[]) => {
					reads.push(trap === 'get' ? args[1] : trap);
					return Reflect.apply(Reflect[trap] as () => unknown, Reflect, args);
				};
			},
		},
	);
	return new Proxy(target, handler);
}

function hostile<T extends object>(target: T): T {
	const handler = new Proxy(
		{},
		{
			get: () => () => {
				throw new Error('not yours');
			},
		},
	);
	return new Proxy(target, handler);
}
