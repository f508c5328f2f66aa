import { describe, expect, it } from '@jest/globals';
import { chainOf, classOf, findProperty } from '../../../../lib/weaving/declarations/prototype-chain.js';

const throws = (): never => {
	throw new Error('read');
};

class Base {
	method(): void {}
}
class Sub extends Base {}

describe('the prototype chain', () => {
	it('begins with the object and leaves the roots out', () => {
		const sub = new Sub();
		expect(chainOf(sub)).toEqual([sub, Sub.prototype, Base.prototype]);
		expect(chainOf(Sub)).toEqual([Sub, Base]);
		expect(chainOf(Object.create(null) as object)).toHaveLength(1);
	});

	it('ends at a proxy that refuses to show its prototype, and after a hundred steps', () => {
		const hostile = new Proxy(
			{},
			{
				getPrototypeOf() {
					throw new Error('no');
				},
			},
		);
		const endless: object = new Proxy({}, { getPrototypeOf: () => endless });
		const [first, ...others] = chainOf(hostile);
		expect(first === hostile && others.length === 0).toBe(true);
		expect(chainOf(endless)).toHaveLength(100);
	});

	it('names the class, also where an instance has a field named constructor', () => {
		expect(classOf(new Sub())).toBe(Sub);
		expect(classOf(Object.assign(new Sub(), { constructor: 'mine' }))).toBe(Sub);
		expect(classOf(Object.create(new Sub()) as object)).toBe(Sub);
		expect(classOf(Object.create(null) as object)).toBeUndefined();
	});

	it('finds the nearest owner of a property without reading it', () => {
		const getter = Object.create(Sub.prototype, { method: { get: throws } }) as object;
		expect(findProperty(new Sub(), 'method')?.owner).toBe(Base.prototype);
		expect(findProperty(getter, 'method')?.owner).toBe(getter);
		expect(findProperty(new Sub(), 'other')).toBeUndefined();
	});
});
