import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { INVALID_SPAN_CONTEXT, propagation, type SpanContext, trace } from '@opentelemetry/api';
import { W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { createDecorator } from '../../extend.js';
import {
	currentInvocation,
	type Invocation,
	injectContext,
	linkFrom,
	Metered,
	propagate,
	Resolver,
	startInvocation,
	Traced,
	traced,
	traceInvocation,
} from '../../index.js';
import { counted, failure, failures, invoke, marked, pathLabels, span } from './expected.js';
import { dropSdk, loggedMessages, mark, points, startSdk, stopSdk, timeline } from './harness.js';

beforeEach(() => startSdk());
afterEach(() => dropSdk());

const UNDEFINED = { 'agentese.result': 'undefined' };
const PATH = 'self.soul.ask';

/** The context of a span in another process. */
const ELSEWHERE: SpanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };

/** The span of an invocation that ran `block`, whose value is undefined. */
const asked = (attributes = {}, rest = {}) => invoke(PATH, undefined, { ...UNDEFINED, ...attributes }, rest);

/** Runs a block as an invocation that returns undefined. */
function ask(block: (invocation: Invocation) => unknown): void {
	traceInvocation(PATH, (invocation) => {
		block(invocation);
	});
}

@Resolver('self.soul')
class Soul {
	@Traced({ path: 'self.soul.:citizen.outer' })
	outer(): unknown {
		return this.inner();
	}
	@Traced()
	async inner(): Promise<void> {
		await sleep(1);
		currentInvocation()
			?.set({ 'app.own': [1, 2] })
			.root.set({ 'app.root': true });
	}
	@Metered
	counted(): void {
		currentInvocation()?.set({ 'app.x': 1 }).rename('other').fail(new TypeError('caught'));
	}
}

describe('an invocation', () => {
	it('has the parts of its path and the name of its function', () => {
		const seen: unknown[] = [];
		const method = traced(
			function pay() {
				const { template, context, holon, aspect, functionName, category } = currentInvocation() ?? {};
				seen.push({ template, context, holon, aspect, functionName, category });
			},
			{ path: 'world.town.:citizen.pay' },
		);
		method();
		ask((invocation) => seen.push(invocation.functionName, invocation.context));
		expect(seen).toEqual([
			{
				template: 'world.town.:citizen.pay',
				context: 'world',
				holon: 'town.:citizen',
				aspect: 'pay',
				functionName: 'pay',
				category: undefined,
			},
			'',
			'self',
		]);
	});

	it('has the ids of the span that is active inside', async () => {
		ask((invocation) => {
			const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {};
			expect([invocation.traceId, invocation.spanId]).toEqual([traceId, spanId]);
			expect(traceId).toMatch(/^[0-9a-f]{32}$/);
			new Soul().counted();
		});
		dropSdk();
		ask((invocation) => expect([invocation.traceId, invocation.spanId]).toEqual([undefined, undefined]));
	});
});

describe('set', () => {
	it('writes on the span of the invocation, and through root on that of the outermost one', async () => {
		await new Soul().outer();
		expect(await timeline()).toEqual([
			invoke(
				'self.soul.:citizen.outer',
				'Soul.outer',
				{ ...UNDEFINED, 'app.root': true },
				{
					children: [invoke('self.soul.inner', 'Soul.inner', { ...UNDEFINED, 'app.own': [1, 2] })],
				},
			),
		]);
	});

	it('writes what OpenTelemetry would drop as text, and no secrets', async () => {
		ask((invocation) => invocation.set({ 'app.when': new Date(0), 'app.none': undefined, 'app.password': 'hunter2' }));
		expect(await timeline()).toEqual([asked({ 'app.when': '1970-01-01T00:00:00.000Z', 'app.password': '[redacted]' })]);
	});

	it('is bounded in keys, texts and arrays', async () => {
		const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`app.${index}`, index]));
		ask((invocation) => {
			invocation.set({ 'app.text': 'x'.repeat(5000), 'app.list': Array(200).fill(1), [`app.${'k'.repeat(300)}`]: 1 });
			invocation.set(many).set({ 'app.0': 'again' });
		});
		const [{ attributes } = span('')] = await timeline();
		const keys = Object.keys(attributes).filter((key) => key.startsWith('app.'));
		expect(keys.length).toBe(64);
		expect([String(attributes['app.text']).length, (attributes['app.list'] as []).length]).toEqual([4096, 128]);
		expect([attributes['app.0'], attributes['app.61'], attributes['app.62']]).toEqual(['again', 61, undefined]);
		expect(attributes['agentese.outcome']).toBe('ok');
		expect(loggedMessages()).toEqual([
			expect.stringContaining('set() got a key of 304 characters'),
			expect.stringContaining('set() got more than 64 different keys'),
		]);
	});

	it('refuses the keys of the toolkit and what is no object, and throws nothing', async () => {
		ask((invocation) => {
			for (let i = 0; i < 2; i++) {
				invocation.set({ 'agentese.outcome': 'great', 'app.x': 1 });
				invocation.set('app.x' as never);
				invocation.set({
					get broken(): never {
						throw new Error('broken');
					},
				});
			}
		});
		expect(await timeline()).toEqual([asked({ 'app.x': 1 })]);
		expect(loggedMessages()).toEqual([
			expect.stringContaining("set() got the key 'agentese.outcome'; keys that begin with 'agentese.'"),
			expect.stringContaining('set() accepts an object of attributes; it got string'),
			expect.stringContaining('set() of an invocation could not read or write its argument. Reason: broken'),
		]);
	});

	it('does nothing after the end, without an SDK, and if nothing records', async () => {
		let kept: Invocation | undefined;
		ask((invocation) => {
			kept = invocation;
		});
		kept?.set({ 'app.late': 1 }).rename('late').link(ELSEWHERE).fail(new Error('late'));
		expect(await timeline()).toEqual([asked()]);
		stopSdk();
		ask((invocation) => invocation.set({ 'app.x': 1 }).rename('x').propagate({ 'app.x': 1 }));
		startSdk({ sampler: new AlwaysOffSampler() });
		ask((invocation) => invocation.set({ 'app.x': 1 }).rename('x').fail(new Error('unsampled')));
		expect(await timeline()).toEqual([]);
		expect(loggedMessages()).toEqual([]);
	});

	it('does not write on the span of another invocation', async () => {
		ask(() => new Soul().counted());
		expect(await timeline()).toEqual([asked()]);
		expect((await points()).filter(({ labels }) => labels['error.type'] !== undefined)).toEqual([
			failures(pathLabels('self.soul.counted'), 'TypeError', 1),
		]);
	});

	it('works in every part of a decorator, around @Traced and inside it', async () => {
		const Around = createDecorator({
			name: 'Around',
			advice: () => ({ enter: (i) => i.set({ 'app.around': 1 }), leave: (i) => i.set({ 'app.too_late': 1 }) }),
		});
		const Inside = createDecorator({
			name: 'Inside',
			advice: () => ({ enter: (i) => i.set({ 'app.enter': 1 }), leave: (i) => i.set({ 'app.leave': 1 }) }),
		});
		class Plain {
			@Around()
			@Traced()
			@Inside()
			run(): void {}
			@Inside()
			@Traced()
			@Around()
			turned(): void {}
		}
		new Plain().run();
		new Plain().turned();
		const all = (await timeline()).map(({ attributes }) =>
			Object.keys(attributes)
				.filter((key) => key.startsWith('app'))
				.sort(),
		);
		// The standards apply decorators in the same order, so one of the two decorators is outside of @Traced.
		expect(all).toEqual([
			['app.around', 'app.enter', expect.stringMatching(/^app\.(leave|too_late)$/)],
			['app.around', 'app.enter', expect.stringMatching(/^app\.(leave|too_late)$/)],
		]);
	});
});

describe('rename', () => {
	it('replaces the name of the span, and nothing of the metrics', async () => {
		ask((invocation) => invocation.rename('pay'));
		ask((invocation) => invocation.rename(`${'x'.repeat(300)}`));
		ask((invocation) => invocation.rename('').rename(7 as never));
		expect((await timeline()).map(({ name }) => name)).toEqual(['pay', 'x'.repeat(256), 'agentese.invoke']);
		expect(await points()).toEqual(counted(pathLabels(PATH), 'ok', { times: 3 }));
		expect(loggedMessages()).toEqual([expect.stringContaining('rename() accepts a text that is not empty')]);
	});
});

describe('link', () => {
	beforeEach(() => {
		propagation.setGlobalPropagator(new W3CTraceContextPropagator());
	});
	afterEach(() => propagation.disable());

	it('adds links to spans, and to those that wrote their context into headers', async () => {
		const headers: Record<string, string> = {};
		ask((invocation) => {
			mark('cause');
			expect(injectContext(headers)).toBe(headers);
			expect(headers['traceparent']).toContain(`${invocation.traceId}-${invocation.spanId}`);
		});
		ask((invocation) => {
			invocation.link(linkFrom(headers)).link(linkFrom({})).link(undefined);
		});
		traced(() => undefined, { name: 'job', links: () => linkFrom(headers) })();
		traceInvocation(PATH, { links: linkFrom(headers) }, () => undefined);
		const linked = { links: ['agentese.invoke'] };
		expect(await timeline()).toEqual([
			asked({}, { children: [marked('cause')] }),
			asked({}, linked),
			span('job', { 'code.function.name': 'job' }, linked),
			asked({}, linked),
		]);
		expect(linkFrom(headers)?.context.traceId).toMatch(/^[0-9a-f]{32}$/);
		expect([linkFrom(undefined), linkFrom({ traceparent: 'nonsense' }), linkFrom(7)]).toEqual([
			undefined,
			undefined,
			undefined,
		]);
	});

	it('ignores what names no span', async () => {
		ask((invocation) =>
			invocation
				.link(INVALID_SPAN_CONTEXT)
				.link({} as never)
				.link('x' as never)
				.link(null as never),
		);
		expect(await timeline()).toEqual([asked()]);
		expect(loggedMessages()).toEqual([expect.stringContaining('link() accepts a Link or a SpanContext')]);
	});
});

describe('fail', () => {
	class Refusal extends Error {}
	const error = new TypeError('no ink');

	it('records a caught error, and does not change the result', async () => {
		const result = traceInvocation(PATH, (invocation) => {
			invocation.fail(error);
			mark('after');
			return 'fallback';
		});
		expect(result).toBe('fallback');
		expect(await timeline()).toEqual([
			asked(
				{ 'agentese.result': 'string', 'agentese.outcome': 'error', 'error.type': 'TypeError' },
				{ ...failure('TypeError', 'no ink'), children: [marked('after')] },
			),
		]);
		expect(await points()).toEqual(counted(pathLabels(PATH), 'error', { errorType: 'TypeError' }));
	});

	it('records an error that is thrown afterwards once, and lets what is thrown win', async () => {
		expect(() =>
			traceInvocation(PATH, (i) => {
				i.fail(error);
				throw error;
			}),
		).toThrow(error);
		expect(() =>
			traceInvocation(PATH, (i) => {
				i.fail(error);
				throw new RangeError('too far');
			}),
		).toThrow(RangeError);
		const recorded = await timeline();
		expect(recorded.map(({ status, events, attributes }) => [status, events.length, attributes['error.type']])).toEqual(
			[
				['ERROR: no ink', 1, 'TypeError'],
				['ERROR: too far', 2, 'RangeError'],
			],
		);
	});

	it('treats an error as if it were thrown: an expected one is refused, an AbortError cancelled', async () => {
		const run = (caught: unknown) =>
			traceInvocation(PATH, { expected: (thrown) => thrown instanceof Refusal }, (i) => {
				i.fail(caught);
			});
		run(new Refusal('no'));
		run(new DOMException('stop', 'AbortError'));
		expect(await timeline()).toEqual([
			asked({ 'agentese.outcome': 'refused' }, { status: 'UNSET' }),
			invoke(PATH, undefined, { 'agentese.outcome': 'cancelled' }, { status: 'UNSET' }),
		]);
	});

	it('is heard of what startInvocation hands out, and turns unknown into the error', async () => {
		const open = startInvocation(PATH);
		open.invocation.set({ 'app.x': 1 }).fail(error);
		open[Symbol.dispose]();
		expect(await timeline()).toEqual([
			invoke(
				PATH,
				undefined,
				{ 'app.x': 1, 'agentese.outcome': 'error', 'error.type': 'TypeError', ...UNDEFINED },
				failure('TypeError', 'no ink'),
			),
		]);
	});
});

describe('propagate', () => {
	it('writes on its own span and on those of invocations below, and on no other', async () => {
		ask((invocation) => {
			traceInvocation('self.soul.before', () => undefined);
			invocation.propagate({ 'app.plan': 'pro', 'app.secret': 'hunter2', 'agentese.x': 1 });
			traced(() => traceInvocation('self.soul.below', { attributes: { 'app.plan': 'own' } }, () => undefined), {
				name: 'helper',
			})();
		});
		ask(() => undefined);
		const propagated = { 'app.plan': 'pro', 'app.secret': '[redacted]' };
		expect(await timeline()).toEqual([
			asked(propagated, {
				children: [
					invoke('self.soul.before', undefined, UNDEFINED),
					span(
						'helper',
						{ 'code.function.name': 'helper', ...propagated },
						{
							children: [invoke('self.soul.below', undefined, { ...UNDEFINED, ...propagated, 'app.plan': 'own' })],
						},
					),
				],
			}),
			asked(),
		]);
		expect(loggedMessages()).toEqual([expect.stringContaining("propagate() got the key 'agentese.x'")]);
	});

	it('works for a function, nests, and lets the innermost win', async () => {
		const answer = propagate({ 'app.a': 1, 'app.b': 1 }, () => {
			ask((outer) => {
				outer.propagate({ 'app.b': 2, 'app.c': 2 });
				propagate({ 'app.c': 3 }, () => ask((inner) => inner.propagate({ 'app.d': 4 })));
				ask(() => undefined);
			});
			return 'answer';
		});
		expect(answer).toBe('answer');
		ask(() => undefined);
		const outer = { 'app.a': 1, 'app.b': 2, 'app.c': 2 };
		expect(await timeline()).toEqual([
			asked(outer, { children: [asked({ ...outer, 'app.c': 3, 'app.d': 4 }), asked(outer)] }),
			asked(),
		]);
		expect(() => propagate({}, 'no function' as never)).toThrow(TypeError);
		expect(() =>
			propagate({}, () => {
				throw new RangeError('mine');
			}),
		).toThrow(RangeError);
		expect(propagate(7 as never, () => 'still runs')).toBe('still runs');
	});

	it('reaches work that its invocation left behind, and is bounded', async () => {
		let late: Promise<void> | undefined;
		ask((outer) => {
			outer.propagate(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`app.${index}`, 1])));
			ask((invocation) => {
				invocation.propagate({
					'app.plan': 'pro',
					...Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`app.in.${i}`, 1])),
				});
				late = (async () => {
					await sleep(2);
					ask(() => undefined);
				})();
			});
		});
		await late;
		const [outer] = await timeline();
		const below = outer?.children[0]?.children[0]?.attributes ?? {};
		expect([
			below['app.plan'],
			below['app.0'],
			Object.keys(below).filter((key) => key.startsWith('app')).length,
		]).toEqual(['pro', 1, 64]);
	});

	it('stays in work of an invocation that ended after the one that propagates', async () => {
		let late: Promise<void> | undefined;
		ask((outer) => {
			outer.propagate({ 'app.outer': 1 });
			late = traceInvocation('self.soul.wait', async () => {
				await sleep(1);
				setTimeout(() => ask(() => undefined), 2);
			});
		});
		await late;
		await sleep(10);
		const [outer] = await timeline();
		expect(outer?.children[0]?.children).toEqual([asked({ 'app.outer': 1 })]);
	});

	it('puts nothing into baggage', () => {
		propagation.setGlobalPropagator(new W3CBaggagePropagator());
		const sent = propagate({ 'app.plan': 'pro' }, () =>
			traceInvocation(PATH, (i) => {
				i.propagate({ 'app.more': 1 });
				return injectContext();
			}),
		);
		propagation.disable();
		expect(sent).toEqual({});
	});
});
