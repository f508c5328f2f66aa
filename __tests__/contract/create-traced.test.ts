import { describe, expect, it } from '@jest/globals';
import { createTraced, DecorationError, Metered, Resolver, Traced, traced } from '../../index.js';
import { withSdk } from './each.js';
import { failureOf, points, timeline } from './harness.js';

withSdk();

class NotFound extends Error {}
class Conflict extends Error {}

const AppTraced = createTraced({
	name: 'app',
	expected: [NotFound],
	attributes: () => ({ 'app.area': 'shop' }),
	when: (args) => args[0] !== 'quiet',
});

/** Name, outcome and the application's attributes of each span. */
async function seen(): Promise<unknown[]> {
	return (await timeline()).map(({ name, attributes }) => [
		name,
		attributes['agentese.outcome'],
		...Object.entries(attributes)
			.filter(([key]) => key.startsWith('app.'))
			.map(([key, value]) => `${key}=${value}`),
	]);
}

describe('createTraced()', () => {
	it('returns a decorator with other defaults, bare, called, on a member and on a class', async () => {
		@AppTraced
		@Resolver('self.shop')
		class Shop {
			find(): string {
				throw new NotFound();
			}
			@AppTraced
			bare(): string {
				return '';
			}
			@AppTraced()
			called(): string {
				return '';
			}
			@AppTraced({ name: 'own', expected: [Conflict] })
			own(): string {
				throw new NotFound();
			}
			@AppTraced('text')
			static fixed(): string {
				return '';
			}
			@AppTraced
			get mood(): string {
				return 'calm';
			}
		}
		const shop = new Shop();
		await failureOf(() => shop.find());
		shop.bare();
		shop.called();
		await failureOf(() => shop.own());
		Shop.fixed();
		expect(shop.mood).toBe('calm');
		expect(await seen()).toEqual([
			['app', 'refused', 'app.area=shop'],
			['app', 'ok', 'app.area=shop'],
			['app', 'ok', 'app.area=shop'],
			['own', 'error', 'app.area=shop'],
			['text', 'ok', 'app.area=shop'],
			['app', 'ok', 'app.area=shop'],
		]);
	});

	it('is one decorator with @Traced: an option that is said wins over a default, wherever it is said', async () => {
		@Traced({ name: 'class', attributes: () => ({ 'app.area': 'class' }) })
		class Inner {
			@AppTraced
			inherits(): void {}
			@AppTraced({ name: 'member' })
			member(): void {}
			@Traced
			plain(): void {}
		}
		@AppTraced({ name: 'class' })
		class Outer {
			@Traced({ attributes: () => ({ 'app.area': 'member' }) })
			member(): void {}
			@Traced('outer')
			@AppTraced('inner')
			both(): void {}
			@AppTraced('outer')
			@Traced('inner')
			swapped(): void {}
		}
		const [inner, outer] = [new Inner(), new Outer()];
		inner.inherits();
		inner.member();
		inner.plain();
		outer.member();
		outer.both();
		outer.swapped();
		expect((await seen()).map((span) => (span as string[]).toSpliced(1, 1))).toEqual([
			['class', 'app.area=class'],
			['member', 'app.area=class'],
			['class', 'app.area=class'],
			['class', 'app.area=member'],
			['outer', 'app.area=shop'],
			['outer', 'app.area=shop'],
		]);
	});

	it('applies `when` and `metered` of the defaults', async () => {
		const Counted = createTraced({ metered: { attributes: { size: { values: ['big'], from: () => 'big' } } } });
		@Resolver('self.shop')
		class Shop {
			@AppTraced
			ask(_mode: string): void {}
			@Counted
			@Metered({ active: false })
			count(): void {}
		}
		const shop = new Shop();
		shop.ask('quiet');
		shop.ask('loud');
		shop.count();
		expect(await seen()).toHaveLength(2);
		const counts = (await points()).filter(({ name }) => name === 'agentese.invocations');
		expect(counts.map(({ labels, value }) => [labels['agentese.path'], labels['size'], value])).toEqual([
			['self.shop.ask', undefined, 1],
			['self.shop.count', 'big', 1],
		]);
		expect((await points()).filter(({ name }) => name === 'agentese.invoke.active')).toHaveLength(1);
	});

	it('copies the defaults, which are options of traced() too', async () => {
		const defaults: { name?: string } = { name: 'before' };
		const Copied = createTraced(defaults);
		defaults.name = 'after';
		class Shop {
			@Copied
			ask(): void {}
		}
		new Shop().ask();
		traced(() => 1, { ...defaults })();
		expect((await timeline()).map(({ name }) => name)).toEqual(['before', 'after']);
	});

	it.each([
		[undefined, 'createTraced() got undefined for options. The legal options are path, aspect, name,'],
		[null, 'createTraced() got null. The legal options are path, aspect, name,'],
		[{ expect: [NotFound] }, "createTraced() got the option 'expect'."],
		[{ expected: NotFound }, 'createTraced() got the class NotFound for expected.'],
		[
			{ path: 'self.shop.ask' },
			"createTraced() got the option 'path'. The options path and aspect belong to one method.",
		],
		[{ aspect: false }, "createTraced() got the option 'aspect'. The options path and aspect belong to one method."],
	])('refuses %p', (defaults, message) => {
		const create = () => createTraced(defaults as never);
		expect(create).toThrow(DecorationError);
		expect(create).toThrow(message);
	});
});
