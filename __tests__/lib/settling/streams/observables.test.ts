import { describe, expect, it } from '@jest/globals';
import {
	BehaviorSubject,
	config,
	defer,
	firstValueFrom,
	from,
	interval,
	lastValueFrom,
	map,
	mergeMap,
	Observable,
	of,
	repeat,
	Subject,
	share,
	take,
	throwError,
	toArray,
} from 'rxjs';
import { contextName, inContext, thrownBy, waitForTurns, woven } from '../recorder.js';

/** A cold observable that emits the name of the context in which it produces, later or at once. */
function contextNames(count = 2, later = true): Observable<unknown> {
	return new Observable((subscriber) => {
		const run = () => {
			for (let i = 0; i < count; i++) subscriber.next(contextName());
			subscriber.complete();
		};
		if (later) setImmediate(run);
		else run();
		return () => torn.push(contextName());
	});
}

let torn: unknown[] = [];

const DONE = [['done', undefined, 'Observable']];
const CANCELLED = [['cancelled', 'Observable']];

describe('an observable of RxJS', () => {
	it('is the same object, and is not subscribed to', async () => {
		let subscribed = 0;
		const observable = new Observable(() => void subscribed++);
		const { result, events } = woven(observable);
		await waitForTurns();
		expect(result).toBe(observable);
		expect(Object.keys(result)).toEqual(Object.keys(new Observable(() => undefined)));
		expect([subscribed, events]).toEqual([0, []]);
	});

	it.each([true, false])(
		'produces in the context of the invocation, and calls callbacks in the consumer’s',
		async (later) => {
			const { result, events } = woven(contextNames(2, later), { items: true });
			const received: unknown[] = [];
			await new Promise<void>((resolve) => {
				inContext('consumer', () =>
					result.subscribe({
						next: (value) => received.push([value, contextName()]),
						complete: () => {
							received.push(['complete', contextName()]);
							resolve();
						},
					}),
				);
			});
			expect(received).toEqual([
				['inside', 'consumer'],
				['inside', 'consumer'],
				['complete', 'consumer'],
			]);
			expect(events).toEqual([['item', 'inside'], ['item', 'inside'], ...DONE]);
		},
	);

	it('ends with its first complete consumption, and passes later subscriptions through', async () => {
		const { result, events } = woven(contextNames());
		expect(await lastValueFrom(result.pipe(toArray()))).toEqual(['inside', 'inside']);
		expect(events).toEqual(DONE);
		expect(await inContext('second', () => lastValueFrom(result))).toBe('second');
	});

	it('accepts functions, no arguments, and an observer whose methods are inherited', async () => {
		class Observer {
			readonly received: unknown[] = [];
			next(value: unknown) {
				this.received.push(value);
			}
		}
		const observer = new Observer();
		woven(contextNames(1, false)).result.subscribe(observer);
		expect(observer.received).toEqual(['inside']);

		const received: unknown[] = [];
		woven(of(1)).result.subscribe((value) => received.push(value));
		woven(throwError(() => 'no')).result.subscribe({ error: (error) => received.push(error) });
		expect(received).toEqual([1, 'no']);

		const { result, events } = woven(of(1));
		result.subscribe();
		expect(events).toEqual(DONE);
	});

	it('fails with its error, and reports unhandled errors as without weaving', async () => {
		const reports: unknown[] = [];
		config.onUnhandledError = (error) => reports.push(error);
		try {
			const handled = woven(throwError(() => 'handled'));
			handled.result.subscribe({ error: () => undefined });
			expect(handled.events).toEqual([['failed', 'handled']]);

			const unhandled = woven(throwError(() => 'unhandled'));
			unhandled.result.subscribe(() => undefined);
			expect(unhandled.events).toEqual([['failed', 'unhandled']]);

			const thrown = woven(of(1));
			thrown.result.subscribe(() => {
				throw 'from the consumer';
			});
			expect(thrown.events).toEqual(DONE);
			await new Promise((resolve) => setTimeout(resolve, 5));
			expect(reports).toEqual(['unhandled', 'from the consumer']);
		} finally {
			config.onUnhandledError = null;
		}
	});

	it('is cancelled by unsubscribe, and runs its teardown in the context of the invocation', async () => {
		torn = [];
		const { result, events } = woven(contextNames());
		const subscription = inContext('consumer', () => result.subscribe());
		expect(subscription.closed).toBe(false);
		subscription.unsubscribe();
		expect([subscription.closed, torn, events]).toEqual([true, ['inside'], CANCELLED]);
		subscription.unsubscribe();

		const first = woven(interval(1));
		expect(await firstValueFrom(first.result)).toBe(0);
		expect(first.events).toEqual(CANCELLED);

		const taken = woven(interval(1));
		expect(await lastValueFrom(taken.result.pipe(take(2)))).toBe(1);
		expect(taken.events).toEqual(CANCELLED);
	});

	it('is not cancelled while another subscription is active', async () => {
		const { result, events } = woven(contextNames());
		const last = lastValueFrom(result);
		result.subscribe().unsubscribe();
		expect(events).toEqual([]);
		await last;
		expect(events).toEqual(DONE);
	});

	it('works with operators, which run in the context of the consumer', async () => {
		const { result, events } = woven(contextNames());
		const piped = result.pipe(
			map((value) => [value, contextName()]),
			mergeMap((value) => of(value)),
			toArray(),
		);
		expect(piped).toBeInstanceOf(Observable);
		expect(await inContext('consumer', () => lastValueFrom(piped))).toEqual([
			['inside', 'consumer'],
			['inside', 'consumer'],
		]);
		expect(events).toEqual(DONE);
	});

	it('may be deferred, repeated, shared, and converted', async () => {
		const values = async (make: (source: Observable<number>) => Observable<number>, settled: boolean) => {
			const source = of(1, 2);
			const { result, events } = settled
				? woven(source)
				: { result: source, events: [['done', undefined, 'Observable']] };
			const received = await lastValueFrom(make(result).pipe(toArray()));
			expect(events).toEqual(DONE);
			return received;
		};
		for (const make of [
			(source: Observable<number>) => defer(() => source),
			(source: Observable<number>) => source.pipe(repeat(2)),
			(source: Observable<number>) => source.pipe(share()),
			(source: Observable<number>) => from(source),
		]) {
			expect(await values(make, true)).toEqual(await values(make, false));
		}
	});

	it('may be a subject, which continues for its other observers', () => {
		const subject = new Subject<number>();
		const { result, events } = woven(subject, { items: true });
		const received: unknown[] = [];
		const first = result.subscribe((value) => received.push(['first', value]));
		const second = result.asObservable().subscribe((value) => received.push(['second', value]));
		subject.next(1);
		first.unsubscribe();
		subject.next(2);
		expect(subject.observed).toBe(true);
		second.unsubscribe();
		expect(subject.observed).toBe(false);
		expect(received).toEqual([
			['first', 1],
			['second', 1],
			['second', 2],
		]);
		expect(events.at(-1)).toEqual(['cancelled', 'Subject']);

		const behaviour = woven(new BehaviorSubject(0));
		of(1, 2).subscribe(behaviour.result);
		expect(behaviour.result.getValue()).toBe(2);
		expect(behaviour.events).toEqual([]);
	});

	it('feeds a subject as without weaving', () => {
		const subject = new Subject<unknown>();
		const received: unknown[] = [];
		subject.subscribe({ next: (value) => received.push(value), complete: () => received.push('complete') });
		const { result, events } = woven(of(1, 2));
		result.subscribe(subject);
		expect(received).toEqual([1, 2, 'complete']);
		expect(events).toEqual(DONE);
	});

	it('ends every invocation that returns it, and produces in the innermost context', async () => {
		const inner = woven(contextNames(1), { name: 'inner' });
		const outer = woven(inner.result, { name: 'outer' });
		const received: unknown[] = [];
		await inContext('consumer', () => outer.result.forEach((value) => void received.push([value, contextName()])));
		expect(received).toEqual([['inner', 'consumer']]);
		expect([inner.events, outer.events]).toEqual([DONE, DONE]);
	});
});

describe('an observable of another library', () => {
	/** Like zen-observable: `start`, one subscription, errors without a handler are thrown to the host. */
	class Plain {
		readonly #producer: (observer: Record<string, (value?: unknown) => void>) => () => void;

		constructor(producer: (observer: Record<string, (value?: unknown) => void>) => () => void) {
			this.#producer = producer;
		}

		['@@observable']() {
			return this;
		}

		subscribe(observer: unknown, error?: unknown, complete?: unknown) {
			const to = (
				typeof observer === 'object' && observer !== null ? observer : { next: observer, error, complete }
			) as Record<string, ((value: unknown) => void) | undefined>;
			const subscription = { unsubscribe: () => stop?.() };
			let stop: (() => void) | undefined;
			to['start']?.(subscription);
			stop = this.#producer({
				next: (value) => to['next']?.(value),
				error: (value) => {
					if (to['error'] === undefined) throw value;
					to['error'](value);
				},
				complete: () => to['complete']?.(undefined),
			});
			return subscription;
		}
	}

	it('is recognized by its members alone', () => {
		const received: unknown[] = [];
		const { result, events } = woven(
			new Plain((observer) => {
				observer['next']?.(contextName());
				observer['complete']?.();
				return () => undefined;
			}),
			{ items: true },
		);
		inContext('consumer', () =>
			result.subscribe({
				start: (subscription: object) => received.push(['start', Object.keys(subscription)]),
				next: (value: unknown) => received.push([value, contextName()]),
			}),
		);
		expect(received).toEqual([
			['start', ['unsubscribe']],
			['inside', 'consumer'],
		]);
		expect(events).toEqual([
			['item', 'inside'],
			['done', undefined, 'Plain'],
		]);
	});

	it('rethrows what its subscribe throws', () => {
		const reason = new Error('no');
		const { result, events } = woven(
			new Plain(() => {
				throw reason;
			}),
		);
		expect(thrownBy(() => result.subscribe(() => undefined))).toBe(reason);
		expect(events).toEqual([['failed', reason]]);
	});

	it('that is frozen ends when it is returned', () => {
		const { result, events } = woven(Object.freeze(new Plain(() => () => undefined)));
		expect(events).toEqual([['done', result]]);
	});
});
