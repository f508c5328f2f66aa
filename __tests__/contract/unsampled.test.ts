import { afterEach, describe, expect, it } from '@jest/globals';
import { type Context, context, createContextKey, propagation, trace } from '@opentelemetry/api';
import { createDecorator } from '../../extend.js';
import {
	Aspect,
	createLogos,
	currentInvocation,
	Metered,
	metered,
	Resolver,
	recordTokens,
	Traced,
	traced,
} from '../../index.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { loggedMessages, points, startSdk, stopSdk, timeline } from './harness.js';

afterEach(() => stopSdk());

const MARK = createContextKey('unsampled.test');
const PATH = 'self.soul.ask';
const PARENT = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };

/** Runs a function below a span that is not sampled, in a context of its own. */
function below<T>(work: () => T): T {
	return context.with(trace.setSpanContext(context.active(), PARENT).setValue(MARK, 'here'), work);
}

const here = () => context.active().getValue(MARK);

describe('below a span that is not sampled, and with metrics off', () => {
	it('a method runs in the very context of its caller, and is no invocation', async () => {
		startSdk({ metrics: false });
		const seen: unknown[] = [];
		const ask = traced(
			function ask(_umwelt: unknown, given: object) {
				seen.push(context.active(), currentInvocation());
				recordTokens({ input: 3 });
				return given;
			},
			{ path: PATH },
		);
		let outer: Context | undefined;
		const given = {};
		const got = below(() => {
			outer = context.active();
			return ask(null, given);
		});
		expect(got).toBe(given);
		expect(seen).toEqual([outer, undefined]);
		expect(seen[0]).toBe(outer);
		expect(await timeline()).toEqual([]);
		expect(loggedMessages()).toEqual([]);
	});

	it('the same method is traced if its caller is sampled, or there is no calling span', async () => {
		startSdk({ metrics: false });
		class Soul {
			@Traced()
			@Metered()
			ask(): string | undefined {
				return currentInvocation()?.functionName;
			}
		}
		const soul = new Soul();
		const sampled = trace.setSpanContext(context.active(), { ...PARENT, traceFlags: 1 });
		expect([below(() => soul.ask()), soul.ask(), context.with(sampled, () => soul.ask())]).toEqual([
			undefined,
			'Soul.ask',
			'Soul.ask',
		]);
		expect((await timeline()).map(({ name }) => name)).toEqual(['Soul.ask', 'Soul.ask']);
	});

	it('what it throws and rejects with is its own', async () => {
		startSdk({ metrics: false });
		const error = new TypeError('no ink');
		const throws = traced(() => {
			throw error;
		});
		const rejects = traced(async () => {
			throw error;
		});
		expect(() => below(throws)).toThrow(error);
		await expect(below(rejects)).rejects.toBe(error);
	});

	it('a stream runs there at every step, wherever it is consumed', async () => {
		startSdk({ metrics: false });
		const seen: unknown[] = [];
		const tell = traced(async function* tell() {
			try {
				seen.push(here());
				yield 1;
				await null;
				seen.push(here());
				yield 2;
			} finally {
				seen.push(here());
			}
			return 3;
		});
		const story = below(tell);
		seen.push(here());
		expect(await story.next()).toEqual({ value: 1, done: false });
		expect(await story.next()).toEqual({ value: 2, done: false });
		expect(await story.next()).toEqual({ value: 3, done: true });
		expect(await story.next()).toEqual({ value: undefined, done: true });
		expect(seen).toEqual([undefined, 'here', 'here', 'here']);
		const left = below(tell);
		for await (const _ of left) break;
		expect(seen.slice(4)).toEqual(['here', 'here']);
		expect(await timeline()).toEqual([]);
	});

	it('so does the stream that a promise gives, and a query that is lazy', async () => {
		startSdk({ metrics: false });
		const seen: unknown[] = [];
		const open = traced(async () =>
			(function* () {
				seen.push(here());
				yield 1;
			})(),
		);
		const query = traced(() => ({
			then(done: (rows: string) => void): void {
				seen.push(here());
				done('rows');
			},
		}));
		const stream = await below(open);
		expect([...stream]).toEqual([1]);
		const lazy = below(query);
		expect(seen).toEqual(['here']);
		expect(await lazy).toBe('rows');
		expect(seen).toEqual(['here', 'here']);
	});

	it('the member of a result that `follow` selects runs there', () => {
		startSdk({ metrics: false });
		const seen: unknown[] = [];
		const answer = traced(
			() => ({
				get words() {
					seen.push(here());
					return 'yes';
				},
			}),
			{ follow: 'words' },
		);
		const got = below(answer);
		expect(got.words).toBe('yes');
		expect(seen).toEqual(['here']);
	});

	it('what a dispatcher invokes stays an invocation', async () => {
		startSdk({ metrics: false });
		@Resolver('world.town.:citizen')
		class Town {
			@Aspect
			@Traced()
			async manifest(): Promise<unknown> {
				return currentInvocation()?.params;
			}
		}
		const logos = createLogos([new Town()]);
		expect(await below(() => logos.invoke('world.town.ada.manifest'))).toEqual({ citizen: 'ada' });
		expect(await timeline()).toEqual([]);
	});
});

describe('below a span that is not sampled', () => {
	it('it is an invocation if it is counted', async () => {
		startSdk();
		const ask = metered(traced(() => currentInvocation()?.path, { path: PATH }));
		expect(below(() => ask())).toBe(PATH);
		expect((await points()).filter(({ name }) => name === 'agentese.invocations').map(({ value }) => value)).toEqual([
			1,
		]);
	});

	it('it is one if a custom decorator observes it', () => {
		startSdk({ metrics: false });
		const seen: unknown[] = [];
		const Audited = createDecorator({
			name: 'Audited',
			advice: () => ({ leave: (_, { kind, duration }) => seen.push(kind, duration >= 0) }),
		});
		class Soul {
			@Audited()
			@Traced({ path: PATH })
			ask(): string | undefined {
				return currentInvocation()?.path;
			}
		}
		expect(below(() => new Soul().ask())).toBe(PATH);
		expect(seen).toEqual(['ok', true]);
	});

	it('it is one if the observer is written into baggage', () => {
		startSdk({ metrics: false });
		const restore = configureTracing({ baggage: ['agentese.observer'] });
		const ask = traced((_umwelt: unknown) => propagation.getActiveBaggage()?.getEntry('agentese.observer')?.value, {
			path: PATH,
		});
		expect(below(() => ask({ id: 'kent' }))).toBe('kent');
		restore();
	});
});
