import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, type SpanContext, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { Resolver, Traced, traced } from '../../index.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { withSdk } from './each.js';
import { failure, invoke, marked, span } from './expected.js';
import { loggedMessages, mark, timeline } from './harness.js';

withSdk();

const act = (options: Parameters<typeof traced>[1] = {}, body: (...args: never[]) => unknown = () => 'text') =>
	traced(Object.defineProperty(body, 'name', { value: 'act' }), options) as (...args: unknown[]) => unknown;
const CODE = { 'code.function.name': 'act' };
const STRING = { 'agentese.result': 'string' };

describe('name and kind', () => {
	it('are those of the span', async () => {
		act({ name: 'consult', kind: SpanKind.PRODUCER })();
		expect(await timeline()).toEqual([span('consult', CODE, { kind: 'PRODUCER' })]);
	});

	it('default to agentese.invoke, or by configuration to the template of the path', async () => {
		const greet = act({ path: 'world.town.:citizen.greet' });
		greet();
		const restore = configureTracing({ spanName: 'path' });
		greet();
		act()();
		restore();
		expect((await timeline()).map(({ name }) => name)).toEqual(['agentese.invoke', 'world.town.:citizen.greet', 'act']);
	});
});

describe('path and aspect', () => {
	it('set the path of a method if its name does not', async () => {
		@Resolver('self.soul')
		class Soul {
			@Traced({ aspect: 'ponder' })
			_think(): string {
				return 'x';
			}
			@Traced({ path: 'void.dice.roll' })
			roll(): string {
				return 'x';
			}
			@Traced({ aspect: false })
			watched(): string {
				return 'x';
			}
			@Traced
			camelCase(): string {
				return 'x';
			}
			@Traced
			$save(): string {
				return 'x';
			}
		}
		const soul = new Soul();
		soul._think();
		soul.roll();
		soul.watched();
		soul.camelCase();
		soul.$save();
		expect(await timeline()).toEqual([
			invoke('self.soul.ponder', 'Soul._think', STRING),
			invoke('void.dice.roll', 'Soul.roll', STRING),
			invoke('self.soul.watched', 'Soul.watched', STRING),
			invoke('self.soul.camel_case', 'Soul.camelCase', STRING),
			span('Soul.$save', { 'code.function.name': 'Soul.$save' }),
		]);
	});

	it('cut at 256 characters on the span', async () => {
		const path = `self.${'a'.repeat(300)}.ask`;
		act({ path })();
		const [seen] = await timeline();
		expect(seen?.attributes['agentese.path']).toBe(path.slice(0, 256));
	});
});

describe('observer', () => {
	const KENT = { 'agentese.observer': 'kent', 'agentese.archetype': 'scholar' };
	const kent = { dna: { name: 'kent', archetype: 'scholar' } };
	const ask = { path: 'self.soul.ask' } as const;

	it('is the first parameter, or what the option returns for arguments and this', async () => {
		act(ask)(kent);
		act({ ...ask, observer: (args: unknown[]) => args[1] } as never)('idea', kent);
		act({ ...ask, observer: (_args: unknown, self: { who: unknown }) => self.who } as never).call({ who: kent });
		const kents = invoke('self.soul.ask', 'act', { ...STRING, ...KENT });
		expect(await timeline()).toEqual([kents, kents, kents]);
	});

	it('is the enclosing invocation’s if no umwelt is given, and the guest for an explicit null', async () => {
		const inner = act(ask);
		const nobody = act({ ...ask, observer: () => undefined });
		const nulled = act({ ...ask, observer: () => null });
		act(ask, () => {
			inner();
			inner('no umwelt');
			inner(null);
			nobody(null);
			nulled(kent);
		})(kent);
		const guest = invoke('self.soul.ask', 'act', STRING);
		const kents = invoke('self.soul.ask', 'act', { ...STRING, ...KENT });
		expect(await timeline()).toEqual([
			{
				...invoke('self.soul.ask', 'act', { ...KENT, 'agentese.result': 'undefined' }),
				children: [kents, kents, guest, kents, guest],
			},
		]);
	});

	it('that throws is the enclosing one’s or the guest', async () => {
		act({
			...ask,
			observer: () => {
				throw new Error('who');
			},
		})(kent);
		expect(await timeline()).toEqual([invoke('self.soul.ask', 'act', STRING)]);
	});
});

describe('result', () => {
	const path = 'self.soul.ask';

	it('is a text, or attributes, of the settled value and the arguments', async () => {
		act({ path, result: (value: unknown, args: unknown[]) => `${String(value)} ${String(args[0])}` } as never)('a');
		await act(
			{ path, result: (value: unknown) => ({ 'app.size': (value as string).length }) } as never,
			async () => 'abc',
		)();
		act({ result: () => 'REJECT' })();
		act({ path, result: () => undefined })();
		expect(await timeline()).toEqual([
			invoke(path, 'act', { 'agentese.result': 'text a' }),
			invoke(path, 'act', { ...STRING, 'app.size': 3 }),
			span('act', { ...CODE, 'agentese.result': 'REJECT' }),
			invoke(path, 'act', STRING),
		]);
	});

	it('is of what a generator returned', async () => {
		const stream = act({ path, result: (value: unknown) => `gave ${String(value)}` } as never, function* () {
			yield 1;
			return 2;
		});
		expect([...(stream() as Iterable<number>)]).toEqual([1]);
		expect(await timeline()).toEqual([invoke(path, 'act', { 'agentese.result': 'gave 2' })]);
	});

	it('is of undefined for a stream that ends without a value', async () => {
		const stream = act(
			{ path, result: (value: unknown) => `gave ${String(value)}` } as never,
			() => new Response('a').body,
		);
		for await (const _ of stream() as AsyncIterable<string>);
		expect(await timeline()).toMatchObject([{ attributes: { 'agentese.result': 'gave undefined' } }]);
	});

	it('is written as a text if it is a number, a boolean or a bigint', async () => {
		for (const value of [0, 1.5, false, 2n]) act({ path, result: () => value as number })();
		expect(await timeline()).toEqual(
			['0', '1.5', 'false', '2'].map((text) => invoke(path, 'act', { 'agentese.result': text })),
		);
	});

	it('is logged once if it is anything that cannot be written, as attributes are', async () => {
		const wrong = [Promise.resolve('x'), ['a'], new Date(), new Map(), () => 'x', Symbol('x')];
		for (const value of wrong) act({ path, result: () => value as never })();
		for (const value of ['x', 1, ['a']]) {
			act({ path, attributes: () => value as never, samplingAttributes: () => value as never })();
		}
		act({ path, result: () => null as never, attributes: () => ({}) })();
		expect(await timeline()).toEqual(Array.from({ length: 10 }, () => invoke(path, 'act', STRING)));
		expect(loggedMessages()).toEqual([
			'agentese-otel: the option result of act returned Promise, which is not written. ' +
				'Return a text, a number, a boolean or an object of attributes.',
			'agentese-otel: the option samplingAttributes of act returned string, which is not written. ' +
				'Return an object of attributes.',
			'agentese-otel: the option attributes of act returned string, which is not written. ' +
				'Return an object of attributes.',
		]);
	});
});

describe('root, parent and links', () => {
	it('root begins a new trace with a link back', async () => {
		const inner = act({ name: 'inner', root: true });
		act({ name: 'outer' }, () => {
			inner();
		})();
		inner();
		expect(await timeline()).toEqual([
			span('outer', CODE),
			span('inner', CODE, { links: ['outer'] }),
			span('inner', CODE),
		]);
	});

	it('parent is a context, a span or a span context', async () => {
		const tracer = trace.getTracer('test');
		const parent = tracer.startSpan('parent');
		const ways = [parent, parent.spanContext(), trace.setSpan(ROOT_CONTEXT, parent), undefined];
		const under = act({ name: 'under', parent: (args: unknown[]) => args[0] } as never);
		act({ name: 'outer' }, () => {
			for (const way of ways) under(way);
		})();
		parent.end();
		const one = span('under', CODE);
		expect(await timeline()).toEqual([
			{ ...marked('parent'), children: [one, one, one] },
			span('outer', CODE, { children: [one] }),
		]);
	});

	it('what runs below a span with another parent is below that span', async () => {
		const parent = trace.getTracer('test').startSpan('parent');
		act({ name: 'under', parent: () => parent }, () => mark('below'))();
		parent.end();
		expect(await timeline()).toEqual([
			{ ...marked('parent'), children: [span('under', CODE, { children: [marked('below')] })] },
		]);
	});

	it('links are causal, given as links or span contexts', async () => {
		const cause = trace.getTracer('test').startSpan('cause');
		cause.end();
		const far: SpanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: TraceFlags.SAMPLED };
		act({ links: () => [{ context: cause.spanContext() }, far] })();
		expect(await timeline()).toEqual([marked('cause'), span('act', CODE, { links: ['cause', '2'.repeat(16)] })]);
	});
});

describe('span: current', () => {
	const enrich = act({
		span: 'current',
		path: 'self.soul.ask',
		attributes: () => ({ 'app.a': 1 }),
		samplingAttributes: () => ({ 'app.s': 2 }),
	});

	it('writes on a foreign span and creates none', async () => {
		trace.getTracer('test').startActiveSpan('theirs', (theirs) => {
			enrich();
			theirs.end();
		});
		const { attributes } = invoke('self.soul.ask', 'act', { ...STRING, 'app.a': 1, 'app.s': 2 });
		expect(await timeline()).toEqual([{ ...marked('theirs'), attributes }]);
	});

	it('leaves the path of an enclosing invocation its own', async () => {
		act({ path: 'self.outer.ask' }, () => {
			enrich();
			return 1;
		})();
		expect(await timeline()).toEqual([
			invoke('self.outer.ask', 'act', { 'agentese.result': 'number', 'app.a': 1, 'app.s': 2 }),
		]);
	});

	it('writes nothing if no span is active', async () => {
		expect(enrich()).toBe('text');
		expect(await timeline()).toEqual([]);
	});

	it('does not end a foreign span, or mark it as failed', async () => {
		const failing = act({ span: 'current' }, () => {
			throw new Error('inner');
		});
		trace.getTracer('test').startActiveSpan('theirs', (theirs) => {
			expect(failing).toThrow('inner');
			expect(theirs.isRecording()).toBe(true);
			theirs.end();
		});
		expect(await timeline()).toEqual([{ ...marked('theirs'), attributes: { ...CODE, 'error.type': 'Error' } }]);
	});
});

describe('callbacks that throw', () => {
	const fault = (): never => {
		throw new Error('callback');
	};
	const all = {
		path: 'self.soul.ask',
		observer: fault,
		samplingAttributes: fault,
		attributes: fault,
		result: fault,
		expected: fault,
		refused: fault,
		parent: fault,
		links: fault,
		tokens: fault,
	};

	it('change neither a value nor a success', async () => {
		expect(act(all)()).toBe('text');
		expect(await timeline()).toEqual([invoke('self.soul.ask', 'act', STRING)]);
	});

	it('change neither an error nor a failure', async () => {
		const thrown = new Error('mine');
		expect(
			act(all, () => {
				throw thrown;
			}),
		).toThrow(thrown);
		const { 'agentese.outcome': _, ...rest } = invoke('self.soul.ask', 'act').attributes;
		const attributes = { ...rest, 'agentese.outcome': 'error', 'error.type': 'Error' };
		expect(await timeline()).toEqual([span('agentese.invoke', attributes, failure('Error', 'mine'))]);
	});
});
