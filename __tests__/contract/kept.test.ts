import { describe, expect, it } from '@jest/globals';
import { metered, type TracedDecorator, traced } from '../../index.js';
import { type AnyFunction, WOVEN_BY } from './each.js';

const RESET = Symbol('reset');

function subject(Woven: TracedDecorator, mark: (value: unknown, at: unknown, descriptor?: unknown) => void) {
	class Soul {
		@Woven
		@mark
		challenge(_idea: string, _more: number, _rest = 1): string {
			return 'ok';
		}
		@Woven
		async ponder(): Promise<number> {
			return 1;
		}
		@Woven
		*stream(): Generator<number> {
			yield 1;
		}
		@Woven
		[RESET](): void {}
		@Woven
		static make(_a: string): string {
			return 'made';
		}
	}
	return Soul;
}

function bare() {
	class Soul {
		challenge(_idea: string, _more: number, _rest = 1): string {
			return 'ok';
		}
		async ponder(): Promise<number> {
			return 1;
		}
		*stream(): Generator<number> {
			yield 1;
		}
		[RESET](): void {}
		static make(_a: string): string {
			return 'made';
		}
	}
	return Soul;
}

const nothing = () => {};

describe.each(WOVEN_BY)('%s keeps', (_, Woven) => {
	it('name and length', () => {
		const { prototype, make } = subject(Woven, nothing);
		const facts = (fn: AnyFunction) => [fn.name, fn.length];
		expect([prototype.challenge, prototype.ponder, prototype.stream, prototype[RESET], make].map(facts)).toEqual([
			['challenge', 2],
			['ponder', 0],
			['stream', 0],
			['[reset]', 0],
			['make', 1],
		]);
	});

	it('own properties and symbols of the function', () => {
		const tag = Symbol('tag');
		const Soul = subject(Woven, (value, at, descriptor) => {
			const fn = typeof at === 'string' ? (descriptor as PropertyDescriptor).value : value;
			Object.assign(fn, { guard: 'admin', [tag]: 1 });
			Object.defineProperty(fn, 'hidden', { value: 2, enumerable: false });
		});
		const fn = Soul.prototype.challenge as unknown as Record<PropertyKey, unknown>;
		expect([fn['guard'], fn[tag], fn['hidden']]).toEqual(['admin', 1, 2]);
		expect(Reflect.ownKeys(fn)).toEqual(['length', 'name', 'guard', 'hidden', tag]);
		expect(Object.keys(fn)).toEqual(['guard']);
	});

	it('the members of class and prototype, as enumerable and writable as they were', () => {
		const flags = (owner: object) =>
			Reflect.ownKeys(owner)
				.filter((key) => typeof key === 'string' || key === RESET)
				.map((key) => {
					const { value: _, ...rest } = Object.getOwnPropertyDescriptor(owner, key) ?? {};
					return [key, rest];
				});
		expect(flags(subject(Woven, nothing).prototype)).toEqual(flags(bare().prototype));
	});

	it('what kind of function it is', () => {
		const { prototype } = subject(Woven, nothing);
		const Soul = bare();
		const tags = (from: typeof prototype) =>
			[from.challenge, from.ponder, from.stream].map((fn) => [Object.prototype.toString.call(fn), fn.constructor.name]);
		expect(tags(prototype)).toEqual(tags(Soul.prototype));
		expect(Object.hasOwn(prototype.challenge, 'prototype')).toBe(false);
		expect(Object.hasOwn(prototype.stream, 'prototype')).toBe(true);
		expect(() => Reflect.construct(prototype.challenge, [])).toThrow(TypeError);
	});

	it('that a generator is an instance of its generator method', () => {
		const soul = new (subject(Woven, nothing))();
		expect(soul.stream()).toBeInstanceOf(soul.stream);
	});
});

describe.each<[name: string, weaveFunction: <F extends () => unknown>(fn: F) => F]>([
	['traced', traced],
	['metered', metered],
])('%s(fn) keeps', (_, weaveFunction) => {
	it('name, length, own properties and what it is called on', () => {
		const fn = Object.assign(
			function named(this: unknown, _a: number, _b: number): unknown {
				return this;
			},
			{ extra: 1 },
		);
		const woven = weaveFunction(fn as never) as typeof fn;
		expect([woven.name, woven.length, woven.extra]).toEqual(['named', 2, 1]);
		const self = {};
		expect(woven.call(self, 1, 2)).toBe(self);
		expect(woven.call(undefined, 1, 2)).toBe(undefined);
	});

	it('the function that it was given', () => {
		const fn = () => 1;
		const woven = weaveFunction(fn);
		expect(woven).not.toBe(fn);
		expect(Object.getPrototypeOf(woven)).toBe(fn);
	});
});
