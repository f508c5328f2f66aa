import { expect } from '@jest/globals';
import { abandonOpenSettlements } from '../../../lib/settling/common/finalization.js';
import { type End, type Fact, fact, type Trial, where } from '../fact.js';
import { mark } from '../harness.js';

const OK: End = { outcome: 'ok', result: 'Generator' };

/** A generator that records where each step runs. */
function* body(log: string[]): Generator<number, string, unknown> {
	try {
		log.push(`first ${where()}`);
		mark('first');
		const got = yield 1;
		log.push(`got ${String(got)} ${where()}`);
		yield 2;
		log.push(`last ${where()}`);
		return 'whole';
	} catch (error) {
		log.push(`caught ${String(error)} ${where()}`);
		return 'caught';
	} finally {
		log.push(`finally ${where()}`);
	}
}

/** Drives the woven and the bare generator in the same way, and expects the same of both except where the body runs. */
async function same(
	trial: Trial,
	drive: (generator: Generator<number, string, unknown>) => unknown[],
): Promise<string[]> {
	const log: string[] = [];
	const bareLog: string[] = [];
	const woven = (await trial.weave(() => body(log))()) as Generator<number, string, unknown>;
	const answers = drive(woven);
	expect(where()).toBe('outside');
	const bare = drive(silenced(bareLog));
	expect(answers).toEqual(bare);
	expect(log.map(placeless)).toEqual(bareLog.map(placeless));
	expect(log.filter((line) => !line.endsWith(' inside'))).toEqual([]);
	return log.map(placeless);
}

/** The same body, without spans. */
function* silenced(log: string[]): Generator<number, string, unknown> {
	try {
		log.push('first outside');
		const got = yield 1;
		log.push(`got ${String(got)} outside`);
		yield 2;
		log.push('last outside');
		return 'whole';
	} catch (error) {
		log.push(`caught ${String(error)} outside`);
		return 'caught';
	} finally {
		log.push('finally outside');
	}
}

function placeless(line: string): string {
	return line.replace(/ (inside|outside)$/, '');
}

function outcomeOf(run: () => unknown): unknown {
	try {
		return run();
	} catch (error) {
		return { thrown: error };
	}
}

/** Facts about synchronous generators. */
export const generatorFacts: readonly Fact[] = [
	fact('a generator gives its values, and its body runs inside at every step', async (trial) => {
		const log = await same(trial, (generator) => [
			generator.next(),
			generator.next('a'),
			generator.next(),
			generator.next(),
		]);
		expect(log).toEqual(['first', 'got a', 'last', 'finally']);
		await trial.ended(OK, { inside: ['first'] });
	}),
	fact('a for loop over a generator sees all values', async (trial) => {
		await same(trial, (generator) => [...generator]);
		await trial.ended(OK, { inside: ['first'] });
	}),
	fact('yield* over a generator gives its return value', async (trial) => {
		await same(trial, (generator) => {
			const outer = (function* () {
				return yield* generator;
			})();
			return [outer.next(), outer.next('b'), outer.next()];
		});
		await trial.ended(OK, { inside: ['first'] });
	}),
	fact('what consumes a generator stays in its own context', async (trial) => {
		const generator = (await trial.weave(() => body([]))()) as Generator<number>;
		const places: string[] = [];
		for (const _ of generator) {
			places.push(where());
			mark('consumer');
		}
		expect(places).toEqual(['outside', 'outside']);
		await trial.ended(OK, { inside: ['first'], outside: ['consumer', 'consumer'] });
	}),
	fact('break runs the finally of the body, and cancels', async (trial) => {
		const log = await same(trial, (generator) => {
			for (const value of generator) return [value];
			return [];
		});
		expect(log).toEqual(['first', 'finally']);
		await trial.ended({ outcome: 'cancelled' }, { inside: ['first'] });
	}),
	fact('throw() goes into the body', async (trial) => {
		const log = await same(trial, (generator) => [generator.next(), generator.throw('wrench'), generator.next()]);
		expect(log).toEqual(['first', 'caught wrench', 'finally']);
		await trial.ended(OK, { inside: ['first'] });
	}),
	fact('an error of the body is the same error', async (trial) => {
		const thrown = new Error('in the body');
		// biome-ignore lint/correctness/useYield: it fails before its first value.
		const generator = (await trial.weave(function* () {
			throw thrown;
		})()) as Generator;
		expect(outcomeOf(() => generator.next())).toEqual({ thrown });
		expect(generator.next()).toEqual({ value: undefined, done: true });
		await trial.ended({ outcome: 'error', type: 'Error', message: 'in the body' });
	}),
	fact('return() before the first next() runs nothing of the body', async (trial) => {
		const log = await same(trial, (generator) => [generator.return('early'), generator.next()]);
		expect(log).toEqual([]);
		await trial.ended({ outcome: 'cancelled' });
	}),
	fact('throw() before the first next() runs nothing of the body', async (trial) => {
		const log = await same(trial, (generator) => [outcomeOf(() => generator.throw('soon')), generator.next()]);
		expect(log).toEqual([]);
		await trial.ended({ outcome: 'error', type: 'string', message: 'soon', stack: false });
	}),
	fact('using disposes of a generator', async (trial) => {
		const log = await same(trial, (generator) => {
			generator.next();
			generator[Symbol.dispose]();
			return [generator.next()];
		});
		expect(log).toEqual(['first', 'finally']);
		await trial.ended({ outcome: 'cancelled' }, { inside: ['first'] });
	}),
	fact('a generator stays what it was', async (trial) => {
		function* act(): Generator<number> {
			yield 1;
		}
		const bare = act();
		const generator = (await trial.weave(() => bare)()) as Generator<number>;
		expect(generator).toBe(bare);
		await trial.underWay();
		expect(generator).toBeInstanceOf(act);
		expect(Object.keys(generator)).toEqual([]);
		expect(Object.prototype.toString.call(generator)).toBe('[object Generator]');
		expect(generator[Symbol.iterator]()).toBe(generator);
		expect(generator.map((value) => value * 2).toArray()).toEqual([2]);
		await trial.ended(OK);
	}),
	fact('a generator that is never iterated is under way until shutdown', async (trial) => {
		const log: string[] = [];
		const generator = await trial.weave(() => body(log))();
		await trial.underWay();
		abandonOpenSettlements();
		expect(log).toEqual([]);
		expect(Object.prototype.toString.call(generator)).toBe('[object Generator]');
		await trial.ended({ outcome: 'unknown' });
	}),
	fact('an iterator that is no generator is followed', async (trial) => {
		const iterator = (await trial.weave(() => [1, 2].values())()) as Iterator<number>;
		await trial.underWay();
		expect([...(iterator as unknown as Iterable<number>)]).toEqual([1, 2]);
		await trial.ended({ outcome: 'ok', result: 'Array Iterator' });
	}),
];
