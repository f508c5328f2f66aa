import { expect } from '@jest/globals';
import { map, Observable, take } from 'rxjs';
import { registerSettler } from '../../../extend.js';
import { abandonOpenSettlements } from '../../../lib/settling/common/finalization.js';
import { type Fact, fact, factOfOption, factOfResult, where } from '../fact.js';
import { failureOf, mark } from '../harness.js';

/** Like the model SDKs' `Stream`: iterable, with a controller and `tee()`, and a private iterator. */
class ModelStream implements AsyncIterable<string> {
	readonly controller = new AbortController();
	readonly iterator: () => AsyncIterator<string>;

	constructor(iterator: () => AsyncIterator<string>) {
		this.iterator = iterator;
	}

	[Symbol.asyncIterator](): AsyncIterator<string> {
		return this.iterator();
	}

	tee(): [ModelStream, ModelStream] {
		const queues: IteratorResult<string>[][] = [[], []];
		const iterator = this.iterator();
		const branch = (at: 0 | 1) =>
			new ModelStream(() => ({
				next: async () => {
					const queued = queues[at]?.shift();
					if (queued !== undefined) return queued;
					const step = await iterator.next();
					queues[1 - at]?.push(step);
					return step;
				},
			}));
		return [branch(0), branch(1)];
	}
}

function modelStream(places: string[] = []): ModelStream {
	return new ModelStream(async function* () {
		places.push(where());
		yield 'a';
		places.push(where());
		yield 'b';
	});
}

/** Like the AI SDK's result: reading a member drains it. */
class ManySided {
	pulls = 0;
	get usage(): number {
		this.pulls += 100;
		return 1;
	}
	get textStream(): AsyncGenerator<string> {
		const self = this;
		return (async function* () {
			self.pulls++;
			mark('text');
			yield 'a';
			yield 'b';
		})();
	}
}

const collected: string[] = [];

/** Facts about objects that are more than one kind of result. */
export const objectFacts: readonly Fact[] = [
	fact('a stream with members of its own is followed and keeps them', async (trial) => {
		const places: string[] = [];
		const bare = modelStream(places);
		const stream = (await trial.weave(() => bare)()) as ModelStream;
		expect(stream).toBe(bare);
		await trial.underWay();
		expect([stream.controller.signal.aborted, Object.keys(stream)]).toEqual([false, ['controller', 'iterator']]);
		expect(await Array.fromAsync(stream)).toEqual(['a', 'b']);
		expect(places).toEqual(['inside', 'inside']);
		await trial.ended({ outcome: 'ok', result: 'ModelStream' });
		expect(await Array.fromAsync(stream)).toEqual(['a', 'b']);
	}),
	fact('the branches of a tee() of its own are followed', async (trial) => {
		const places: string[] = [];
		const [one, two] = ((await trial.weave(async () => modelStream(places))()) as ModelStream).tee();
		expect(await Array.fromAsync(one)).toEqual(['a', 'b']);
		await trial.ended({ outcome: 'ok', result: 'ModelStream' });
		expect(await Array.fromAsync(two)).toEqual(['a', 'b']);
		expect(places).toEqual(['inside', 'inside']);
	}),
	fact('break of a stream with members of its own cancels', async (trial) => {
		const stream = (await trial.weave(() => modelStream())()) as ModelStream;
		for await (const _ of stream) break;
		await trial.ended({ outcome: 'cancelled' });
	}),
	fact('a result with several streams is a value, and none of its members is touched', async ({ weave, ended }) => {
		const bare = new ManySided();
		const result = (await weave(async () => bare)()) as ManySided;
		expect(result).toBe(bare);
		expect(result.pulls).toBe(0);
		await ended({ outcome: 'ok', result: 'ManySided' });
	}),
	factOfOption('follow selects one member of a result with several streams, once it is read', async (trial) => {
		const bare = new ManySided();
		const result = (await trial.weave(async () => bare, { follow: 'textStream' })()) as ManySided;
		expect(result).toBe(bare);
		await trial.underWay();
		expect(result.pulls).toBe(0);
		expect(await Array.fromAsync(result.textStream)).toEqual(['a', 'b']);
		expect(result.pulls).toBe(1);
		await trial.ended({ outcome: 'ok', result: 'AsyncGenerator' }, { inside: ['text'] });
	}),
	fact('an observable runs its producer inside, and its consumer outside', async (trial) => {
		const places: string[] = [];
		const bare = new Observable<number>((subscriber) => {
			places.push(`producer ${where()}`);
			mark('produce');
			subscriber.next(1);
			subscriber.next(2);
			subscriber.complete();
		});
		const observable = (await trial.weave(() => bare)()) as Observable<number>;
		expect(observable).toBeInstanceOf(Observable);
		await trial.underWay();
		const seen: number[] = [];
		observable.subscribe((value) => {
			places.push(`consumer ${where()}`);
			seen.push(value);
		});
		expect([seen, places]).toEqual([
			[1, 2],
			['producer inside', 'consumer outside', 'consumer outside'],
		]);
		await trial.ended({ outcome: 'ok', result: 'Observable' }, { inside: ['produce'] });
	}),
	fact('an observable through operators, and unsubscribed', async (trial) => {
		const endless = new Observable<number>((subscriber) => {
			let at = 0;
			const timer = setInterval(() => subscriber.next(at++), 0);
			return () => clearInterval(timer);
		});
		const observable = (await trial.weave(() => endless)()) as Observable<number>;
		const seen: number[] = [];
		await new Promise<void>((resolve) => {
			observable
				.pipe(
					map((value) => value * 10),
					take(2),
				)
				.subscribe({ next: (value) => seen.push(value), complete: resolve });
		});
		expect(seen).toEqual([0, 10]);
		await trial.ended({ outcome: 'cancelled' });
	}),
	fact('an error of an observable is the same error', async (trial) => {
		const thrown = new Error('observed');
		const observable = (await trial.weave(
			() => new Observable((subscriber) => subscriber.error(thrown)),
		)()) as Observable<never>;
		const heard: unknown[] = [];
		observable.subscribe({ error: (error) => heard.push(error) });
		expect(heard).toEqual([thrown]);
		await trial.ended({ outcome: 'error', type: 'Error', message: 'observed' });
	}),
	factOfResult('a proxy that throws on every trap passes through', async ({ weave, ended }) => {
		const hostile = new Proxy(
			{},
			new Proxy(
				{},
				{
					get() {
						return () => {
							throw new Error('trap');
						};
					},
				},
			),
		);
		expect(weave(() => hostile)() === hostile).toBe(true);
		await ended({ outcome: 'ok', result: 'Object' });
	}),
	fact('a registered settler is called before the toolkit’s own rules', async (trial) => {
		class Job {
			finish: () => void = () => {};
		}
		const unregister = registerSettler({
			name: 'job',
			accepts: (value) => value instanceof Job,
			settle(value, settlement) {
				collected.push('settled');
				(value as Job).finish = () => settlement.done('finished', 'Job');
				return value;
			},
		});
		try {
			const job = (await trial.weave(() => new Job())()) as Job;
			expect(collected.splice(0)).toEqual(['settled']);
			await trial.underWay();
			job.finish();
			await trial.ended({ outcome: 'ok', result: 'Job' });
		} finally {
			unregister();
		}
	}),
	fact('a registered settler that throws changes nothing', async ({ weave, ended }) => {
		class Job {}
		const unregister = registerSettler({
			name: 'broken',
			accepts: (value) => value instanceof Job,
			settle: () => {
				throw new Error('broken');
			},
		});
		try {
			const bare = new Job();
			expect(await weave(() => bare)()).toBe(bare);
			await ended({ outcome: 'ok', result: 'Job' });
		} finally {
			unregister();
		}
	}),
	fact('a rejection after a stream began is the consumer’s alone', async (trial) => {
		const thrown = new Error('late');
		const stream = (await trial.weave(
			() => new ModelStream(() => ({ next: () => Promise.reject(thrown) })),
		)()) as ModelStream;
		expect((await failureOf(() => Array.fromAsync(stream)))?.thrown).toBe(thrown);
		abandonOpenSettlements();
		await trial.ended({ outcome: 'error', type: 'Error', message: 'late' });
	}),
];
