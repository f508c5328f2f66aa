import { expect } from '@jest/globals';
import { abandonOpenSettlements } from '../../../lib/settling/common/finalization.js';
import { type End, type Fact, fact, type Trial, where } from '../fact.js';
import { failureOf, mark } from '../harness.js';

const OK: End = { outcome: 'ok', result: 'AsyncGenerator' };
type Stream = AsyncGenerator<number, string, unknown>;

/** An async generator that records where each step, and the code after an await, runs. */
async function* body(log: string[], note = mark): Stream {
	try {
		log.push(`first ${where()}`);
		note('first');
		const got = yield 1;
		await null;
		log.push(`got ${String(got)} ${where()}`);
		yield 2;
		await null;
		log.push(`last ${where()}`);
		return 'whole';
	} catch (error) {
		log.push(`caught ${String(error)} ${where()}`);
		return 'caught';
	} finally {
		await null;
		log.push(`finally ${where()}`);
	}
}

/** Drives the woven and the bare generator in the same way, and expects the same of both except where the body runs. */
async function same(trial: Trial, drive: (generator: Stream) => Promise<unknown[]>): Promise<string[]> {
	const log: string[] = [];
	const bareLog: string[] = [];
	const answers = await drive((await trial.weave(() => body(log))()) as Stream);
	expect(where()).toBe('outside');
	expect(answers).toEqual(await drive(body(bareLog, () => {})));
	expect(log.map(placeless)).toEqual(bareLog.map(placeless));
	expect(log.filter((line) => !line.endsWith(' inside'))).toEqual([]);
	return log.map(placeless);
}

function placeless(line: string): string {
	return line.replace(/ (inside|outside)$/, '');
}

/** Facts about async generators, such as a stream of tokens. */
export const asyncGeneratorFacts: readonly Fact[] = [
	fact('an async generator gives its values, and its body runs inside at every step', async (trial) => {
		const log = await same(trial, async (generator) => [
			await generator.next(),
			await generator.next('a'),
			await generator.next(),
			await generator.next(),
		]);
		expect(log).toEqual(['first', 'got a', 'last', 'finally']);
		await trial.ended(OK, { inside: ['first'] });
	}),
	fact('parallel next() calls are answered in order', async (trial) => {
		await same(trial, async (generator) => {
			const order: string[] = [];
			const calls = ['a', 'b', 'c', 'd'].map(async (name) => {
				const step = await generator.next(name);
				order.push(name);
				return step;
			});
			return [...(await Promise.all(calls)), ...order];
		});
		await trial.ended(OK, { inside: ['first'] });
	}),
	fact('an async generator is under way until its last item', async (trial) => {
		const generator = (await trial.weave(() => body([]))()) as Stream;
		await trial.underWay();
		await generator.next();
		await generator.next();
		await trial.underWay();
		await generator.next();
		await trial.ended(OK, { inside: ['first'] });
	}),
	fact('what consumes an async generator stays in its own context', async (trial) => {
		const generator = (await trial.weave(() => body([]))()) as Stream;
		const places: string[] = [];
		for await (const _ of generator) {
			places.push(where());
			mark('consumer');
		}
		places.push(where());
		expect(places).toEqual(['outside', 'outside', 'outside']);
		await trial.ended(OK, { inside: ['first'], outside: ['consumer', 'consumer'] });
	}),
	fact('break awaits the finally of the body, and cancels', async (trial) => {
		const log = await same(trial, async (generator) => {
			for await (const value of generator) return [value];
			return [];
		});
		expect(log).toEqual(['first', 'finally']);
		await trial.ended({ outcome: 'cancelled' }, { inside: ['first'] });
	}),
	fact('return() and throw() are passed on', async (trial) => {
		const log = await same(trial, async (generator) => [
			await generator.next(),
			await generator.throw('wrench'),
			await generator.return('late'),
		]);
		expect(log).toEqual(['first', 'caught wrench', 'finally']);
		await trial.ended(OK, { inside: ['first'] });
	}),
	fact('return() before the first next() runs nothing of the async body', async (trial) => {
		const log = await same(trial, async (generator) => [await generator.return('early'), await generator.next()]);
		expect(log).toEqual([]);
		await trial.ended({ outcome: 'cancelled' });
	}),
	fact('an error of the async body is the same error', async (trial) => {
		const thrown = new TypeError('mid-stream');
		const call = trial.weave(async function* () {
			yield 1;
			throw thrown;
		});
		const generator = (await call()) as AsyncGenerator<number>;
		const seen: number[] = [];
		const failed = await failureOf(async () => {
			for await (const value of generator) seen.push(value);
		});
		expect([seen, failed?.thrown]).toEqual([[1], thrown]);
		expect(failed?.thrown).toBe(thrown);
		await trial.ended({ outcome: 'error', type: 'TypeError', message: 'mid-stream' });
	}),
	fact('await using disposes of an async generator', async (trial) => {
		const log = await same(trial, async (generator) => {
			await generator.next();
			await generator[Symbol.asyncDispose]();
			return [await generator.next()];
		});
		expect(log).toEqual(['first', 'finally']);
		await trial.ended({ outcome: 'cancelled' }, { inside: ['first'] });
	}),
	fact('an async generator stays what it was', async (trial) => {
		async function* act(): AsyncGenerator<number> {
			yield 1;
		}
		const bare = act();
		const generator = (await trial.weave(() => bare)()) as AsyncGenerator<number>;
		expect(generator).toBe(bare);
		await trial.underWay();
		expect(generator).toBeInstanceOf(act);
		expect(Object.keys(generator)).toEqual([]);
		expect(generator[Symbol.asyncIterator]()).toBe(generator);
		expect(await Array.fromAsync(generator)).toEqual([1]);
		await trial.ended(OK);
	}),
	fact('an async generator that was left half way is under way until shutdown', async (trial) => {
		const generator = (await trial.weave(() => body([]))()) as Stream;
		await generator.next();
		await trial.underWay();
		abandonOpenSettlements();
		await trial.ended({ outcome: 'unknown' }, { inside: ['first'] });
		expect(await generator.next()).toEqual({ value: 2, done: false });
	}),
	fact('a promise of an async generator is followed to its last item', async (trial) => {
		const call = trial.weave(async () => {
			await null;
			return body([]);
		});
		const generator = (await call()) as Stream;
		await trial.underWay();
		expect(await Array.fromAsync(generator)).toEqual([1, 2]);
		await trial.ended(OK, { inside: ['first'] });
	}),
];
