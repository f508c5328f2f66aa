import { describe, expect, it } from '@jest/globals';
import {
	descriptorOf,
	overrideAccessor,
	overrideProperty,
	ownerOf,
} from '../../../../lib/settling/common/override-property.js';

class Base {
	method(): string {
		return 'base';
	}

	get got(): string {
		return 'base';
	}
}

describe('overrideProperty()', () => {
	it('overrides an inherited member, and is not enumerable', () => {
		const object = new Base();
		expect(overrideProperty(object, 'method', () => 'override')).toBe(true);
		expect(object.method()).toBe('override');
		expect(Object.keys(object)).toEqual([]);
		expect(new Base().method()).toBe('base');
		object.method = () => 'assigned';
		expect(object.method()).toBe('assigned');
	});

	it('leaves an own member as enumerable as it is', () => {
		const object = { a: 1, b: 2 };
		expect(overrideProperty(object, 'a', 3)).toBe(true);
		expect(object).toEqual({ a: 3, b: 2 });
	});

	it('replaces an own member that is writable and not configurable', () => {
		const object = Object.seal({ a: 1 });
		expect(overrideProperty(object, 'a', 2)).toBe(true);
		expect(object.a).toBe(2);
		expect(Object.isSealed(object)).toBe(true);
	});

	it('returns false if the object cannot be changed', () => {
		expect(overrideProperty(Object.freeze({ a: 1 }), 'a', 2)).toBe(false);
		expect(overrideProperty(Object.preventExtensions(new Base()), 'method', 2)).toBe(false);
		const { proxy, revoke } = Proxy.revocable({}, {});
		revoke();
		expect(overrideProperty(proxy, 'a', 2)).toBe(false);
	});
});

describe('overrideAccessor()', () => {
	it('overrides a getter, and has a setter only if one is given', () => {
		const object = new Base();
		expect(overrideAccessor(object, 'got', { get: () => 'override', set: undefined })).toBe(true);
		expect(object.got).toBe('override');
		expect(Object.keys(object)).toEqual([]);
		expect(Reflect.set(object, 'got', 'assigned')).toBe(false);
		expect(overrideAccessor(Object.freeze({ a: 1 }), 'a', { get: () => 1, set: undefined })).toBe(false);
	});
});

describe('descriptorOf() and ownerOf()', () => {
	it('find a member without reading it', () => {
		const object = Object.create({
			get bad(): never {
				throw new Error('read');
			},
		}) as object;
		expect(descriptorOf(object, 'bad')?.get).toBeInstanceOf(Function);
		expect(ownerOf(object, 'bad')).toBe(Object.getPrototypeOf(object));
		expect(ownerOf(object, 'missing')).toBe(undefined);
		expect(descriptorOf(object, 'missing')).toBe(undefined);
	});

	it('find nothing in a prototype chain that throws or never ends', () => {
		const endless: object = new Proxy({}, { getPrototypeOf: () => endless });
		expect(ownerOf(endless, 'x')).toBe(undefined);
		const hostile = new Proxy(
			{},
			{
				getOwnPropertyDescriptor() {
					throw new Error('no');
				},
			},
		);
		expect(descriptorOf(hostile, 'x')).toBe(undefined);
	});
});
