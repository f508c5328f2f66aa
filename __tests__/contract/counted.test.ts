import { describe, expect, it } from '@jest/globals';
import {
	Aspect,
	createLogos,
	instrument,
	Metered,
	metered,
	Resolver,
	Traced,
	traced,
	traceInvocation,
} from '../../index.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { withSdk } from './each.js';
import { counted, inOrder, invoke, pathLabels, span } from './expected.js';
import { dropSdk, failureOf, loggedMessages, points, startSdk, timeline } from './harness.js';

withSdk();

const NUMBER = { 'agentese.result': 'number' };
const byFunction = (name: string) => ({ 'code.function.name': name });
/** The points of invocations whose metrics have declared attributes. */
const having = (all: ReturnType<typeof counted>, more: Record<string, string>) =>
	all.map((point) =>
		point.name === 'agentese.invoke.active' ? point : { ...point, labels: { ...point.labels, ...more } },
	);

describe('@Traced on a method with a path', () => {
	@Resolver('self.soul')
	class Soul {
		@Aspect
		@Traced
		ask(): number {
			return 1;
		}
		@Aspect
		@Traced
		@Metered
		both(): number {
			return 1;
		}
		@Aspect
		@Metered
		@Traced({ metered: { buckets: [1, 10] } })
		above(): number {
			return 1;
		}
		@Aspect
		@Traced({ metered: false })
		uncounted(): number {
			return 1;
		}
	}

	it.each(['ask', 'both'] as const)('counts %s once, called or dispatched', async (aspect) => {
		const soul = new Soul();
		const logos = createLogos([soul]);
		const path = `self.soul.${aspect}`;
		soul[aspect]();
		await logos.invoke(path);
		const each = invoke(path, `Soul.${aspect}`, NUMBER);
		expect(await timeline()).toEqual([each, each]);
		expect(await points()).toEqual(counted(pathLabels(path), 'ok', { times: 2 }));
	});

	it('is not counted with metered: false, called or dispatched', async () => {
		const soul = new Soul();
		soul.uncounted();
		await createLogos([soul]).invoke('self.soul.uncounted');
		expect((await timeline()).length).toBe(2);
		expect(await points()).toEqual([]);
	});

	it('gives its options of metrics to a @Metered beside it, whose own win', async () => {
		new Soul().above();
		expect((await timeline()).length).toBe(1);
		expect((await points()).find(({ boundaries }) => boundaries !== undefined)?.boundaries).toEqual([1, 10]);
		class Mind {
			@Metered({ buckets: [2] })
			@Traced({ metered: { buckets: [1, 10], active: false } })
			ask(): void {}
		}
		new Mind().ask();
		expect((await timeline()).length).toBe(1);
		const ofMind = (await points()).filter(({ labels }) => labels['code.function.name'] === 'Mind.ask');
		expect(ofMind.map(({ name, boundaries }) => [name, boundaries])).toEqual([
			['agentese.invocations', undefined],
			['agentese.invoke.duration', [2]],
		]);
	});

	it('counts with metrics alone, and creates spans with traces alone', async () => {
		const soul = new Soul();
		for (const on of [{ traces: false }, { metrics: false }]) {
			dropSdk();
			startSdk(on);
			soul.ask();
			expect({ spans: await timeline(), points: on.traces === false ? await points() : [] }).toEqual({
				spans: on.traces === false ? [] : [invoke('self.soul.ask', 'Soul.ask', NUMBER)],
				points: on.traces === false ? counted(pathLabels('self.soul.ask')) : [],
			});
		}
	});
});

describe('the setting `metered: false`', () => {
	it('leaves out the count of @Traced, dispatched, called or as a block; options and @Metered win', async () => {
		@Resolver('self.soul')
		class Soul {
			@Aspect
			@Traced
			ask(): void {}
			@Aspect
			bare(): void {}
			@Traced({ metered: true })
			counts(): void {}
			@Traced
			@Metered
			both(): void {}
		}
		const restore = configureTracing({ metered: false });
		const soul = new Soul();
		const logos = createLogos([soul]);
		soul.ask();
		await logos.invoke('self.soul.ask');
		await logos.invoke('self.soul.bare');
		traceInvocation('self.block.run', () => 1);
		soul.counts();
		soul.both();
		traceInvocation('self.block.counts', { metered: true }, () => 1);
		expect((await timeline()).length).toBe(7);
		const paths = ['self.soul.counts', 'self.soul.both', 'self.block.counts'];
		expect(await points()).toEqual(inOrder(paths.flatMap((path) => counted(pathLabels(path)))));
		restore();
		soul.ask();
		expect((await timeline()).length).toBe(1);
		expect(await points()).toEqual(inOrder([...paths, 'self.soul.ask'].flatMap((path) => counted(pathLabels(path)))));
	});
});

describe('@Traced on a method without a path', () => {
	it('does not count, unless `metered` is true or has options', async () => {
		class Soul {
			@Traced
			ask(): void {}
			@Traced({ metered: true })
			asks(): void {}
		}
		const soul = new Soul();
		soul.ask();
		soul.asks();
		traced(function plain() {})();
		traced(function timed() {}, { metered: { active: false } })();
		metered(traced(function once() {}))();
		expect((await timeline()).length).toBe(5);
		expect(await points()).toEqual(
			inOrder([
				...counted(byFunction('Soul.asks')),
				...counted(byFunction('timed')).filter(({ name }) => name !== 'agentese.invoke.active'),
				...counted(byFunction('once')),
			]),
		);
	});

	it('counts with a path of its own, as a block and an instrumented method with a handle do', async () => {
		traced(function ask() {}, { path: 'void.oracle.ask' })();
		traceInvocation('void.block.run', () => 1);
		instrument({ roll: () => 1 }, { handle: 'void.dice' }).roll();
		instrument({ still: () => 1 }, { handle: 'void.dice', metered: false }).still();
		expect((await timeline()).length).toBe(4);
		const paths = ['void.oracle.ask', 'void.block.run', 'void.dice.roll'];
		expect(await points()).toEqual(inOrder(paths.flatMap((path) => counted(pathLabels(path)))));
	});
});

describe('the attributes of @Metered', () => {
	const asked: unknown[] = [];
	const mode = {
		values: ['hard', 'soft'],
		from: ([given]: [unknown]) => {
			asked.push(given);
			if (given === 'broken') throw new Error('from');
			return given;
		},
	};
	@Resolver('self.soul')
	class Soul {
		@Traced({ metered: { attributes: { 'app.mode': mode } } })
		ask(_mode: unknown): number {
			return 1;
		}
		@Traced({ name: 'beside' })
		@Metered({ attributes: { 'app.mode': mode } })
		beside(_mode: unknown): number {
			return 1;
		}
		@Metered({ attributes: { 'app.mode': mode } })
		counts(_mode: unknown): number {
			return 1;
		}
	}
	const PATH = 'self.soul.ask';

	it('are on the metrics and on the span, with one of the declared values, read once a call', async () => {
		asked.length = 0;
		const soul = new Soul();
		for (const given of ['hard', 'other', 'broken']) soul.ask(given);
		soul.beside('soft');
		expect(asked).toEqual(['hard', 'other', 'broken', 'soft']);
		const asks = (value: string) => invoke(PATH, 'Soul.ask', { ...NUMBER, 'app.mode': value });
		expect(await timeline()).toEqual([
			asks('hard'),
			asks('_OTHER'),
			asks('_OTHER'),
			{ ...invoke('self.soul.beside', 'Soul.beside', { ...NUMBER, 'app.mode': 'soft' }), name: 'beside' },
		]);
		expect(await points()).toEqual(
			inOrder([
				...having(counted(pathLabels(PATH)), { 'app.mode': 'hard' }),
				...having(counted(pathLabels(PATH), 'ok', { times: 2 }), { 'app.mode': '_OTHER' }),
				...having(counted(pathLabels('self.soul.beside')), { 'app.mode': 'soft' }),
			]),
		);
		expect(loggedMessages()).toEqual([
			expect.stringContaining("the metered attribute 'app.mode' of Soul.ask threw. Reason: from"),
		]);
	});

	it('are on no span of another invocation, and on the span without metrics too', async () => {
		const soul = new Soul();
		traced(function outer() {
			soul.counts('hard');
		})();
		expect(await timeline()).toEqual([span('outer', byFunction('outer'))]);
		expect(await points()).toEqual(having(counted(pathLabels('self.soul.counts')), { 'app.mode': 'hard' }));
		dropSdk();
		startSdk({ metrics: false });
		soul.ask('soft');
		expect(await timeline()).toEqual([invoke(PATH, 'Soul.ask', { ...NUMBER, 'app.mode': 'soft' })]);
	});
});

describe('when', () => {
	const asked: unknown[] = [];
	@Resolver('self.soul')
	class Soul {
		verbose = false;
		@Aspect
		@Traced({
			expected: [RangeError],
			when: ([kind], self) => {
				asked.push(kind);
				if (kind === 'broken') throw new Error('when');
				return kind === 'yes' || self.verbose;
			},
		})
		ask(kind: unknown): number {
			if (kind === 'refuse') throw new RangeError('no');
			return 1;
		}
		@Metered
		@Traced({ when: () => false })
		counts(): number {
			return 1;
		}
	}
	const PATH = 'self.soul.ask';
	const traces = () => invoke(PATH, 'Soul.ask', NUMBER);

	it('decides once for each call about span and count; what throws is logged once and counts as true', async () => {
		asked.length = 0;
		const soul = new Soul();
		const results = ['yes', 'no', 'broken', 'broken'].map((kind) => soul.ask(kind));
		soul.verbose = true;
		soul.ask('loud');
		expect(results).toEqual([1, 1, 1, 1]);
		expect(asked).toEqual(['yes', 'no', 'broken', 'broken', 'loud']);
		expect(await timeline()).toEqual([traces(), traces(), traces(), traces()]);
		expect(await points()).toEqual(counted(pathLabels(PATH), 'ok', { times: 4 }));
		expect(loggedMessages()).toEqual([expect.stringContaining('the option when of Soul.ask threw. Reason: when')]);
	});

	it('decides about dispatched calls too', async () => {
		const logos = createLogos([new Soul()]);
		expect([await logos.invoke(PATH, 'no'), await logos.invoke(PATH, 'yes')]).toEqual([1, 1]);
		expect((await timeline()).length).toBe(1);
		expect(await points()).toEqual(counted(pathLabels(PATH)));
	});

	it('leaves a @Metered beside it alone', async () => {
		new Soul().counts();
		expect(await timeline()).toEqual([]);
		expect(await points()).toEqual(counted(pathLabels('self.soul.counts')));
	});

	it('leaves errors, refusals and parents as they are', async () => {
		const soul = new Soul();
		const failed = await failureOf(() => soul.ask('refuse'));
		expect(failed?.thrown).toBeInstanceOf(RangeError);
		soul.verbose = true;
		await failureOf(() => soul.ask('refuse'));
		const around = traced(function outermost() {
			soul.verbose = false;
			return soul.ask('no');
		});
		around();
		const spans = await timeline();
		expect(spans.map(({ name, status, attributes }) => [name, status, attributes['agentese.outcome']])).toEqual([
			['agentese.invoke', 'UNSET', 'refused'],
			['outermost', 'OK', undefined],
		]);
		expect(await points()).toEqual(counted(pathLabels(PATH), 'refused'));
	});
});
