import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { createDecorator } from '../../extend.js';
import { Aspect, createLogos, instrument, Metered, metered, Resolver, Traced, traced, Untraced } from '../../index.js';
import { replacing, withSdk } from './each.js';
import { BUCKETS, counted, inOrder, invoke, pathLabels, span } from './expected.js';
import { points, timeline } from './harness.js';

withSdk();

const plain = (name: string, code = name) => span(name, { 'code.function.name': code });
const byFunction = (name: string) => ({ 'code.function.name': name });

describe('two @Traced on one method', () => {
	class Soul {
		@Traced({ name: 'outer' })
		@Traced({ name: 'inner', kind: SpanKind.CLIENT })
		ask(): number {
			return 1;
		}
	}

	it('are one span, and the outer options win', async () => {
		new Soul().ask();
		expect(await timeline()).toEqual([span('outer', byFunction('Soul.ask'), { kind: 'CLIENT' })]);
		expect(await points()).toEqual([]);
	});
});

describe('@Traced and @Metered on one method', () => {
	it('are one span and one count, in either order', async () => {
		class Soul {
			@Traced
			@Metered
			one(): void {}
			@Metered
			@Traced
			two(): void {}
		}
		new Soul().one();
		new Soul().two();
		expect(await timeline()).toEqual([plain('Soul.one'), plain('Soul.two')]);
		expect(await points()).toEqual(inOrder([...counted(byFunction('Soul.one')), ...counted(byFunction('Soul.two'))]));
	});

	it('are one span across a foreign async wrapper', async () => {
		const slow = replacing(
			(fn) =>
				async function (this: unknown, ...args: unknown[]) {
					await null;
					return Reflect.apply(fn, this, args);
				},
		);
		class Soul {
			@Traced({ name: 'above' })
			@slow
			@Traced({ kind: SpanKind.SERVER })
			@Metered
			async ask(): Promise<number> {
				return 1;
			}
		}
		expect(await new Soul().ask()).toBe(1);
		expect(await timeline()).toEqual([span('above', byFunction('Soul.ask'), { kind: 'SERVER' })]);
		expect(await points()).toEqual(counted(byFunction('Soul.ask')));
	});
});

describe('@Traced on a class', () => {
	@Traced({ name: 'class', kind: SpanKind.CLIENT, metered: { active: false } })
	class Soul {
		field = (): number => 0;
		@Traced({ name: 'method' })
		refined(): number {
			return 1;
		}
		plain(): number {
			return 2;
		}
		@Untraced
		left(): number {
			return 3;
		}
		_helper(): number {
			return 4;
		}
		get getter(): number {
			return 5;
		}
		static make(): number {
			return 6;
		}
		[Symbol.toPrimitive](): number {
			return 7;
		}
	}

	it('is refined by @Traced on a method', async () => {
		new Soul().refined();
		expect(await timeline()).toEqual([span('method', byFunction('Soul.refined'), { kind: 'CLIENT' })]);
	});

	it('applies to own methods, static ones too; to no helper, accessor, field or symbol, nor with @Untraced', async () => {
		const soul = new Soul();
		soul.plain();
		Soul.make();
		const silent = [soul.field(), soul.left(), soul._helper(), soul.getter, Number(soul)];
		expect(silent).toEqual([0, 3, 4, 5, 7]);
		expect(await timeline()).toEqual([
			span('class', byFunction('Soul.plain'), { kind: 'CLIENT' }),
			span('class', byFunction('Soul.make'), { kind: 'CLIENT' }),
		]);
		const ended = ['Soul.make', 'Soul.plain'].flatMap((name) => counted(byFunction(name)));
		expect(await points()).toEqual(inOrder(ended.filter(({ name }) => name !== 'agentese.invoke.active')));
	});

	it('does not apply to methods that a subclass adds', async () => {
		class Child extends Soul {
			own(): number {
				return 8;
			}
		}
		expect([new Child().own(), new Child().plain()]).toEqual([8, 2]);
		expect(await timeline()).toEqual([span('class', byFunction('Child.plain'), { kind: 'CLIENT' })]);
	});

	it('that is applied twice is one span', async () => {
		@Traced({ name: 'outer' })
		@Traced({ name: 'inner', kind: SpanKind.SERVER })
		class Twice {
			ask(): void {}
		}
		new Twice().ask();
		expect(await timeline()).toEqual([span('outer', byFunction('Twice.ask'), { kind: 'SERVER' })]);
	});

	it('leaves the class what it was', () => {
		expect([Soul.name, Object.keys(new Soul()), new Soul().constructor === Soul]).toEqual(['Soul', ['field'], true]);
	});
});

describe('@Untraced', () => {
	it('takes away the span and the count that @Traced brings, dispatched or called', async () => {
		@Traced
		@Resolver('self.soul')
		class Soul {
			@Aspect
			@Untraced()
			ask(): number {
				return 1;
			}
		}
		const soul = new Soul();
		expect([soul.ask(), await createLogos([soul]).invoke('self.soul.ask')]).toEqual([1, 1]);
		expect(await timeline()).toEqual([]);
		expect(await points()).toEqual([]);
	});

	it('leaves @Metered and custom decorators, on the class or on the method', async () => {
		const heard: string[] = [];
		const Audited = createDecorator({
			name: 'Audited',
			advice: (_, { functionName }) => ({ leave: (_, { kind }) => void heard.push(`${functionName} ${kind}`) }),
		});
		@Audited
		@Metered
		@Traced
		@Resolver('self.soul')
		class Soul {
			@Aspect
			@Untraced
			ask(): void {}
		}
		@Resolver('self.mind')
		class Mind {
			@Aspect
			@Untraced
			@Metered
			ask(): void {}
		}
		const [soul, mind] = [new Soul(), new Mind()];
		soul.ask();
		mind.ask();
		const logos = createLogos([soul, mind]);
		for (const path of ['self.soul.ask', 'self.mind.ask']) await logos.invoke(path);
		expect(await timeline()).toEqual([]);
		expect(await points()).toEqual(
			inOrder([
				...counted(pathLabels('self.soul.ask'), 'ok', { times: 2 }),
				...counted(pathLabels('self.mind.ask'), 'ok', { times: 2 }),
			]),
		);
		expect(heard).toEqual(['Soul.ask ok', 'Soul.ask ok']);
	});
});

describe('functions', () => {
	it('that are traced and metered are one span and one count, and the first wrapper stays as it was', async () => {
		const once = traced(function ask() {}, { name: 'once' });
		const both = metered(once);
		both();
		once();
		expect(await timeline()).toEqual([span('once', byFunction('ask')), span('once', byFunction('ask'))]);
		expect(await points()).toEqual(counted(byFunction('ask')));
	});

	it('that are traced twice are one span, the outer options winning', async () => {
		traced(
			traced(function ask() {}, { name: 'inner', kind: SpanKind.CLIENT }),
			{ name: 'outer' },
		)();
		expect(await timeline()).toEqual([span('outer', byFunction('ask'), { kind: 'CLIENT' })]);
	});
});

describe('instrument()', () => {
	it('of a decorated class adds to the same wrapper', async () => {
		@Resolver('self.soul')
		class Soul {
			@Aspect
			@Traced({ kind: SpanKind.CLIENT })
			ask(): void {}
		}
		instrument(Soul, { include: ['ask'] });
		instrument(Soul, { include: ['ask'], metered: { buckets: BUCKETS } });
		new Soul().ask();
		expect(await timeline()).toEqual([
			invoke('self.soul.ask', 'Soul.ask', { 'agentese.result': 'undefined' }, { kind: 'CLIENT' }),
		]);
		expect(await points()).toEqual(counted(pathLabels('self.soul.ask')));
	});

	it('of an instance leaves the class and other instances alone', async () => {
		class Soul {
			ask(): void {}
		}
		const soul = instrument(new Soul(), { metered: false });
		new Soul().ask();
		expect(await timeline()).toEqual([]);
		soul.ask();
		expect([await timeline(), Object.keys(soul)]).toEqual([[plain('Soul.ask')], []]);
	});

	it('accepts names, globs and a predicate', async () => {
		const target = () => ({ askOne: () => 1, askTwo: () => 2, tell: () => 3, _hide: () => 4 });
		const called = async (options: Parameters<typeof instrument>[1]) => {
			const object = instrument(target(), { metered: false, ...options });
			for (const fn of Object.values(object)) fn();
			return (await timeline()).map(({ name }) => name);
		};
		expect(await called({})).toEqual(['askOne', 'askTwo', 'tell']);
		expect(await called({ include: ['tell'] })).toEqual(['tell']);
		expect(await called({ include: ['ask*', '_hide'] })).toEqual(['askOne', 'askTwo', '_hide']);
		expect(await called({ exclude: ['*One'] })).toEqual(['askTwo', 'tell']);
		expect(await called({ include: (name) => name.length === 4 })).toEqual(['tell']);
	});
});

describe('createDecorator', () => {
	it('joins the same wrapper, and receives items and outcome', async () => {
		const heard: unknown[] = [];
		const Audited = createDecorator<{ tag: string }>({
			name: 'Audited',
			keys: ['tag'],
			advice: ({ tag }, point) => ({
				enter: () => tag,
				item: (_, value, state) => void heard.push([state, 'item', value]),
				leave: (_, outcome, state) => void heard.push([state, point.functionName, outcome.kind]),
			}),
		});
		class Soul {
			@Audited({ tag: 'outer' })
			@Traced
			@Audited({ tag: 'inner' })
			*stream(): Generator<number> {
				yield 1;
				yield 2;
			}
		}
		expect([...new Soul().stream()]).toEqual([1, 2]);
		expect(heard).toEqual([
			['outer', 'item', 1],
			['outer', 'item', 2],
			['outer', 'Soul.stream', 'ok'],
		]);
		expect(await timeline()).toEqual([plain('Soul.stream')]);
	});

	it('whose every part throws changes nothing', async () => {
		const fault = (): never => {
			throw new Error('advice');
		};
		const Broken = createDecorator({
			name: 'Broken',
			advice: () => ({ enter: fault, item: fault, leave: fault, refuses: fault }),
		});
		const Unmade = createDecorator({ name: 'Unmade', advice: fault });
		class Soul {
			@Broken
			@Unmade
			@Traced
			*stream(): Generator<number> {
				yield 1;
			}
		}
		expect([...new Soul().stream()]).toEqual([1]);
		expect(await timeline()).toEqual([plain('Soul.stream')]);
	});
});
