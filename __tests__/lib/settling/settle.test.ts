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

	it.each(values)('%s ends at once, is the same, and gains no member', (_, value) => {
		const keys = isReadable(value) ? Reflect.ownKeys(value) : [];
		const { result, events } = woven(value);
		expect(Object.is(result, value)).toBe(true);
		expect(events.length).toBe(1);
		expect(events[0]?.[0]).toBe('done');
		expect(Object.is(events[0]?.[1], value)).toBe(true);
		expect(events[0]?.length).toBe(2);
		if (isReadable(value)) expect(Reflect.ownKeys(value)).toEqual(keys);
	});

	it('is looked at through its prototype and seven members only, each once', () => {
		const looks: unknown[] = [];
		const value = watched({ name: 'x', subscribe: () => 1 }, looks);
		const recorder = new Recorder();
		expect(settle(value, recorder)).toBe(value);
		expect(looks).toEqual(['then', 'getPrototypeOf', Symbol.asyncIterator, Symbol.iterator, '@@observable']);
	});

	it('that is iterable is looked at no further than next', () => {
		const looks: unknown[] = [];
		settle(watched([1, 2], looks), new Recorder());
		expect(looks).toEqual(['then', 'getPrototypeOf', Symbol.asyncIterator, Symbol.iterator, 'next']);
	});

	it('that is a proxy which throws on every trap passes through untouched', () => {
		const value = hostile({});
		const { result, events } = woven(value);
		expect(Object.is(result, value)).toBe(true);
		expect(events.length).toBe(1);
		expect(Object.is(events[0]?.[1], value)).toBe(true);
	});

	it('that is a function behind a proxy which throws on every trap passes through untouched', () => {
		const value = hostile(() => 1);
		expect(Object.is(woven(value).result, value)).toBe(true);
	});

	it.each(['then', Symbol.asyncIterator, Symbol.iterator, '@@observable'])('whose %p throws is a value', (key) => {
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

	it('whose prototype is another proxy without end is a value', () => {
		const endless: object = new Proxy({}, { getPrototypeOf: () => endless });
		const { events } = woven(Object.create(endless) as object);
		expect(events.length).toBe(1);
	});
});

describe('what several invocations answer', () => {
	it('is watched for all of them, the work being done in the innermost context', () => {
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

/** A proxy that writes down every trap; for `get`, the member. */
function watched<T extends object>(target: T, looks: unknown[]): T {
	const handler = new Proxy(
		{},
		{
			get: (_, trap: keyof typeof Reflect) => {
				return (...args: unknown[]) => {
					looks.push(trap === 'get' ? args[1] : trap);
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
