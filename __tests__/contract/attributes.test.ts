import { describe, expect, it } from '@jest/globals';
import type { Attributes } from '@opentelemetry/api';
import { SpanAttribute, Traced, traced } from '../../index.js';
import { withSdk } from './each.js';
import { span } from './expected.js';
import { timeline } from './harness.js';

withSdk();

const circular: Record<string, unknown> = { a: 1 };
circular['self'] = circular;

/** Values that OpenTelemetry accepts, values that it would drop, and how each is written. */
const VALUES: readonly [label: string, value: unknown, written: Attributes[string]][] = [
	['a text', 'x', 'x'],
	['a number', 1.5, 1.5],
	['a boolean', false, false],
	['texts', ['a', 'b'], ['a', 'b']],
	['an empty array', [], []],
	['undefined', undefined, undefined],
	['null', null, undefined],
	['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
	['an invalid date', new Date(Number.NaN), 'Invalid Date'],
	['a bigint', 12345678901234567890n, '12345678901234567890'],
	['an error', new TypeError('bad'), 'TypeError: bad'],
	['a map', new Map<unknown, unknown>([['a', 1n]]), '[["a","1"]]'],
	['a set', new Set(['a']), '["a"]'],
	['a symbol', Symbol('s'), 'Symbol(s)'],
	['a url', new URL('https://a.example/b'), 'https://a.example/b'],
	['an object', { a: { at: new Date(0) } }, '{"a":{"at":"1970-01-01T00:00:00.000Z"}}'],
	['a mixed array', [1, 'a', null], '[1,"a",null]'],
	['a circular object', circular, '{"a":1,"self":"[circular]"}'],
	[
		'an object that cannot be read',
		new Proxy(
			{},
			{
				ownKeys: () => {
					throw new Error('trap');
				},
			},
		),
		'[unreadable object]',
	],
	['a long object', { text: 'x'.repeat(5000) }, `{"text":"${'x'.repeat(4014)}…[cut 986 characters]"}`],
];

const written = (key: string, value: Attributes[string]) => (value === undefined ? {} : { [key]: value });

describe.each(VALUES)('%s', (_, value, expected) => {
	it('is written by attributes, samplingAttributes and result', async () => {
		traced(function ask() {}, {
			attributes: () => ({ 'app.a': value }),
			samplingAttributes: () => ({ 'app.s': value }),
			result: () => ({ 'app.r': value }),
		})();
		const attributes = { ...written('app.a', expected), ...written('app.s', expected), ...written('app.r', expected) };
		expect(await timeline()).toEqual([span('ask', { 'code.function.name': 'ask', ...attributes })]);
	});

	it('is written by @SpanAttribute on a field', async () => {
		class Soul {
			@SpanAttribute('app.field')
			field = value;
			@Traced
			ask(): void {}
		}
		new Soul().ask();
		expect(await timeline()).toEqual([
			span('Soul.ask', { 'code.function.name': 'Soul.ask', ...written('app.field', expected) }),
		]);
	});
});

describe('@SpanAttribute', () => {
	class Soul {
		@SpanAttribute('app.mood')
		mood = 'calm';

		@SpanAttribute('app.depth')
		get depth(): number {
			return 3;
		}

		@SpanAttribute('app.fault')
		get fault(): never {
			throw new Error('getter');
		}

		@Traced
		ask(): string {
			this.mood = 'bold';
			return 'asked';
		}
	}

	class Child extends Soul {
		@SpanAttribute('app.child')
		child = true;
	}

	it('on a field or getter is read at the start of each call, and what throws is left out', async () => {
		const soul = new Soul();
		expect([soul.ask(), soul.ask()]).toEqual(['asked', 'asked']);
		const attributes = { 'code.function.name': 'Soul.ask', 'app.depth': 3 };
		expect(await timeline()).toEqual([
			span('Soul.ask', { ...attributes, 'app.mood': 'calm' }),
			span('Soul.ask', { ...attributes, 'app.mood': 'bold' }),
		]);
	});

	it('of a base class is on the spans of a subclass, and not the other way round', async () => {
		new Child().ask();
		new Soul().ask();
		const [child, soul] = await timeline();
		expect(child?.attributes).toEqual({
			'code.function.name': 'Child.ask',
			'app.depth': 3,
			'app.mood': 'calm',
			'app.child': true,
		});
		expect(soul?.attributes).toEqual({ 'code.function.name': 'Soul.ask', 'app.depth': 3, 'app.mood': 'calm' });
	});

	it('without a key has the name of its field, getter or accessor', async () => {
		class Named {
			@SpanAttribute()
			tenant = 'acme';

			@SpanAttribute()
			get depth(): number {
				return 3;
			}

			@Traced
			ask(): string {
				return 'asked';
			}
		}
		new Named().ask();
		expect(await timeline()).toEqual([
			span('Named.ask', { 'code.function.name': 'Named.ask', tenant: 'acme', depth: 3 }),
		]);
	});

	it('with `propagate` is on every span that starts inside, of invocations too that do not declare it', async () => {
		class Inner {
			@Traced
			load(): string {
				return '';
			}
		}
		class Outer {
			@SpanAttribute('app.tenant', { propagate: true })
			tenant: string | undefined = 'acme';

			@SpanAttribute({ propagate: true })
			get plan(): string {
				return 'pro';
			}

			@SpanAttribute('app.own', { propagate: false })
			own = 1;

			@Traced
			ask(): string {
				return new Inner().load();
			}
		}
		new Outer().ask();
		const silent = new Outer();
		silent.tenant = undefined;
		silent.ask();
		new Inner().load();
		const outer = { 'code.function.name': 'Outer.ask', plan: 'pro', 'app.own': 1 };
		const inner = { 'code.function.name': 'Inner.load' };
		const loaded = (attributes: Attributes) => [span('Inner.load', { ...inner, ...attributes })];
		expect(await timeline()).toEqual([
			span(
				'Outer.ask',
				{ ...outer, 'app.tenant': 'acme' },
				{ children: loaded({ 'app.tenant': 'acme', plan: 'pro' }) },
			),
			span('Outer.ask', outer, { children: loaded({ plan: 'pro' }) }),
			span('Inner.load', inner),
		]);
	});
});
