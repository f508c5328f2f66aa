import { expect } from '@jest/globals';
import { abandonOpenSettlements } from '../../../lib/settling/common/finalization.js';
import { type Fact, factOfResult, where } from '../fact.js';
import { failureOf, mark } from '../harness.js';

type Fulfilled = (value: string) => unknown;
type Rejected = (error: unknown) => unknown;

/** A query builder: it runs each time `then` is called, and chaining gives a new one. */
class Query {
	constructor(
		readonly runs: string[],
		readonly text = 'select',
		readonly fails?: Error,
	) {}

	where(clause: string): Query {
		return new Query(this.runs, `${this.text} where ${clause}`, this.fails);
	}

	then(ok?: Fulfilled | null, failed?: Rejected | null): Promise<unknown> {
		const run = async () => {
			this.runs.push(where());
			mark('query');
			await null;
			this.runs.push(where());
			if (this.fails) throw this.fails;
			return `${this.text};`;
		};
		return run().then(ok, failed);
	}

	catch(failed: Rejected): Promise<unknown> {
		return this.then(null, failed);
	}
}

/** Facts about lazy thenables: they run as often as without the toolkit. */
export const thenableFacts: readonly Fact[] = [
	factOfResult('a lazy thenable runs once, when it is awaited, inside of its invocation', async (trial) => {
		const runs: string[] = [];
		const bare = new Query(runs);
		expect(trial.weave(() => bare)()).toBe(bare);
		await trial.underWay();
		expect(runs).toEqual([]);
		expect(await bare).toBe('select;');
		expect(runs).toEqual(['inside', 'inside']);
		expect(where()).toBe('outside');
		await trial.ended({ outcome: 'ok', result: 'string' }, { inside: ['query'] });
	}),
	factOfResult('a lazy thenable shows no member that it had not', async ({ weave, ended }) => {
		const query = weave(() => new Query([]))() as Query;
		expect(Object.keys(query)).toEqual(['runs', 'text', 'fails']);
		await query;
		await ended({ outcome: 'ok', result: 'string' }, { inside: ['query'] });
	}),
	factOfResult('a lazy thenable that fails gives the same error', async ({ weave, ended }) => {
		const thrown = new Error('syntax');
		const query = weave(() => new Query([], 'select', thrown))();
		expect((await failureOf(() => query))?.thrown).toBe(thrown);
		await ended({ outcome: 'error', type: 'Error', message: 'syntax' }, { inside: ['query'] });
	}),
	factOfResult('a failure that catch() handles is observed', async ({ weave, ended }) => {
		const query = weave(() => new Query([], 'select', new Error('syntax')))() as Query;
		expect(await query.catch((error) => (error as Error).message)).toBe('syntax');
		await ended({ outcome: 'error', type: 'Error', message: 'syntax' }, { inside: ['query'] });
	}),
	factOfResult('callbacks passed to then() run in the context in which they were passed', async ({ weave, ended }) => {
		const places: string[] = [];
		const query = weave(() => new Query([]))() as Query;
		await query.then(() => {
			places.push(where());
			mark('callback');
		});
		expect(places).toEqual(['outside']);
		await ended({ outcome: 'ok', result: 'string' }, { inside: ['query'], outside: ['callback'] });
	}),
	factOfResult('a second await runs as often as it would without the toolkit', async ({ weave, ended }) => {
		const runs: string[] = [];
		const query = weave(() => new Query(runs))() as Query;
		await query;
		await query;
		expect(runs).toEqual(['inside', 'inside', 'outside', 'outside']);
		await ended({ outcome: 'ok', result: 'string' }, { inside: ['query'], outside: ['query'] });
	}),
	factOfResult('a chain method gives its own new object, and the first one ends at shutdown', async (trial) => {
		const query = trial.weave(() => new Query([]))() as Query;
		expect(await query.where('a = 1')).toBe('select where a = 1;');
		await trial.underWay();
		abandonOpenSettlements();
		await trial.ended({ outcome: 'unknown' }, { outside: ['query'] });
	}),
	factOfResult('a frozen thenable passes through, and ends when it is returned', async ({ weave, ended }) => {
		const runs: string[] = [];
		const bare = Object.freeze(new Query(runs));
		expect(weave(() => bare)()).toBe(bare);
		expect(runs).toEqual([]);
		expect(await bare).toBe('select;');
		expect(runs.length).toBe(2);
		await ended({ outcome: 'ok', result: 'Query' }, { outside: ['query'] });
	}),
	factOfResult('a thenable that is never awaited never runs, and ends at shutdown', async (trial) => {
		const runs: string[] = [];
		const query = trial.weave(() => new Query(runs))();
		await trial.underWay();
		abandonOpenSettlements();
		expect(runs).toEqual([]);
		expect(query).toBeInstanceOf(Query);
		await trial.ended({ outcome: 'unknown' });
	}),
	factOfResult(
		'a thenable whose then is a getter is read as often as without the toolkit',
		async ({ weave, ended }) => {
			let reads = 0;
			const bare = {
				get then() {
					reads++;
					return (ok: Fulfilled) => ok(`read ${where()}`);
				},
			};
			expect(await (weave(() => bare)() as PromiseLike<string>)).toBe('read inside');
			expect(reads).toBe(1);
			await ended({ outcome: 'ok', result: 'string' });
		},
	),
];
