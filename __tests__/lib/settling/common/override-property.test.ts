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

describe('shadow()', () => {
	it('stands before an inherited member and shows in no list of keys', () => {
		const object = new Base();
		expect(overrideProperty(object, 'method', () => 'ours')).toBe(true);
		expect(object.method()).toBe('ours');
		expect(Object.keys(object)).toEqual([]);
		expect(new Base().method()).toBe('base');
		object.method = () => 'theirs';
		expect(object.method()).toBe('theirs');
	});

	it('leaves an own member as enumerable as it is', () => {
		const object = { a: 1, b: 2 };
		expect(overrideProperty(object, 'a', 3)).toBe(true);
		expect(object).toEqual({ a: 3, b: 2 });
	});

	it('takes the place of an own member that may be written and not defined anew', () => {
		const object = Object.seal({ a: 1 });
		expect(overrideProperty(object, 'a', 2)).toBe(true);
		expect(object.a).toBe(2);
		expect(Object.isSealed(object)).toBe(true);
	});

	it('answers false where it cannot', () => {
		expect(overrideProperty(Object.freeze({ a: 1 }), 'a', 2)).toBe(false);
		expect(overrideProperty(Object.preventExtensions(new Base()), 'method', 2)).toBe(false);
		const { proxy, revoke } = Proxy.revocable({}, {});
		revoke();
		expect(overrideProperty(proxy, 'a', 2)).toBe(false);
	});
});

describe('shadowAccessor()', () => {
	it('stands before a getter, with a setter only where there is one', () => {
		const object = new Base();
		expect(overrideAccessor(object, 'got', { get: () => 'ours', set: undefined })).toBe(true);
		expect(object.got).toBe('ours');
		expect(Object.keys(object)).toEqual([]);
		expect(Reflect.set(object, 'got', 'theirs')).toBe(false);
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

	it('find nothing in a chain that throws or never ends', () => {
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
