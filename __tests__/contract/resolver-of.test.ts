import { describe, expect, it } from '@jest/globals';
import { createDecorator } from '../../extend.js';
import { Aspect, createLogos, instrument, Metered, Resolver, resolverOf, Traced, Untraced } from '../../index.js';

const result = () => 'x';

class Base {
	@Aspect('help')
	_help(): void {}
	@Aspect
	@Traced
	manifest(): void {}
}

@Traced({ name: 'class' })
@Resolver('self.soul')
class Soul extends Base {
	@Aspect('challenge', { affordedTo: ['scholar'] })
	@Traced({ result })
	@Metered()
	_challenge(): void {}
	@Aspect
	@Traced({ path: 'world.gate.open' })
	gate(): void {}
	@Traced({ name: 'method' })
	@Metered
	watched(): void {}
	@Aspect
	@Traced({ aspect: false })
	closed(): void {}
	helper(): void {}
	@Untraced
	quiet(): void {}
	override manifest(): void {}
	@Aspect
	@Metered
	static make(): void {}
}

const plain = (aspect: string, method: string, options: object = {}) => ({
	aspect,
	path: `self.soul.${aspect}`,
	method,
	isStatic: false,
	affordedTo: undefined,
	options,
});

const OWN = [
	{ ...plain('challenge', '_challenge', { Traced: { result }, Metered: {} }), affordedTo: ['scholar'] },
	{ ...plain('open', 'gate', { Traced: { name: 'class', path: 'world.gate.open' } }), path: 'world.gate.open' },
	plain('help', '_help'),
	// An override of what a base class publishes is published, with its own decorators.
	plain('manifest', 'manifest', { Traced: { name: 'class' } }),
];

describe('resolverOf', () => {
	it('returns what is declared of a class: handle, aspects, options', () => {
		const { handle, name, aspects } = resolverOf(Soul);
		expect({ handle, name }).toEqual({ handle: 'self.soul', name: 'Soul' });
		expect(byAspect(aspects)).toEqual(
			byAspect([...OWN, { ...plain('make', 'make', { Metered: {}, Traced: { name: 'class' } }), isStatic: true }]),
		);
	});

	it('returns the same for an instance', () => {
		const { handle, name, aspects } = resolverOf(new Soul());
		expect({ handle, name, aspects: byAspect(aspects) }).toEqual({
			handle: 'self.soul',
			name: 'Soul',
			aspects: byAspect(OWN),
		});
	});

	it('is what a dispatcher reaches', () => {
		expect([...createLogos([new Soul()]).paths].sort()).toEqual([
			'self.soul.affordances',
			'self.soul.challenge',
			'self.soul.help',
			'self.soul.manifest',
			'world.gate.affordances',
			'world.gate.open',
		]);
	});

	it('returns what instrument() declared of an object', () => {
		const target = instrument(
			{ ask: () => 1, tell: () => 2 },
			{ handle: 'void.dice', publish: ['ask'], metered: false },
		);
		expect(resolverOf(target)).toEqual({
			handle: 'void.dice',
			name: '',
			aspects: [{ ...plain('ask', 'ask', { Traced: { metered: false } }), path: 'void.dice.ask' }],
		});
	});

	it("lists every annotated method with publish: 'annotated', and a class-level decorator publishes none", () => {
		const Audited = createDecorator({ name: 'Audited', advice: () => ({}) });
		@Traced
		@Resolver('world.town', { publish: 'annotated' })
		class Town {
			@Traced
			traced(): void {}
			@Metered
			static metered(): void {}
			@Audited
			audited(): void {}
			@Aspect('other')
			named(): void {}
			@Traced({ aspect: false })
			closed(): void {}
			@Traced
			get mood(): string {
				return 'calm';
			}
			helper(): void {}
		}
		class Quarter extends Town {}
		@Resolver('world.village')
		class Village extends Town {}
		const paths = (target: object) =>
			resolverOf(target)
				.aspects.map(({ path }) => path)
				.sort();
		const town = ['audited', 'other', 'traced'].map((aspect) => `world.town.${aspect}`);
		expect(paths(Town)).toEqual([town[0], 'world.town.metered', town[1], town[2]]);
		expect(paths(new Quarter())).toEqual(town);
		expect(paths(Village)).toEqual(['world.village.other']);
	});

	it('gives an override the aspect that the base class declares', () => {
		class Gate {
			@Aspect('open_up', { affordedTo: ['scholar'], category: 'mutation' })
			open(): void {}
			@Aspect
			shut(): void {}
		}
		@Resolver('world.gate')
		class Iron extends Gate {
			@Traced({ name: 'iron' })
			override open(): void {}
			@Traced({ aspect: false })
			override shut(): void {}
		}
		expect(resolverOf(new Iron()).aspects).toEqual([
			{
				...plain('open_up', 'open', { Traced: { name: 'iron' } }),
				path: 'world.gate.open_up',
				affordedTo: ['scholar'],
				category: 'mutation',
			},
		]);
	});

	it('of what was never decorated is empty', () => {
		expect(resolverOf(class Nobody {})).toEqual({ handle: undefined, name: 'Nobody', aspects: [] });
		expect(resolverOf({})).toEqual({ handle: undefined, name: '', aspects: [] });
	});

	it('refuses what is neither a class nor an object', () => {
		for (const [target, got] of [
			[null, 'null'],
			[undefined, 'undefined'],
			['Soul', 'string'],
		] as const)
			expect(() => resolverOf(target as never)).toThrow(
				new TypeError(
					`resolverOf() accepts a class, an instance or an object; it got ${got}. Pass the resolver itself.`,
				),
			);
	});

	it('returns a frozen description', () => {
		const { aspects } = resolverOf(Soul);
		expect([Object.isFrozen(resolverOf(Soul)), Object.isFrozen(aspects), Object.isFrozen(aspects[0])]).toEqual([
			true,
			true,
			true,
		]);
	});
});

function byAspect<T extends { aspect: string }>(aspects: readonly T[]): T[] {
	return [...aspects].sort((a, b) => (a.aspect < b.aspect ? -1 : 1));
}
