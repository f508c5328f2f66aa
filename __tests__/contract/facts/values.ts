import { expect } from '@jest/globals';
import { type End, type Fact, fact, factOfResult } from '../fact.js';
import { failureOf, mark, settled } from '../harness.js';

const VALUES: readonly [label: string, value: unknown, result: string][] = [
	['undefined', undefined, 'undefined'],
	['null', null, 'null'],
	['a number', 0, 'number'],
	['a text', '', 'string'],
	['a symbol', Symbol('s'), 'symbol'],
	['a bigint', 1n, 'bigint'],
	['an object', { a: 1 }, 'Object'],
	['a frozen object', Object.freeze({}), 'Object'],
	['an object without a prototype', Object.create(null), 'Object'],
	['an array', [1, 2], 'Array'],
	['a map', new Map([[1, 2]]), 'Map'],
	['a function', () => 1, 'Function'],
	['an error as a value', new TypeError('kept'), 'TypeError'],
];

class Refused extends Error {}

const unreadable: object = new Proxy(Object.create(null), {
	get() {
		throw new Error('A getter of the thrown thing was run and threw.');
	},
});

/** Everything that can be thrown, and what the span has of it. */
export const THROWN: readonly [label: string, thrown: unknown, end: Omit<End & { outcome: 'error' }, 'outcome'>][] = [
	['an error', new Refused('no'), { type: 'Refused', message: 'no' }],
	['a frozen error', Object.freeze(new Error('cold')), { type: 'Error', message: 'cold' }],
	[
		'an error with a code',
		Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
		{ type: 'ECONNREFUSED', message: 'refused', exception: 'Error' },
	],
	['undefined', undefined, { type: 'undefined', message: 'undefined', stack: false }],
	['null', null, { type: 'null', message: 'null', stack: false }],
	['a text', 'boom', { type: 'string', message: 'boom', stack: false }],
	['a symbol', Symbol('s'), { type: 'symbol', message: 'Symbol(s)', stack: false }],
	[
		'a frozen object',
		Object.freeze({ a: 1 }),
		{ type: 'Object', message: 'an object without a message', stack: false },
	],
	[
		'an object whose every getter throws',
		unreadable,
		{ type: '_OTHER', message: 'an object without a message', stack: false },
	],
];

/** Facts about what a method returns or throws at once, or through an async function. */
export const valueFacts: readonly Fact[] = [
	...VALUES.flatMap(([label, value, result]) => [
		fact(`${label} is answered as it is`, async ({ weave, ended }) => {
			const answered = await weave(() => value)();
			expect(Object.is(answered, value)).toBe(true);
			await ended({ outcome: 'ok', result });
		}),
		fact(`${label} of an async function is answered as it is`, async ({ weave, ended }) => {
			const answered = await weave(async () => value)();
			expect(Object.is(answered, value)).toBe(true);
			await ended({ outcome: 'ok', result });
		}),
	]),
	...THROWN.flatMap(([label, thrown, end]) => [
		fact(`${label} that is thrown is the same`, async ({ weave, ended }) => {
			const call = weave(() => {
				throw thrown;
			});
			const failed = await failureOf(() => call());
			expect(failed !== undefined && Object.is(failed.thrown, thrown)).toBe(true);
			await ended({ outcome: 'error', ...end });
		}),
		fact(`${label} that an async function rejects with is the same`, async ({ weave, ended }) => {
			const call = weave(async () => {
				throw thrown;
			});
			const failed = await failureOf(() => call());
			expect(failed !== undefined && Object.is(failed.thrown, thrown)).toBe(true);
			await ended({ outcome: 'error', ...end });
		}),
	]),
	factOfResult('a synchronous method returns synchronously', async ({ weave, ended }) => {
		const value = { sync: true };
		expect(weave(() => value)()).toBe(value);
		await ended({ outcome: 'ok', result: 'Object' });
	}),
	factOfResult('a synchronous method throws synchronously', async ({ weave, ended }) => {
		const thrown = new Error('at once');
		const call = weave(() => {
			throw thrown;
		});
		let caught: unknown;
		try {
			call();
		} catch (error) {
			caught = error;
		}
		expect(caught).toBe(thrown);
		await ended({ outcome: 'error', type: 'Error', message: 'at once' });
	}),
	fact('an async method is under way until it settles, and its children are below it', async (trial) => {
		const gate = Promise.withResolvers<string>();
		const call = trial.weave(async () => {
			mark('before');
			const answer = await gate.promise;
			mark('after');
			return answer;
		});
		const answer = call();
		await trial.underWay();
		mark('beside');
		gate.resolve('done');
		expect(await answer).toBe('done');
		await trial.ended({ outcome: 'ok', result: 'string' }, { inside: ['before', 'after'], outside: ['beside'] });
	}),
	factOfResult('an async value comes at most one turn later', async ({ weave, ended }) => {
		const turns = async (run: () => unknown) => {
			let settledIn = -1;
			void (run() as Promise<unknown>).then(() => {
				settledIn = 0;
			});
			for (let turn = 0; turn < 10; turn++) {
				await null;
				if (settledIn === 0) return turn;
			}
			return -1;
		};
		const body = async () => 1;
		const bare = await turns(body);
		const woven = await turns(weave(body));
		expect([bare, bare + 1]).toContain(woven);
		await settled();
		await ended({ outcome: 'ok', result: 'number' });
	}),
];
