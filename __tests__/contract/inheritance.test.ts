import { describe, expect, it } from '@jest/globals';
import { Aspect, createLogos, Metered, Resolver, Traced } from '../../index.js';
import { withSdk } from './each.js';
import { counted, inOrder, invoke, marked, pathLabels, span } from './expected.js';
import { mark, points, timeline } from './harness.js';

withSdk();

const STRING = { 'agentese.result': 'string' };

class Base {
	@Aspect
	@Traced
	@Metered
	manifest(): string {
		mark('base');
		return 'base';
	}

	@Traced
	other(): string {
		return 'other';
	}

	@Traced
	static make(): string {
		// biome-ignore lint/complexity/noThisInStatic: it is about this.
		return this.name;
	}
}

describe('a method of a base class', () => {
	@Resolver('self.soul')
	class Soul extends Base {}
	@Resolver('world.town')
	class Town extends Base {}
	class Quarter extends Town {}

	it('belongs to the path of the class that it is called on', async () => {
		for (const Class of [Soul, Town, Quarter, Base]) new Class().manifest();
		const children = [marked('base')];
		expect(await timeline()).toEqual([
			invoke('self.soul.manifest', 'Soul.manifest', STRING, { children }),
			invoke('world.town.manifest', 'Town.manifest', STRING, { children }),
			invoke('world.town.manifest', 'Quarter.manifest', STRING, { children }),
			span('Base.manifest', { 'code.function.name': 'Base.manifest' }, { children }),
		]);
		expect(await points()).toEqual(
			inOrder([
				...counted({ 'code.function.name': 'Base.manifest' }),
				...counted(pathLabels('self.soul.manifest')),
				...counted(pathLabels('world.town.manifest'), 'ok', { times: 2 }),
			]),
		);
	});

	it('that is static too', async () => {
		expect([Soul.make(), Town.make()]).toEqual(['Soul', 'Town']);
		expect(await timeline()).toEqual([
			invoke('self.soul.make', 'Soul.make', STRING),
			invoke('world.town.make', 'Town.make', STRING),
		]);
	});

	it('is reached through a dispatcher of the subclass', async () => {
		expect(await createLogos([new Soul(), new Town()]).invoke('world.town.manifest')).toBe('base');
		expect(await timeline()).toEqual([
			invoke('world.town.manifest', 'Town.manifest', STRING, { children: [marked('base')] }),
		]);
		expect(await points()).toEqual(counted(pathLabels('world.town.manifest')));
	});
});

describe('super.method()', () => {
	@Resolver('self.woven')
	class Woven extends Base {
		@Traced
		@Metered
		override manifest(): string {
			mark('override');
			return `woven ${super.manifest()}`;
		}
	}
	@Resolver('self.bare')
	class Bare extends Base {
		override manifest(): string {
			mark('override');
			return `bare ${super.manifest()}`;
		}
	}

	it('from a woven override is no second invocation', async () => {
		expect(new Woven().manifest()).toBe('woven base');
		expect(await timeline()).toEqual([
			invoke('self.woven.manifest', 'Woven.manifest', STRING, { children: [marked('override'), marked('base')] }),
		]);
		expect(await points()).toEqual(counted(pathLabels('self.woven.manifest')));
	});

	it('from an undecorated override is the only one', async () => {
		expect(new Bare().manifest()).toBe('bare base');
		expect(await timeline()).toEqual([
			marked('override'),
			invoke('self.bare.manifest', 'Bare.manifest', STRING, { children: [marked('base')] }),
		]);
		expect(await points()).toEqual(counted(pathLabels('self.bare.manifest')));
	});

	it('to another method is an invocation of its own', async () => {
		@Resolver('self.cross')
		class Cross extends Base {
			@Traced
			override manifest(): string {
				return super.other();
			}
		}
		new Cross().manifest();
		expect(await timeline()).toEqual([
			invoke('self.cross.manifest', 'Cross.manifest', STRING, {
				children: [invoke('self.cross.other', 'Cross.other', STRING)],
			}),
		]);
	});

	it('over three woven levels is one invocation', async () => {
		@Resolver('self.third')
		class Third extends Woven {
			@Traced
			override manifest(): string {
				return `third ${super.manifest()}`;
			}
		}
		expect(new Third().manifest()).toBe('third woven base');
		expect(await timeline()).toEqual([
			invoke('self.third.manifest', 'Third.manifest', STRING, { children: [marked('override'), marked('base')] }),
		]);
	});

	it('over three levels whose last is undecorated is one invocation', async () => {
		@Resolver('self.third')
		class Third extends Woven {
			override manifest(): string {
				return `third ${super.manifest()}`;
			}
		}
		expect(new Third().manifest()).toBe('third woven base');
		expect(await timeline()).toEqual([
			invoke('self.third.manifest', 'Third.manifest', STRING, { children: [marked('override'), marked('base')] }),
		]);
	});

	it('over three levels whose middle is undecorated is one invocation', async () => {
		@Resolver('self.third')
		class Third extends Bare {
			@Traced
			override manifest(): string {
				return `third ${super.manifest()}`;
			}
		}
		expect(new Third().manifest()).toBe('third bare base');
		expect(await timeline()).toEqual([
			invoke('self.third.manifest', 'Third.manifest', STRING, { children: [marked('override'), marked('base')] }),
		]);
	});

	it('of a static method is no second invocation', async () => {
		class Maker extends Base {
			@Traced
			static override make(): string {
				// biome-ignore lint/complexity/noThisInStatic: it is about super.
				return `made ${super.make()}`;
			}
		}
		expect(Maker.make()).toBe('made Maker');
		expect(await timeline()).toEqual([span('Maker.make', { 'code.function.name': 'Maker.make' })]);
	});

	it('of a getter is no second invocation', async () => {
		class Calm {
			@Traced
			get mood(): string {
				return 'calm';
			}
		}
		class Bold extends Calm {
			@Traced
			override get mood(): string {
				return `not ${super.mood}`;
			}
		}
		expect(new Bold().mood).toBe('not calm');
		expect(await timeline()).toEqual([span('Bold.mood', { 'code.function.name': 'Bold.mood' })]);
	});
});

describe('a call of itself', () => {
	@Resolver('self.count')
	class Count {
		@Traced
		down(from: number): number {
			return from === 0 ? 0 : this.down(from - 1);
		}
	}

	it('is an invocation of its own each time', async () => {
		new Count().down(2);
		const down = (children: ReturnType<typeof invoke>[]) =>
			invoke('self.count.down', 'Count.down', { 'agentese.result': 'number' }, { children });
		expect(await timeline()).toEqual([down([down([down([])])])]);
	});

	it('from an override that recurs through the woven base is too', async () => {
		class Quick extends Count {
			@Traced
			override down(from: number): number {
				return from > 1 ? super.down(from) : super.down(0);
			}
		}
		new Quick().down(2);
		const down = (children: ReturnType<typeof invoke>[]) =>
			invoke('self.count.down', 'Quick.down', { 'agentese.result': 'number' }, { children });
		expect(await timeline()).toEqual([down([down([])])]);
	});
});

describe('a mixin', () => {
	const Watched = (Parent: typeof Base) => {
		class Mixed extends Parent {
			@Traced
			watch(): string {
				return 'watched';
			}
		}
		return Mixed;
	};
	class Other extends Base {}

	it('belongs to each class that it is mixed into', async () => {
		@Resolver('self.one')
		class One extends Watched(Base) {}
		@Resolver('self.two')
		class Two extends Watched(Other) {}
		new One().watch();
		new Two().watch();
		expect(await timeline()).toEqual([
			invoke('self.one.watch', 'One.watch', STRING),
			invoke('self.two.watch', 'Two.watch', STRING),
		]);
	});
});
