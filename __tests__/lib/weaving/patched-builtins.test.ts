import { AsyncLocalStorage } from 'node:async_hooks';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Span } from '@opentelemetry/api';
import { context, trace } from '@opentelemetry/api';
import { metered, propagate, traced, traceInvocation, withObserver } from '../../../index.js';
import { startTelemetry } from '../../../sdk/index.js';
import { temporary } from '../../support/children.js';

/** A built-in by its name: the object that owns it, and its key. */
type BuiltIn = readonly [name: string, owner: object, key: PropertyKey];

const of = (name: string, owner: object, keys: string): BuiltIn[] =>
	keys.split(' ').map((key) => [`${name}.${key}`, owner, key] as const);

const BUILT_INS: readonly BuiltIn[] = [
	...of('Date', Date, 'now'),
	...of('Math', Math, 'random max min floor'),
	...of('performance', performance, 'now'),
	...of('Map.prototype', Map.prototype, 'get set has delete'),
	...of('WeakMap.prototype', WeakMap.prototype, 'get set has delete'),
	...of('Set.prototype', Set.prototype, 'add has delete'),
	...of('WeakSet.prototype', WeakSet.prototype, 'add has'),
	...of('Reflect', Reflect, 'apply get ownKeys getPrototypeOf defineProperty getOwnPropertyDescriptor'),
	['Array.prototype[Symbol.iterator]', Array.prototype, Symbol.iterator],
	['the next of array iterators', Object.getPrototypeOf([][Symbol.iterator]()) as object, 'next'],
	['String.prototype[Symbol.iterator]', String.prototype, Symbol.iterator],
	['Map.prototype[Symbol.iterator]', Map.prototype, Symbol.iterator],
	...of('Array.prototype', Array.prototype, 'push pop shift map filter some every includes indexOf slice splice join'),
	...of('Array.prototype', Array.prototype, 'flat flatMap concat at forEach reduce find entries'),
	...of('Array', Array, 'isArray from'),
	...of(
		'String.prototype',
		String.prototype,
		'split replace slice startsWith endsWith includes charCodeAt indexOf trim',
	),
	...of('JSON', JSON, 'stringify parse'),
	...of('Object', Object, 'keys entries assign freeze create getPrototypeOf hasOwn fromEntries defineProperty is'),
	...of('Promise.prototype', Promise.prototype, 'then catch finally'),
	...of('Promise', Promise, 'resolve reject all'),
	...of('Function.prototype', Function.prototype, 'call apply bind'),
	...of('RegExp.prototype', RegExp.prototype, 'test exec'),
	...of('Number', Number, 'isInteger isFinite'),
	...of('WeakRef.prototype', WeakRef.prototype, 'deref'),
	...of('FinalizationRegistry.prototype', FinalizationRegistry.prototype, 'register unregister'),
	...of('globalThis', globalThis, 'Map WeakMap Set Date String Number queueMicrotask setTimeout'),
	...of('AsyncLocalStorage.prototype', AsyncLocalStorage.prototype, 'run getStore'),
];

/** Where telemetry comes from: the methods of one way of observing, each called with an umwelt and one argument. */
type Methods = Readonly<Record<string, (umwelt: object, value: unknown) => unknown>>;

/** Makes the methods of one way of observing. */
const methodsBy = (observe: (fn: (umwelt: object, value: unknown) => unknown, name: string) => unknown): Methods => {
	const made = {
		sync: (_: object, value: unknown) => [value],
		'sync that throws': (_: object, value: unknown) => {
			throw value;
		},
		async: async (_: object, value: unknown) => {
			await null;
			return [value];
		},
		'async that throws': async (_: object, value: unknown) => {
			await null;
			throw value;
		},
		generator: function* (_: object, value: unknown) {
			yield value;
			return 'end';
		},
		'generator that throws': function* (_: object, value: unknown) {
			yield value;
			throw value;
		},
		'async generator': async function* (_: object, value: unknown) {
			await null;
			yield value;
			return 'end';
		},
		'async generator that throws': async function* (_: object, value: unknown) {
			yield value;
			throw value;
		},
		thenable: (_: object, value: unknown) => ({ then: (done: (value: unknown) => void) => done([value]) }),
	};
	return Object.fromEntries(
		Object.entries(made).map(([kind, fn]) => [kind, observe(fn, kind.replaceAll(' ', ''))]),
	) as Methods;
};

const bare = methodsBy((fn) => fn);
let fresh = 0;
const makers: Readonly<Record<string, () => Methods>> = {
	traced: () => methodsBy((fn, name) => traced(fn, { path: `world.garden.${name.toLowerCase()}` })),
	'traced without a path': () => methodsBy((fn, name) => traced(fn, { name })),
	metered: () => methodsBy((fn) => metered(fn)),
	block: () =>
		methodsBy((fn) => (umwelt: object, value: unknown) => {
			return traceInvocation('world.garden.block', { observer: umwelt }, () => fn(umwelt, value));
		}),
	'withObserver and propagate': () =>
		methodsBy((fn) => (umwelt: object, value: unknown) => {
			return withObserver(umwelt, () => propagate({ turn: fresh }, () => fn(umwelt, value)));
		}),
};

/** What a call gave its caller: what it returned or threw, item by item. Uses syntax alone. */
async function outcomeOf(kind: string, fn: (umwelt: object, value: unknown) => unknown, value: object) {
	try {
		const result = fn({ id: 'kent' }, value) as Iterator<unknown> & AsyncIterator<unknown>;
		if (kind === 'sync') return (result as unknown as unknown[])[0] === value ? 'value' : 'another value';
		if (kind === 'async' || kind === 'thenable')
			return ((await result) as unknown as unknown[])[0] === value ? 'value' : 'another value';
		if (kind === 'async that throws') return await result;
		const first = await result.next();
		if (first.value !== value || first.done === true) return 'another item';
		const last = await result.next();
		return last.done === true && last.value === 'end' ? 'value' : 'another end';
	} catch (error) {
		return error === value ? 'its own error' : error;
	}
}

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { deleteProperty } = Reflect;

/** Replaces a built-in by a function that throws. Returns a function that restores it. */
function patch([name, owner, key]: BuiltIn): () => void {
	const descriptor = getOwnPropertyDescriptor(owner, key);
	const patched = () => {
		throw new Error(`${name} was replaced`);
	};
	defineProperty(owner, key, { value: patched, configurable: true, writable: true });
	return () => {
		if (descriptor === undefined) deleteProperty(owner, key);
		else defineProperty(owner, key, descriptor);
	};
}

/** Runs a call while a built-in throws. */
async function whilePatched<T>(builtIn: BuiltIn, run: () => Promise<T>): Promise<T> {
	const restore = patch(builtIn);
	try {
		return await run();
	} finally {
		restore();
	}
}

let directory: string;
let telemetry: Awaited<ReturnType<typeof startTelemetry>>;
let write: typeof process.stderr.write;

beforeAll(async () => {
	directory = temporary();
	// The patches are reported on stderr, which is no part of the test.
	write = process.stderr.write;
	process.stderr.write = () => true;
	telemetry = await startTelemetry({ preset: 'json', json: { directory } });
});
afterAll(async () => {
	await telemetry.shutdown();
	process.stderr.write = write;
	rmSync(directory, { recursive: true, force: true });
});

it('the table has at least 28 built-ins, and each can be replaced', async () => {
	expect(BUILT_INS.length).toBeGreaterThanOrEqual(28);
	for (const builtIn of BUILT_INS) {
		const [name, owner, key] = builtIn;
		const thrown = await whilePatched(builtIn, async () => {
			try {
				return (owner as Record<PropertyKey, () => unknown>)[key]?.();
			} catch (error) {
				return error;
			}
		});
		expect(thrown).toEqual(new Error(`${name} was replaced`));
	}
});

describe.each(Object.entries(makers))('%s, while a built-in throws:', (_way, make) => {
	it.each(BUILT_INS)('%s', async (...builtIn) => {
		const used = make();
		const kinds = Object.keys(used);
		const value = {};
		// The first call of a method does more than the others, so that each kind is called before and after its first call.
		for (const kind of kinds) {
			const unused = make();
			await outcomeOf(kind, used[kind] as never, value);
			const expected = await whilePatched(builtIn, () => outcomeOf(kind, bare[kind] as never, value));
			const first = await whilePatched(builtIn, () => outcomeOf(kind, unused[kind] as never, value));
			const later = await whilePatched(builtIn, () => outcomeOf(kind, used[kind] as never, value));
			fresh++;
			expect([kind, first, later]).toEqual([kind, expected, expected]);
		}
	});
});

describe('a span of an invocation, while a built-in throws:', () => {
	it.each(BUILT_INS)('%s', (...builtIn) => {
		let active: Span | undefined;
		const error = new Error('gone');
		const calls = traced(
			() => {
				active = trace.getSpan(context.active());
				const span = active as Span;
				const restore = patch(builtIn);
				try {
					span.setAttribute('a', 1);
					span.setAttributes({ b: 'two', c: ['three'] });
					span.addEvent('e', { d: 4 });
					span.addLink({ context: span.spanContext(), attributes: { e: 5 } });
					span.addLinks([{ context: span.spanContext() }]);
					span.recordException(error);
					span.setStatus({ code: 2, message: 'bad' });
					span.updateName('other');
					span.end();
					span.end();
					return 'nothing thrown';
				} catch (thrown) {
					return thrown;
				} finally {
					restore();
				}
			},
			{ name: 'calls' },
		);
		expect([calls(), active?.constructor.name]).toEqual(['nothing thrown', 'FastSpan']);
	});
});
