import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { Aspect, createLogos, Resolver, Traced, traced, traceInvocation } from '../../index.js';
import { withSdk } from './each.js';
import { counted, invoke, pathLabels, span } from './expected.js';
import { failureOf, loggedMessages, points, timeline } from './harness.js';

withSdk();

const byFunction = (name: string) => ({ 'code.function.name': name });
const names = async () => (await timeline()).map(({ name }) => name);

describe('a name', () => {
	it('alone is the option name, on a method, a class, a field, a getter and a function', async () => {
		@Traced('class')
		class Soul {
			pay(): number {
				return 1;
			}
			@Traced({ kind: SpanKind.CLIENT })
			refined(): number {
				return 1;
			}
			@Traced('method')
			own(): number {
				return 1;
			}
			@Traced('getter')
			get mood(): string {
				return 'calm';
			}
			@Traced('static')
			static make(): void {}
		}
		class Mind {
			@Traced('field')
			think = (): number => 1;
			@Traced('first')
			first(): void {}
		}
		const soul = new Soul();
		const mind = new Mind();
		mind.first();
		expect([soul.pay(), soul.refined(), soul.own(), soul.mood, mind.think()]).toEqual([1, 1, 1, 'calm', 1]);
		Soul.make();
		traced(function pay() {}, 'function')();
		expect(await timeline()).toEqual([
			span('first', byFunction('Mind.first')),
			span('class', byFunction('Soul.pay')),
			span('class', byFunction('Soul.refined'), { kind: 'CLIENT' }),
			span('method', byFunction('Soul.own')),
			span('getter', byFunction('Soul.mood')),
			span('field', byFunction('Mind.think')),
			span('static', byFunction('Soul.make')),
			span('function', byFunction('pay')),
		]);
	});

	it('may be a function of arguments and receiver; metrics keep the path', async () => {
		@Resolver('world.shop')
		class Shop {
			currency = 'EUR';
			@Aspect
			@Traced({ name: ([item], self) => `buy ${item} in ${self.currency}` })
			buy(_item: string): number {
				return 1;
			}
		}
		const shop = new Shop();
		shop.buy('tea');
		await createLogos([shop]).invoke('world.shop.buy', 'milk');
		const attributes = { 'agentese.result': 'number' };
		const bought = (name: string) => ({ ...invoke('world.shop.buy', 'Shop.buy', attributes), name });
		expect(await timeline()).toEqual([bought('buy tea in EUR'), bought('buy milk in EUR')]);
		expect(await points()).toEqual(counted(pathLabels('world.shop.buy'), 'ok', { times: 2 }));
	});

	it('that is none is the default, what throws is logged once, and a long one is cut', async () => {
		const named = traced(
			function call(given: unknown) {
				return given;
			},
			{
				name: ([given]) => {
					if (given === 'broken') throw new Error('no name');
					return given as string;
				},
			},
		);
		for (const given of ['broken', 'broken', '', 7, undefined, 'x'.repeat(300), 'pay']) named(given);
		expect(await names()).toEqual(['call', 'call', 'call', 'call', 'call', 'x'.repeat(256), 'pay']);
		expect(loggedMessages()).toEqual([expect.stringContaining('the option name of call threw. Reason: no name')]);
	});
});

describe('expected', () => {
	class NotFound extends Error {}
	class Gone extends NotFound {}
	abstract class Consent extends Error {}
	class NoConsent extends Consent {}
	const fail = (error: unknown) => () => {
		throw error;
	};

	it('may be a list of classes, whose subclasses are expected too', async () => {
		@Resolver('world.shop')
		class Shop {
			@Traced({ expected: [NotFound, Consent] })
			find(error: unknown): never {
				throw error;
			}
		}
		const shop = new Shop();
		const errors = [new NotFound(), new Gone(), new NoConsent(), new Error('broken'), 'text', null];
		for (const error of errors) expect((await failureOf(() => shop.find(error)))?.thrown).toBe(error);
		expect((await timeline()).map(({ attributes }) => attributes['agentese.outcome'])).toEqual([
			'refused',
			'refused',
			'refused',
			'error',
			'error',
			'error',
		]);
		await points();
	});

	it('may be an empty list, and a list for a block', async () => {
		await failureOf(() => traced(fail(new NotFound()), { path: 'world.shop.none', expected: [] })());
		await failureOf(() => traceInvocation('world.shop.block', { expected: [NotFound] }, fail(new Gone())));
		expect((await timeline()).map(({ attributes }) => attributes['agentese.outcome'])).toEqual(['error', 'refused']);
		await points();
	});
});
