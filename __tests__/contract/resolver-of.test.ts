import { describe, expect, it } from '@jest/globals';
import { Aspect, createLogos, Metered, Resolver, resolverOf, Traced, Untraced, weave } from '../../index.js';

const result = () => 'x';

class Base {
	@Aspect('help')
	_help(): void {}
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
	@Traced({ path: 'world.gate.open' })
	gate(): void {}
	@Traced({ aspect: false })
	watched(): void {}
	helper(): void {}
	@Untraced
	quiet(): void {}
	override manifest(): void {}
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
	// An override of what a base class published is published.
	plain('manifest', 'manifest', { Traced: {} }),
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

	it('returns what weave() declared of an object', () => {
		const target = weave({ ask: () => 1, _hide: () => 2 }, { handle: 'void.dice', include: ['ask'], metered: false });
		expect(resolverOf(target)).toEqual({
			handle: 'void.dice',
			name: '',
			aspects: [{ ...plain('ask', 'ask', { Traced: {} }), path: 'void.dice.ask' }],
		});
	});

	it('of what was never decorated is empty', () => {
		expect(resolverOf(class Nobody {})).toEqual({ handle: undefined, name: 'Nobody', aspects: [] });
		expect(resolverOf({})).toEqual({ handle: undefined, name: '', aspects: [] });
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
