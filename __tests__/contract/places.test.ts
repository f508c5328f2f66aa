import { describe, expect, it } from '@jest/globals';
import { Aspect, createLogos, instrument, Resolver, Traced } from '../../index.js';
import { withSdk } from './each.js';
import { invoke, span } from './expected.js';
import { timeline } from './harness.js';

withSdk();

const RESET = Symbol('reset');
const ASPECT = 'computed';

/** The plain span of a method. */
const plain = (name: string) => span(name, { 'code.function.name': name });

class Soul {
	mood = 'calm';

	@Traced
	challenge(...args: unknown[]): unknown {
		return [this, ...args];
	}

	@Traced
	static make(): unknown {
		// biome-ignore lint/complexity/noThisInStatic: it is about this.
		return this;
	}

	@Traced
	get temper(): string {
		return this.mood;
	}

	@Traced
	set wish(value: string) {
		this.mood = value;
	}

	@Traced
	[RESET](): unknown {
		return this;
	}

	@Traced
	[`${ASPECT}_one`](): unknown {
		return this;
	}

	@Traced
	7(): unknown {
		return this;
	}
}

describe('a woven member', () => {
	it('has its own this and arguments', async () => {
		const soul = new Soul();
		const hole = {};
		expect(soul.challenge(1, hole)).toEqual([soul, 1, hole]);
		expect(await timeline()).toEqual([plain('Soul.challenge')]);
	});

	it('may be static', async () => {
		expect(Soul.make()).toBe(Soul);
		expect(await timeline()).toEqual([plain('Soul.make')]);
	});

	it('may be a getter', async () => {
		expect(new Soul().temper).toBe('calm');
		expect(await timeline()).toEqual([plain('Soul.temper')]);
	});

	it('may be a setter', async () => {
		const soul = new Soul();
		soul.wish = 'bold';
		expect(soul.mood).toBe('bold');
		expect(await timeline()).toEqual([plain('Soul.wish')]);
	});

	it('may have a symbol, a computed text or a number for its name', async () => {
		const soul = new Soul();
		const byKey = soul as unknown as Record<PropertyKey, () => unknown>;
		expect([byKey[RESET]?.(), byKey['computed_one']?.(), byKey[7]?.()]).toEqual([soul, soul, soul]);
		expect(await timeline()).toEqual([plain('Soul[reset]'), plain('Soul.computed_one'), plain('Soul.7')]);
	});

	it('may be called on a frozen instance', async () => {
		const soul = Object.freeze(new Soul());
		expect(soul.challenge()).toEqual([soul]);
		expect(await timeline()).toEqual([plain('Soul.challenge')]);
	});

	it('may be called on an object that inherits from an instance, and on a proxy of one', async () => {
		const child = Object.create(new Soul()) as Soul;
		const proxy = new Proxy(new Soul(), {});
		expect([(child.challenge() as [unknown])[0] === child, (proxy.challenge() as [unknown])[0] === proxy]).toEqual([
			true,
			true,
		]);
		expect(await timeline()).toEqual([plain('Soul.challenge'), plain('Soul.challenge')]);
	});

	it('may be called on an instance with its own property constructor', async () => {
		const soul = Object.assign(new Soul(), { constructor: 'mine' });
		soul.challenge();
		expect(await timeline()).toEqual([plain('Soul.challenge')]);
	});
});

describe('a borrowed method', () => {
	@Resolver('self.soul')
	class Lender {
		@Traced
		lend(this: unknown): unknown {
			return this;
		}
	}
	const { lend } = Lender.prototype;
	const expected = [invoke('self.soul.lend', 'Lender.lend', { 'agentese.result': 'Object' })];

	it('keeps the path of its class on another object', async () => {
		const other = { other: true };
		expect(lend.call(other)).toBe(other);
		expect(await timeline()).toEqual(expected);
	});

	it('keeps it on undefined', async () => {
		expect(lend.call(undefined)).toBe(undefined);
		expect(await timeline()).toEqual([invoke('self.soul.lend', 'Lender.lend', { 'agentese.result': 'undefined' })]);
	});

	it('keeps it on a primitive', async () => {
		expect(lend.call(7)).toBe(7);
		expect(await timeline()).toEqual([invoke('self.soul.lend', 'Lender.lend', { 'agentese.result': 'number' })]);
	});

	it('keeps it on an instance of another resolver', async () => {
		@Resolver('world.other')
		class Other {
			@Aspect()
			own(): void {}
		}
		const other = new Other();
		expect(lend.call(other)).toBe(other);
		expect(await timeline()).toEqual([invoke('self.soul.lend', 'Lender.lend', { 'agentese.result': 'Other' })]);
	});

	it('that is assigned to another resolver by hand has the path of that resolver', async () => {
		@Resolver('world.other')
		class Other {}
		Object.assign(Other.prototype, { lend });
		const other = new Other() as Other & { lend(): unknown };
		expect(other.lend()).toBe(other);
		expect(await timeline()).toEqual([invoke('world.other.lend', 'Other.lend', { 'agentese.result': 'Other' })]);
	});
});

describe('an arrow-function field', () => {
	@Resolver('self.field')
	class Field {
		readonly word = 'mine';
		@Traced
		ask = (idea: string): string => `${this.word} ${idea}`;
		@Traced
		first(): string {
			return 'first';
		}
	}

	it('is woven when createLogos receives the instance', async () => {
		const field = new Field();
		createLogos([field]);
		expect([field.ask('x'), field.ask.length]).toEqual(['mine x', 1]);
		expect(await timeline()).toEqual([invoke('self.field.ask', 'Field.ask', { 'agentese.result': 'string' })]);
	});

	it('is woven by the first woven call at the latest', async () => {
		const field = new Field();
		field.first();
		field.ask('x');
		expect(await timeline()).toEqual([
			invoke('self.field.first', 'Field.first', { 'agentese.result': 'string' }),
			invoke('self.field.ask', 'Field.ask', { 'agentese.result': 'string' }),
		]);
	});

	it('of one instance does not touch that of another', () => {
		const one = new Field();
		const two = new Field();
		createLogos([one]);
		expect(one.ask).not.toBe(two.ask);
	});
});

describe('instrument()', () => {
	it('weaves no getter: accessors of its target are not called', () => {
		let reads = 0;
		const target = {
			get lazy() {
				reads++;
				return () => 1;
			},
			ask: () => 2,
		};
		instrument(target);
		expect(reads).toBe(0);
		expect(Object.keys(target)).toEqual(['lazy', 'ask']);
	});

	it('returns a copy of the namespace of a module, which it leaves as it is', async () => {
		let version = 1;
		const module = Object.freeze(
			Object.defineProperties(
				{},
				{
					add: { value: (a: number, b: number) => a + b, enumerable: true },
					Soul: { value: class Soul {}, enumerable: true },
					version: { get: () => version, enumerable: true },
					[Symbol.toStringTag]: { value: 'Module' },
				},
			),
		) as { add(a: number, b: number): number; Soul: new () => object; version: number };
		const { add, Soul } = module;
		const copy = instrument(module, { handle: 'void.sums', publish: ['add'] });
		expect(copy).not.toBe(module);
		expect(Object.keys(copy)).toEqual(['add', 'Soul', 'version']);
		expect([module.add, copy.Soul]).toEqual([add, Soul]);
		version = 2;
		expect([copy.add(1, 2), copy.version]).toEqual([3, 2]);
		expect(await createLogos([copy]).invoke('void.sums.add', 4 as never, 5)).toBe(9);
		expect((await timeline()).map(({ attributes }) => attributes['agentese.path'])).toEqual([
			'void.sums.add',
			'void.sums.add',
		]);
		expect(instrument(copy).add).toBe(copy.add);
	});

	it('returns a copy of the namespace of a module of Node', async () => {
		const path = await import('node:path');
		const copy = instrument(path, { include: ['base*'] });
		expect([copy.basename('/a/b'), copy.posix, copy.join]).toEqual(['b', path.posix, path.join]);
		expect(await timeline()).toEqual([plain('basename')]);
	});

	it('refuses a module whose exports are not initialized yet', () => {
		const module = Object.defineProperty({ [Symbol.toStringTag]: 'Module' }, 'late', {
			enumerable: true,
			get() {
				throw new ReferenceError("Cannot access 'late' before initialization");
			},
		});
		expect(() => instrument(module)).toThrow("instrument() got a module whose export 'late' is not initialized yet.");
	});
});
