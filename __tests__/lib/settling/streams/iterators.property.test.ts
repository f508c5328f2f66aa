import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { settle } from '../../../../lib/settling/settle.js';
import { Recorder } from '../recorder.js';

/** What the body of a generator does, one step after the other. */
type Act =
	| { act: 'yield'; value: number }
	| { act: 'await'; value: number }
	| { act: 'throw'; value: number }
	| { act: 'return'; value: number }
	| { act: 'delegate'; values: number[] }
	| { act: 'try'; body: Act[]; caught: Act[] | null; last: Act[] };

/** What a consumer does with it. */
type Use =
	| { use: 'next' | 'throw' | 'return'; value: number }
	| { use: 'parallel'; count: number }
	| { use: 'for'; breakAfter: number };

const value = fc.integer({ min: 0, max: 9 });
const { script } = fc.letrec<{ act: Act; script: Act[] }>((tie) => ({
	act: fc.oneof(
		{ maxDepth: 3, withCrossShrink: true },
		{ weight: 4, arbitrary: fc.record({ act: fc.constant('yield' as const), value }) },
		{ weight: 2, arbitrary: fc.record({ act: fc.constant('await' as const), value }) },
		{ weight: 1, arbitrary: fc.record({ act: fc.constantFrom('throw' as const, 'return' as const), value }) },
		{
			weight: 1,
			arbitrary: fc.record({ act: fc.constant('delegate' as const), values: fc.array(value, { maxLength: 3 }) }),
		},
		{
			weight: 2,
			arbitrary: fc.record({
				act: fc.constant('try' as const),
				body: tie('script'),
				caught: fc.option(tie('script')),
				last: tie('script'),
			}),
		},
	) as fc.Arbitrary<Act>,
	script: fc.array(tie('act'), { maxLength: 4 }),
}));
const uses = fc.array(
	fc.oneof(
		{ weight: 5, arbitrary: fc.record({ use: fc.constant('next' as const), value }) },
		{ weight: 1, arbitrary: fc.record({ use: fc.constantFrom('throw' as const, 'return' as const), value }) },
		{
			weight: 1,
			arbitrary: fc.record({ use: fc.constant('parallel' as const), count: fc.integer({ min: 2, max: 4 }) }),
		},
		{
			weight: 1,
			arbitrary: fc.record({ use: fc.constant('for' as const), breakAfter: fc.integer({ min: 0, max: 4 }) }),
		},
	) as fc.Arbitrary<Use>,
	{ maxLength: 8 },
);

/** The value of a `return` in a nested body, which leaves the outer ones too. */
class Returned {
	constructor(readonly value: unknown) {}
}

function* body(acts: Act[], log: unknown[]): Generator<unknown, Returned | undefined, unknown> {
	for (const step of acts) {
		if (step.act === 'yield') log.push(['sent', yield step.value]);
		else if (step.act === 'await') log.push(['passed', step.value]);
		else if (step.act === 'throw') throw step.value;
		else if (step.act === 'return') return new Returned(step.value);
		else if (step.act === 'delegate') log.push(['delegated', yield* step.values]);
		else {
			try {
				const left = yield* body(step.body, log);
				if (left !== undefined) return left;
			} catch (error) {
				if (step.caught === null) throw error;
				log.push(['caught', error]);
				const left = yield* body(step.caught, log);
				if (left !== undefined) return left;
			} finally {
				log.push('finally');
				yield* body(
					step.last.filter((act) => act.act !== 'return'),
					log,
				);
			}
		}
	}
	return undefined;
}

function* syncGenerator(acts: Act[], log: unknown[]): Generator<unknown, unknown, unknown> {
	return (yield* body(acts, log))?.value;
}

async function* asyncBody(acts: Act[], log: unknown[]): AsyncGenerator<unknown, Returned | undefined, unknown> {
	for (const step of acts) {
		if (step.act === 'yield') log.push(['sent', yield step.value]);
		else if (step.act === 'await') log.push(['awaited', await Promise.resolve(step.value)]);
		else if (step.act === 'throw') throw step.value;
		else if (step.act === 'return') return new Returned(step.value);
		else if (step.act === 'delegate') log.push(['delegated', yield* step.values]);
		else {
			try {
				const left = yield* asyncBody(step.body, log);
				if (left !== undefined) return left;
			} catch (error) {
				if (step.caught === null) throw error;
				log.push(['caught', error]);
				const left = yield* asyncBody(step.caught, log);
				if (left !== undefined) return left;
			} finally {
				log.push('finally');
				yield* asyncBody(
					step.last.filter((act) => act.act !== 'return'),
					log,
				);
			}
		}
	}
	return undefined;
}

async function* asyncGenerator(acts: Act[], log: unknown[]): AsyncGenerator<unknown, unknown, unknown> {
	return (yield* asyncBody(acts, log))?.value;
}

function useSync(generator: Generator<unknown, unknown, unknown>, plan: Use[], log: unknown[]): void {
	for (const use of plan) {
		try {
			if (use.use === 'for') {
				let left = use.breakAfter;
				for (const item of generator) {
					log.push(['item', item]);
					if (left-- === 0) break;
				}
			} else {
				const count = use.use === 'parallel' ? use.count : 1;
				const method = use.use === 'parallel' ? 'next' : use.use;
				for (let i = 0; i < count; i++) log.push([method, generator[method](use.use === 'parallel' ? i : use.value)]);
			}
		} catch (error) {
			log.push(['threw', error]);
		}
	}
}

async function useAsync(
	generator: AsyncGenerator<unknown, unknown, unknown>,
	plan: Use[],
	log: unknown[],
): Promise<void> {
	for (const use of plan) {
		try {
			if (use.use === 'for') {
				let left = use.breakAfter;
				for await (const item of generator) {
					log.push(['item', item]);
					if (left-- === 0) break;
				}
			} else if (use.use === 'parallel') {
				const steps = Array.from({ length: use.count }, (_, i) => generator.next(i));
				log.push(['parallel', await Promise.allSettled(steps)]);
			} else log.push([use.use, await generator[use.use](use.value)]);
		} catch (error) {
			log.push(['threw', error]);
		}
	}
}

/** Determines the end of a generator, without weaving, from the result of each step. */
class Steps {
	end: string | undefined;
	#leaving = false;

	constructor(readonly generator: Generator | AsyncGenerator) {}

	next(value?: unknown) {
		return this.#run(() => this.generator.next(value));
	}

	return(value?: unknown) {
		this.#leaving = true;
		return this.#run(() => this.generator.return(value));
	}

	throw(error: unknown) {
		return this.#run(() => this.generator.throw(error));
	}

	[Symbol.iterator]() {
		return this;
	}

	[Symbol.asyncIterator]() {
		return this;
	}

	#run(step: () => unknown): unknown {
		const fulfilled = (result: unknown) => {
			if ((result as IteratorResult<unknown>).done) this.end ??= this.#leaving ? 'cancelled' : 'done';
			return result;
		};
		const failed = (error: unknown) => {
			this.end ??= 'failed';
			throw error;
		};
		let result: unknown;
		try {
			result = step();
		} catch (error) {
			return failed(error);
		}
		return result instanceof Promise ? result.then(fulfilled, failed) : fulfilled(result);
	}
}

function endOf(recorder: Recorder): unknown {
	return recorder.events.find(([event]) => event !== 'item')?.[0];
}

describe('a generator with any body, used in any way', () => {
	it('does the same with and without weaving, and ends as its steps do', () => {
		fc.assert(
			fc.property(script, uses, fc.boolean(), (acts, plan, items) => {
				const bare: unknown[] = [];
				useSync(syncGenerator(acts, bare), plan, bare);
				const stepped: unknown[] = [];
				const steps = new Steps(syncGenerator(acts, stepped));
				useSync(steps as unknown as Generator, plan, stepped);
				const woven: unknown[] = [];
				const recorder = new Recorder({ items });
				useSync(settle(syncGenerator(acts, woven), recorder) as Generator, plan, woven);
				expect(woven).toEqual(bare);
				expect(stepped).toEqual(bare);
				expect(endOf(recorder)).toBe(steps.end);
			}),
			{ numRuns: 1000 },
		);
	});

	it('does the same with and without weaving, and ends as its steps do, if it is async', async () => {
		await fc.assert(
			fc.asyncProperty(script, uses, fc.boolean(), async (acts, plan, items) => {
				const bare: unknown[] = [];
				await useAsync(asyncGenerator(acts, bare), plan, bare);
				const stepped: unknown[] = [];
				const steps = new Steps(asyncGenerator(acts, stepped));
				await useAsync(steps as unknown as AsyncGenerator, plan, stepped);
				const woven: unknown[] = [];
				const recorder = new Recorder({ items });
				await useAsync(settle(asyncGenerator(acts, woven), recorder) as AsyncGenerator, plan, woven);
				expect(woven).toEqual(bare);
				expect(stepped).toEqual(bare);
				expect(endOf(recorder)).toBe(steps.end);
			}),
			{ numRuns: 500 },
		);
	});
});
