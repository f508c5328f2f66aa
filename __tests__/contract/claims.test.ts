import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { Aspect, createLogos, type Logos, Metered, Resolver, Traced } from '../../index.js';
import { replacing, withSdk } from './each.js';
import { counted, inOrder, invoke, pathLabels } from './expected.js';
import { points, type RecordedSpan, timeline } from './harness.js';

withSdk();

const NUMBER = { 'agentese.result': 'number' };
const PATH = 'self.count.down';
const down = (children: RecordedSpan[] = [], rest: Partial<RecordedSpan> = {}) =>
	invoke(PATH, 'Count.down', NUMBER, { children, ...rest });

const foreign = replacing(
	(fn) =>
		async function (this: unknown, ...args: unknown[]) {
			await new Promise((resolve) => setImmediate(resolve));
			return Reflect.apply(fn, this, args);
		},
);

@Resolver('self.count')
class Count {
	logos: Logos | undefined;

	@Aspect
	@Traced({ kind: SpanKind.SERVER })
	@Metered
	refined(): number {
		return 1;
	}

	@Aspect
	@Traced
	@Metered
	down(umwelt: unknown, from: number): number {
		return from === 0 ? 0 : this.down(umwelt, from - 1);
	}

	@Aspect
	@Traced
	async both(): Promise<number> {
		const [one, two] = await Promise.all([this.logos?.invoke(PATH, null, 0), this.down(null, 0)]);
		return Number(one) + Number(two);
	}

	@Aspect()
	indirect(): number {
		return this.down(null, 0);
	}

	@Aspect
	@Traced
	@foreign
	@Traced
	async wrapped(): Promise<number> {
		return 1;
	}

	@Aspect
	@foreign
	@Traced
	@Metered
	async under(): Promise<number> {
		return 1;
	}
}

const count = new Count();
const logos = createLogos([count]);
count.logos = logos;

describe('the call that logos makes', () => {
	it('is one span and one count with the options of the method’s decorators', async () => {
		await logos.invoke('self.count.refined');
		expect(await timeline()).toEqual([invoke('self.count.refined', 'Count.refined', NUMBER, { kind: 'SERVER' })]);
		expect(await points()).toEqual(counted(pathLabels('self.count.refined')));
	});

	it('is the only one that is claimed: recursion is invocations of its own', async () => {
		await logos.invoke(PATH, null, 2);
		expect(await timeline()).toEqual([down([down([down()])])]);
		expect(await points()).toEqual(counted(pathLabels(PATH), 'ok', { times: 3 }));
	});

	it('does not claim another method of the same resolver', async () => {
		await logos.invoke('self.count.indirect');
		expect(await timeline()).toEqual([invoke('self.count.indirect', 'Count.indirect', NUMBER, { children: [down()] })]);
		expect(await points()).toEqual(
			inOrder([...counted(pathLabels('self.count.indirect')), ...counted(pathLabels(PATH))]),
		);
	});

	it('does not claim a parallel call of the same method', async () => {
		const [one, two] = await Promise.all([
			logos.invoke(PATH, null, 0),
			logos.invoke(PATH, null, 0),
			count.down(null, 0),
		]);
		expect([one, two]).toEqual([0, 0]);
		expect(await timeline()).toEqual([down(), down(), down()]);
		expect(await points()).toEqual(counted(pathLabels(PATH), 'ok', { times: 3 }));
	});

	it('from inside a method is an invocation of its own, beside a direct call', async () => {
		await logos.invoke('self.count.both');
		expect(await timeline()).toEqual([invoke('self.count.both', 'Count.both', NUMBER, { children: [down(), down()] })]);
		expect(await points()).toEqual(
			inOrder([...counted(pathLabels('self.count.both')), ...counted(pathLabels(PATH), 'ok', { times: 2 })]),
		);
	});

	it.each(['wrapped', 'under'])('of a method with a foreign async wrapper, %s, is one span', async (aspect) => {
		expect(await logos.invoke(`self.count.${aspect}`)).toBe(1);
		expect(await timeline()).toEqual([invoke(`self.count.${aspect}`, `Count.${aspect}`, NUMBER)]);
		expect(await points()).toEqual(counted(pathLabels(`self.count.${aspect}`)));
	});

	it('of another instance is not claimed', async () => {
		const other = new Count();
		@Resolver('self.proxy')
		class Forward {
			@Aspect()
			down(): number {
				return other.down(null, 0);
			}
		}
		await createLogos([new Forward()]).invoke('self.proxy.down');
		expect(await timeline()).toEqual([invoke('self.proxy.down', 'Forward.down', NUMBER, { children: [down()] })]);
	});
});

describe('an override of a published method', () => {
	class Base {
		@Aspect
		@Traced
		@Metered
		ask(): number {
			return 1;
		}
	}

	it('that is undecorated is one span, with or without super', async () => {
		@Resolver('self.plain')
		class Plain extends Base {
			override ask(): number {
				return 2;
			}
		}
		@Resolver('self.upper')
		class Upper extends Base {
			override ask(): number {
				return super.ask() + 2;
			}
		}
		const both = createLogos([new Plain(), new Upper()]);
		expect([await both.invoke('self.plain.ask'), await both.invoke('self.upper.ask')]).toEqual([2, 3]);
		expect(await timeline()).toEqual([
			invoke('self.plain.ask', 'Plain.ask', NUMBER),
			invoke('self.upper.ask', 'Upper.ask', NUMBER),
		]);
		expect(await points()).toEqual(
			inOrder([...counted(pathLabels('self.plain.ask')), ...counted(pathLabels('self.upper.ask'))]),
		);
	});

	it('that a decorator on its class observes is one span', async () => {
		@Traced
		@Metered
		@Resolver('self.watched')
		class Watched extends Base {
			override ask(): number {
				return super.ask() + 2;
			}
		}
		expect(await createLogos([new Watched()]).invoke('self.watched.ask')).toBe(3);
		expect(await timeline()).toEqual([invoke('self.watched.ask', 'Watched.ask', NUMBER)]);
		expect(await points()).toEqual(counted(pathLabels('self.watched.ask')));
	});

	it('that is decorated too is one span', async () => {
		@Resolver('self.woven')
		class Woven extends Base {
			@Traced({ kind: SpanKind.CLIENT })
			override ask(): number {
				return super.ask() + 2;
			}
		}
		expect(await createLogos([new Woven()]).invoke('self.woven.ask')).toBe(3);
		expect(await timeline()).toEqual([invoke('self.woven.ask', 'Woven.ask', NUMBER, { kind: 'CLIENT' })]);
		expect(await points()).toEqual(counted(pathLabels('self.woven.ask')));
	});
});
