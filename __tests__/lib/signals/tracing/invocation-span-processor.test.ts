import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, diag, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SamplingDecision, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import {
	Aspect,
	createLogos,
	currentInvocation,
	propagate,
	Resolver,
	startInvocation,
	Traced,
	traced,
	traceInvocation,
	withObserver,
} from '../../../../index.js';
import { configureTracing } from '../../../../lib/invocation/settings.js';
import { abandonOpenSettlements } from '../../../../lib/settling/common/finalization.js';
import { invocationSpanProcessor } from '../../../../sdk/index.js';
import { captureLogs } from '../../../support/providers.js';

const KENT = { id: 'kent', archetype: 'gardener', sessionId: 's1', tenantId: 't1' };
const ADA = { id: 'ada', archetype: 'scholar' };

let exporter: InMemorySpanExporter;
let logged: string[];
/** The name of a span and the key of an attribute, for each attribute that was set after the start. */
let written: [string, string][];
let restore: () => void = () => undefined;

/** Records every attribute that is set on a span after its start. */
const recorder = {
	onStart(span: Span & { name: string }) {
		const set = span.setAttribute.bind(span);
		span.setAttribute = (key, value) => {
			written.push([span.name, key]);
			return set(key, value);
		};
	},
	onEnd() {},
	forceFlush: async () => {},
	shutdown: async () => {},
};

beforeEach(() => {
	written = [];
	logged = captureLogs();
	exporter = new InMemorySpanExporter();
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	// A custom sampler, which may read the attributes that a span starts with.
	const sampler = { shouldSample: () => ({ decision: SamplingDecision.RECORD_AND_SAMPLED }), toString: () => 'custom' };
	const spanProcessors = [recorder, invocationSpanProcessor(), new SimpleSpanProcessor({ exporter })];
	trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, sampler }));
});
afterEach(() => {
	restore();
	restore = () => undefined;
	abandonOpenSettlements();
	trace.disable();
	context.disable();
	diag.disable();
	expect(logged).toEqual([]);
});

const foreign = (name: string) => trace.getTracer('somebody-else').startSpan(name).end();
const later = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));

/** The observer on a span: id, archetype, session, tenant. */
function observerOn(name: string): unknown[] {
	const spans = exporter.getFinishedSpans().filter((span) => span.name === name);
	if (spans.length !== 1) throw new Error(`There are ${spans.length} spans called ${name}.`);
	const { attributes = {} } = spans[0] ?? {};
	const keys = ['agentese.observer', 'agentese.archetype', 'session.id', 'agentese.tenant'];
	return keys.map((key) => attributes[key]);
}

const AS_KENT = ['kent', 'gardener', 's1', 't1'];
const AS_ADA = ['ada', 'scholar', undefined, undefined];
const AS_GUEST = ['anonymous', 'guest', undefined, undefined];
const AS_NOBODY = [undefined, undefined, undefined, undefined];

/** Runs a function as the invocation of a path by an observer. */
const as = <R>(observer: unknown, body: () => R, path = 'self.soul.ask') =>
	traceInvocation(path, { observer, name: path }, body);

describe('a span below an invocation', () => {
	it('has its observer, session and tenant, whatever library starts it', async () => {
		const helper = traced(() => foreign('in the helper'), { name: 'helper' });
		await as(KENT, async () => {
			foreign('at once');
			await later();
			foreign('after an await');
			helper();
			const outer = trace.getTracer('somebody-else').startSpan('outer');
			context.with(trace.setSpan(context.active(), outer), () => foreign('below a span of its own'));
			outer.end();
		});
		const names = ['at once', 'after an await', 'helper', 'in the helper', 'outer', 'below a span of its own'];
		for (const name of names) expect([name, ...observerOn(name)]).toEqual([name, ...AS_KENT]);
	});

	it('has the guest without an observer', () => {
		as(null, () => foreign('of the guest'));
		as(undefined, () => foreign('of nobody'));
		expect([observerOn('of the guest'), observerOn('of nobody')]).toEqual([AS_GUEST, AS_GUEST]);
	});

	it('has no observer outside of invocations, in a helper without a path, or started in the root context', () => {
		foreign('outside');
		traced(() => foreign('in a helper'), { name: 'helper' })();
		as(KENT, () => trace.getTracer('somebody-else').startSpan('of the root', {}, ROOT_CONTEXT).end());
		for (const name of ['outside', 'helper', 'in a helper', 'of the root']) {
			expect([name, ...observerOn(name)]).toEqual([name, ...AS_NOBODY]);
		}
	});

	it('has the observer of a helper without a path; a path below a helper without one has the guest', () => {
		traced(() => foreign('in a helper with one'), { name: 'helper', observer: () => ADA })();
		traced(() => as(undefined, () => foreign('a path below'), 'self.below.ask'), { name: 'helper without one' })();
		expect(observerOn('in a helper with one')).toEqual(AS_ADA);
		expect([observerOn('helper without one'), observerOn('self.below.ask'), observerOn('a path below')]).toEqual([
			AS_NOBODY,
			AS_GUEST,
			AS_GUEST,
		]);
	});

	it('has the innermost of nested observers, and nothing of the enclosing one', () => {
		as(KENT, () => {
			foreign('before');
			as(ADA, () => foreign('within'), 'self.inner.ask');
			foreign('behind');
		});
		expect([observerOn('before'), observerOn('within'), observerOn('behind')]).toEqual([AS_KENT, AS_ADA, AS_KENT]);
		expect(observerOn('self.inner.ask')).toEqual(AS_ADA);
	});

	it('has the observer of withObserver, outside of invocations too, whichever is nearer', async () => {
		await withObserver(KENT, async () => {
			foreign('outside');
			await later();
			foreign('after an await');
			traced(() => foreign('in a helper'), { name: 'helper' })();
			as(ADA, () => {
				foreign('within');
				withObserver(KENT, () => foreign('nearer'));
			});
			trace
				.getTracer('somebody-else')
				.startSpan('its own', { attributes: { 'agentese.observer': 'own' } })
				.end();
		});
		foreign('behind');
		for (const name of ['outside', 'after an await', 'helper', 'in a helper', 'nearer']) {
			expect([name, ...observerOn(name)]).toEqual([name, ...AS_KENT]);
		}
		expect([observerOn('within'), observerOn('behind')]).toEqual([AS_ADA, AS_NOBODY]);
		expect(observerOn('its own')).toEqual(['own', undefined, undefined, undefined]);
	});

	it('has the attributes that are propagated to it, once, and keeps its own', () => {
		const attributesOf = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name)?.attributes;
		propagate({ 'app.tenant': 'academy' }, () => foreign('in a function'));
		as(KENT, () => {
			foreign('before');
			currentInvocation()?.propagate({ 'app.plan': 'pro', 'app.password': 'hunter2' });
			foreign('behind');
			trace
				.getTracer('somebody-else')
				.startSpan('its own', { attributes: { 'app.plan': 'free' } })
				.end();
			traced(() => foreign('in a helper'), { name: 'helper' })();
		});
		expect(attributesOf('in a function')).toEqual({ 'app.tenant': 'academy' });
		const propagated = { 'app.plan': 'pro', 'app.password': '[redacted]' };
		expect(attributesOf('before')).not.toHaveProperty(['app.plan']);
		for (const name of ['behind', 'in a helper', 'helper']) expect(attributesOf(name)).toMatchObject(propagated);
		expect(attributesOf('its own')).toMatchObject({ ...propagated, 'app.plan': 'free' });
		expect(written.filter(([name, key]) => name === 'helper' && key === 'app.plan')).toHaveLength(1);
	});

	it('has the observer of its own invocation when calls interleave', async () => {
		const ask = (observer: typeof ADA, nr: number) =>
			as(observer, async () => {
				for (let i = 0; i < 5; i++) {
					await later(Math.random() * 3);
					foreign(`${observer.id} ${nr} ${i}`);
				}
			});
		await Promise.all(Array.from({ length: 40 }, (_, nr) => ask(nr % 2 === 0 ? KENT : ADA, nr)));
		const spans = exporter.getFinishedSpans().filter(({ name }) => !name.startsWith('self.'));
		expect(spans.length).toBe(200);
		expect(spans.filter(({ name, attributes }) => !name.startsWith(`${attributes['agentese.observer']} `))).toEqual([]);
	});

	it('has the observer of the generator in whose body it starts, whatever code calls next()', async () => {
		const steps = traced(
			function* (_observer: unknown, name: string) {
				yield foreign(`${name} 1`);
				yield foreign(`${name} 2`);
			},
			{ path: 'self.stream.steps' },
		);
		const slow = traced(
			async function* (_observer: unknown, name: string) {
				await later();
				yield foreign(`${name} 1`);
				await later();
				yield foreign(`${name} 2`);
			},
			{ path: 'self.stream.slow' },
		);
		const [kents, adas] = [steps(KENT, 'kent'), steps(ADA, 'ada')];
		await as(ADA, async () => {
			for (const _ of kents) {
				adas.next();
				foreign('of the consumer');
			}
			adas.return?.();
			for await (const _ of slow(KENT, 'slow kent')) await slow(ADA, 'unused').return(undefined);
		});
		for (const name of ['kent 1', 'kent 2', 'slow kent 1', 'slow kent 2']) expect(observerOn(name)).toEqual(AS_KENT);
		for (const name of ['ada 1', 'ada 2']) expect(observerOn(name)).toEqual(AS_ADA);
		const consumers = exporter.getFinishedSpans().filter(({ name }) => name === 'of the consumer');
		expect(consumers.map(({ attributes }) => attributes['agentese.observer'])).toEqual(['ada', 'ada']);
	});

	it('has the observer of the invocation in which a timer, a tick or a callback was created', async () => {
		const emitter = new EventEmitter();
		const made = (name: string, start: (callback: () => void) => unknown) =>
			new Promise<void>((resolve) => {
				start(() => {
					foreign(name);
					resolve();
				});
			});
		const all = as(KENT, () => [
			made('of a timer', (callback) => setTimeout(callback, 5)),
			made('of an immediate', setImmediate),
			made('of a tick', process.nextTick),
			made('of a microtask', queueMicrotask),
			made('of a listener', (callback) => emitter.on('done', context.bind(context.active(), callback))),
		]);
		all.push(
			as(ADA, () =>
				made('beside it', (callback) =>
					setTimeout(() => {
						emitter.emit('done');
						callback();
					}, 10),
				),
			),
		);
		await Promise.all(all);
		for (const name of ['of a timer', 'of an immediate', 'of a tick', 'of a microtask', 'of a listener']) {
			expect([name, ...observerOn(name)]).toEqual([name, ...AS_KENT]);
		}
		expect(observerOn('beside it')).toEqual(AS_ADA);
	});

	it('has it after the end of the invocation too, even if all enclosing ones ended', async () => {
		const both = Promise.withResolvers<void>();
		const nested = Promise.withResolvers<void>();
		const helper = traced(
			async () => {
				await later(4);
				foreign('in a helper, after the end of its invocation');
				setTimeout(() => {
					foreign('after the end of both');
					both.resolve();
				}, 3);
			},
			{ name: 'helper' },
		);
		as(null, () => void helper());
		const late = async () => {
			await later(6);
			foreign('of nested ones');
			nested.resolve();
		};
		as(KENT, () => void as(undefined, () => void late(), 'self.inner.ask'));
		await Promise.all([both.promise, nested.promise]);
		for (const name of ['in a helper, after the end of its invocation', 'after the end of both']) {
			expect([name, ...observerOn(name)]).toEqual([name, ...AS_GUEST]);
		}
		expect(observerOn('of nested ones')).toEqual(AS_KENT);
	});

	it('has it inside of a manual invocation', () => {
		const open = startInvocation('self.hand.ask', { observer: KENT });
		foreign('beside');
		open.run(() => foreign('inside'));
		open.end();
		expect([observerOn('beside'), observerOn('inside')]).toEqual([AS_NOBODY, AS_KENT]);
	});

	it('that an invocation enriches has the observer of that one, and nothing of the enclosing one', () => {
		const current = traced(() => foreign('below'), { path: 'self.inner.ask', span: 'current', observer: () => ADA });
		as(KENT, () => {
			const span = trace.getTracer('somebody-else').startSpan('enriched');
			context.with(trace.setSpan(context.active(), span), () => current());
			span.end();
		});
		expect([observerOn('enriched'), observerOn('below'), observerOn('self.soul.ask')]).toEqual([
			AS_ADA,
			AS_ADA,
			AS_KENT,
		]);
	});

	it('keeps an observer that it starts with', () => {
		as(KENT, () =>
			trace
				.getTracer('x')
				.startSpan('preset', { attributes: { 'agentese.observer': 'eve' } })
				.end(),
		);
		expect(observerOn('preset')).toEqual(['eve', undefined, undefined, undefined]);
	});

	it('keeps a session that its own library gave it', () => {
		const start = () => trace.getTracer('x').startSpan('visited', { attributes: { 'session.id': 'of a browser' } });
		as(KENT, () => start().end());
		expect(observerOn('visited')).toEqual(['kent', 'gardener', 'of a browser', 't1']);
		exporter.reset();
		const span = start();
		context.with(trace.setSpan(context.active(), span), () =>
			traced(() => undefined, { path: 'self.inner.ask', span: 'current', observer: () => ADA })(),
		);
		span.end();
		expect(observerOn('visited')).toEqual(['ada', 'scholar', 'of a browser', undefined]);
	});
});

describe.each([true, false])("the toolkit's own spans, with attributes at start %p", (attributesAtStart) => {
	beforeEach(() => {
		restore = configureTracing({ attributesAtStart });
	});

	it('get it once, from their advice', () => {
		as(KENT, () => as(ADA, () => undefined, 'self.inner.ask'));
		expect([observerOn('self.soul.ask'), observerOn('self.inner.ask')]).toEqual([AS_KENT, AS_ADA]);
		const times = written.filter(([name, key]) => name === 'self.soul.ask' && key === 'agentese.observer');
		expect(times.length).toBe(attributesAtStart ? 0 : 1);
	});

	it('have the observer of their invocation whatever their parent', () => {
		const kents = as(KENT, () => context.active());
		const span = trace.getSpanContext(kents);
		for (const [name, parent] of [
			['by context', () => kents],
			['by span', () => span],
		] as const) {
			traced(() => foreign(`below ${name}`), { path: 'self.child.ask', name, observer: () => ADA, parent })();
			as(ADA, () => traced(() => undefined, { name: `helper ${name}`, parent })());
			expect([observerOn(name), observerOn(`below ${name}`), observerOn(`helper ${name}`)]).toEqual([
				AS_ADA,
				AS_ADA,
				AS_ADA,
			]);
		}
		traced(() => undefined, { path: 'self.root.ask', name: 'root', observer: () => ADA, root: true })();
		expect(observerOn('root')).toEqual(AS_ADA);
	});

	it('have it through a dispatcher too, also in a composition', async () => {
		@Resolver('world.garden')
		class Garden {
			@Aspect()
			@Traced()
			async rose(_umwelt: unknown) {
				foreign('in the rose');
				return 'rose';
			}
		}
		const logos = createLogos([new Garden()]);
		await as(ADA, () => logos.invoke('world.garden.rose', KENT));
		expect(observerOn('in the rose')).toEqual(AS_KENT);
		exporter.reset();
		await as(KENT, () => logos.invoke('world.garden.rose >> world.garden.rose', ADA));
		expect(observerOn('agentese.compose')).toEqual(AS_ADA);
		const roses = exporter.getFinishedSpans().filter(({ name }) => name === 'in the rose');
		expect(roses.map(({ attributes }) => attributes['agentese.observer'])).toEqual(['ada', 'ada']);
	});
});

it('never throws, and logs once what failed', () => {
	const processor = invocationSpanProcessor();
	const broken = {} as Parameters<typeof processor.onStart>[0] & Parameters<typeof processor.onEnd>[0];
	as(KENT, () => expect(() => processor.onStart(broken, context.active())).not.toThrow());
	expect(() => processor.onEnd(broken)).not.toThrow();
	expect(logged.splice(0)).toEqual([
		expect.stringContaining('the observer could not be written on a span below an invocation.'),
		expect.stringContaining('the usage on a span could not be read.'),
	]);
});
