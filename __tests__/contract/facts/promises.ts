import { runInNewContext } from 'node:vm';
import { expect } from '@jest/globals';
import { type Fact, fact, factOfResult, where } from '../fact.js';
import { failureOf, mark, settled } from '../harness.js';

/** A promise subclass with members of its own, whose constructor fails with any other arguments. */
class Tagged<T> extends Promise<T> {
	readonly tag = 'own';
	get tagged(): string {
		return `${this.tag}!`;
	}
}

/**
 * Like the model SDKs' `APIPromise`: a promise that settles with null at once, whose own `then` does the work on first
 * use, and which has `withResponse()`.
 */
class APIPromise<T> extends Promise<T> {
	#parsed: Promise<T> | undefined;
	readonly #parse: () => Promise<T>;

	constructor(parse: () => Promise<T>) {
		if (typeof parse !== 'function' || parse.length !== 0) throw new TypeError('An APIPromise takes a parser.');
		super((resolve) => resolve(null as never));
		this.#parse = parse;
	}

	#run(): Promise<T> {
		this.#parsed ??= this.#parse();
		return this.#parsed;
	}

	override then<A = T, B = never>(
		ok?: ((value: T) => A | PromiseLike<A>) | null,
		failed?: ((error: unknown) => B | PromiseLike<B>) | null,
	): Promise<A | B> {
		return this.#run().then(ok, failed);
	}

	async withResponse(): Promise<{ data: T; status: number }> {
		return { data: await this.#run(), status: 200 };
	}
}

function streamOf(...chunks: string[]): ReadableStream<string> {
	return new ReadableStream({
		start(controller) {
			for (const chunk of chunks) controller.enqueue(chunk);
			controller.close();
		},
	});
}

/** Facts about promises of all kinds. */
export const promiseFacts: readonly Fact[] = [
	fact('a promise of another realm is followed', async ({ weave, ended }) => {
		expect(await weave(() => runInNewContext('Promise.resolve(42)'))()).toBe(42);
		await ended({ outcome: 'ok', result: 'number' });
	}),
	fact('a rejection of another realm is the same error', async ({ weave, ended }) => {
		const thrown = new Error('far');
		const failed = await failureOf(weave(() => runInNewContext('Promise.reject(thrown)', { thrown })));
		expect(failed?.thrown).toBe(thrown);
		await ended({ outcome: 'error', type: 'Error', message: 'far' });
	}),
	factOfResult('a promise subclass stays that object, with its own members', async (trial) => {
		const gate = Promise.withResolvers<number>();
		const bare = new Tagged<number>((resolve) => void gate.promise.then(resolve));
		const promise = trial.weave(() => bare)();
		expect(promise).toBe(bare);
		await trial.underWay();
		expect(bare.tagged).toBe('own!');
		expect(Object.keys(bare)).toEqual(['tag']);
		expect(bare.constructor).toBe(Tagged);
		gate.resolve(7);
		expect(await bare).toBe(7);
		expect(bare.then()).toBeInstanceOf(Tagged);
		await trial.ended({ outcome: 'ok', result: 'number' });
	}),
	factOfResult(
		'a promise subclass that rejects rejects with the same error for every consumer',
		async ({ weave, ended }) => {
			const thrown = new Error('tagged');
			const promise = weave(() => Tagged.reject(thrown))() as Promise<never>;
			expect((await failureOf(() => promise))?.thrown).toBe(thrown);
			expect((await failureOf(() => promise.then(() => 1)))?.thrown).toBe(thrown);
			await ended({ outcome: 'error', type: 'Error', message: 'tagged' });
		},
	),
	factOfResult('a promise with members of its own stays that object', async ({ weave, ended }) => {
		const bare = Object.assign(Promise.resolve('out'), { pid: 7, kill: () => true });
		expect(weave(() => bare)()).toBe(bare);
		expect(bare.kill()).toBe(true);
		expect(Object.keys(bare)).toEqual(['pid', 'kill']);
		expect(await bare).toBe('out');
		await ended({ outcome: 'ok', result: 'string' });
	}),
	factOfResult(
		'a frozen promise with members passes through, and ends when it is returned',
		async ({ weave, ended }) => {
			const bare = Object.freeze(Object.assign(Promise.resolve('out'), { pid: 7 }));
			expect(weave(() => bare)()).toBe(bare);
			await ended({ outcome: 'ok', result: 'Promise' });
			expect(await bare).toBe('out');
		},
	),
	factOfResult(
		'an APIPromise stays that object, works once, when it is awaited, in the context of its invocation',
		async (trial) => {
			const runs: string[] = [];
			const bare = new APIPromise(async () => {
				runs.push(where());
				mark('fetch');
				await null;
				runs.push(where());
				return { usage: 3 };
			});
			const promise = trial.weave(() => bare)();
			expect(promise).toBe(bare);
			await trial.underWay();
			expect(runs).toEqual([]);
			expect(await bare).toEqual({ usage: 3 });
			expect(await bare).toEqual({ usage: 3 });
			expect(where()).toBe('outside');
			expect(runs).toEqual(['inside', 'inside']);
			await trial.ended({ outcome: 'ok', result: 'Object' }, { inside: ['fetch'] });
		},
	),
	factOfResult('an APIPromise keeps withResponse()', async ({ weave, ended }) => {
		const promise = weave(() => new APIPromise(async () => 'body'))() as APIPromise<string>;
		expect(promise).toBeInstanceOf(APIPromise);
		expect(await promise.withResponse()).toEqual({ data: 'body', status: 200 });
		expect(await promise).toBe('body');
		await ended({ outcome: 'ok', result: 'string' });
	}),
	fact('a promise of a generator is under way until the generator is consumed', async (trial) => {
		const call = trial.weave(async () =>
			(function* () {
				mark('body');
				yield 1;
				return 2;
			})(),
		);
		const generator = (await call()) as Generator<number, number>;
		await trial.underWay();
		expect([generator.next(), generator.next()]).toEqual([
			{ value: 1, done: false },
			{ value: 2, done: true },
		]);
		await trial.ended({ outcome: 'ok', result: 'Generator' }, { inside: ['body'] });
	}),
	fact('a promise of a web stream is under way until the stream is consumed', async (trial) => {
		const call = trial.weave(async () => streamOf('a', 'b'));
		const stream = (await call()) as ReadableStream<string>;
		await trial.underWay();
		const seen: string[] = [];
		for await (const chunk of stream) seen.push(chunk);
		expect(seen).toEqual(['a', 'b']);
		await trial.ended({ outcome: 'ok', result: 'ReadableStream' });
	}),
	fact('a promise of a promise of a value is one invocation', async ({ weave, ended }) => {
		expect(await weave(async () => Promise.resolve(Promise.resolve('deep')))()).toBe('deep');
		await settled();
		await ended({ outcome: 'ok', result: 'string' });
	}),
];
