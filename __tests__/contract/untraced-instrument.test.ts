import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DecorationError, instrument, Resolver, Untraced } from '../../index.js';
import { dropSdk, points, startSdk, timeline } from './harness.js';

beforeEach(() => startSdk());
afterEach(() => dropSdk());

/** A class as it is written in a library that knows the toolkit, and does not trace itself. */
function shopClass() {
	@Resolver('self.shop')
	class Shop {
		pay(): string {
			return 'paid';
		}
		@Untraced
		ping(): string {
			return 'pong';
		}
	}
	return Shop;
}

const names = async () => (await timeline()).map(({ attributes }) => attributes['code.function.name']);
const counts = async () =>
	(await points())
		.filter(({ name }) => name === 'agentese.invocations')
		.map(({ labels, value }) => [labels['agentese.path'], value]);

describe('instrument() of a class with @Untraced', () => {
	it.each([
		['a class', () => new (instrument(shopClass()))()],
		['an instance', () => instrument(new (shopClass())())],
		['an instance of a subclass', () => instrument(new (class Sub extends shopClass() {})())],
		['names with a star', () => instrument(new (shopClass())(), { include: ['p*'] })],
		['a function of names', () => instrument(new (shopClass())(), { include: () => true })],
	])('creates no span for such a method, and counts it as @Metered does: %s', async (_, shopOf) => {
		const shop = shopOf();
		expect([shop.pay(), shop.ping()]).toEqual(['paid', 'pong']);
		expect(await names()).toEqual([expect.stringMatching(/\.pay$/)]);
		expect(await counts()).toEqual([
			['self.shop.pay', 1],
			['self.shop.ping', 1],
		]);
	});

	it('traces an override without @Untraced', async () => {
		class Sub extends shopClass() {
			override ping(): string {
				return `${super.ping()}!`;
			}
		}
		expect(instrument(new Sub()).ping()).toBe('pong!');
		expect(await names()).toEqual(['Sub.ping']);
	});

	it('refuses its full name, unless nothing is traced', async () => {
		const Shop = shopClass();
		const named = () => instrument(Shop, { include: ['pay', 'ping'] });
		expect(named).toThrow(DecorationError);
		expect(named).toThrow(
			"instrument() on Shop got 'ping', which has @Untraced. instrument() replaces methods of a class, an instance or a plain object. Try traced: false, or leaving it out of include.",
		);
		// Nothing was changed.
		new Shop().pay();
		expect(await names()).toEqual([]);
		const shop = new (instrument(Shop, { include: ['ping'], traced: false }))();
		shop.ping();
		expect(await names()).toEqual([]);
		expect(await counts()).toEqual([['self.shop.ping', 1]]);
	});
});
