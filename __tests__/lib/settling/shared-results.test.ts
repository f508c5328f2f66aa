import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject } from 'rxjs';
import { waitForTurns, woven } from './recorder.js';

/** One kind of object that many invocations return. */
interface Shared {
	readonly object: object;
	/** Consumes it once, as one caller does. */
	consume(): unknown;
	/** The depth of the stack within the object's own code, the last time that it ran. */
	readonly depth: () => number;
	/** The event that each invocation ends with that was consumed; undefined if one consumption does not end it. */
	readonly end: string | undefined;
	readonly watch?: string;
}

/** Returns the number of frames on the stack. */
function stackDepth(): number {
	const { stackTraceLimit } = Error;
	Error.stackTraceLimit = Number.POSITIVE_INFINITY;
	const depth = new Error().stack?.split('\n').length ?? 0;
	Error.stackTraceLimit = stackTraceLimit;
	return depth;
}

/** The kinds; each is created anew for each test. */
const KINDS: Record<string, () => Shared> = {
	'a BehaviorSubject': () => {
		let depth = 0;
		class Probe extends BehaviorSubject<number> {
			override subscribe(...args: unknown[]): never {
				depth = stackDepth();
				return Reflect.apply(super.subscribe, this, args) as never;
			}
		}
		const object = new Probe(1);
		return {
			object,
			consume: () => (object.subscribe() as { unsubscribe(): void }).unsubscribe(),
			depth: () => depth,
			end: 'cancelled',
		};
	},
	'a cached async iterable': () => {
		let depth = 0;
		const object = {
			async *[Symbol.asyncIterator]() {
				depth = stackDepth();
				yield 1;
			},
		};
		return { object, consume: () => readAll(object), depth: () => depth, end: 'done' };
	},
	'an async queue that never ends': () => {
		let depth = 0;
		const object = {
			async next() {
				depth = stackDepth();
				return { done: false, value: 1 };
			},
			[Symbol.asyncIterator]() {
				return this;
			},
		};
		return { object, consume: () => object.next(), depth: () => depth, end: undefined };
	},
	'an iterator that never ends': () => {
		let depth = 0;
		const object = {
			next() {
				depth = stackDepth();
				return { done: false, value: 1 };
			},
			[Symbol.iterator]() {
				return this;
			},
		};
		return { object, consume: () => object.next(), depth: () => depth, end: undefined };
	},
	'a query builder that returns itself': () => {
		let depth = 0;
		const object = {
			then(onFulfilled: (value: unknown) => unknown, onRejected: (error: unknown) => unknown) {
				depth = stackDepth();
				return Promise.resolve(['row']).then(onFulfilled, onRejected);
			},
		};
		return { object, consume: async () => await object, depth: () => depth, end: 'done' };
	},
	'a thenable whose then is a getter': () => {
		let depth = 0;
		const object = {
			get then() {
				depth = stackDepth();
				return (onFulfilled: (value: unknown) => unknown) => Promise.resolve('row').then(onFulfilled);
			},
		};
		return { object, consume: async () => await object, depth: () => depth, end: 'done' };
	},
	'a result with a followed member': () => {
		let depth = 0;
		const object = {
			get text() {
				depth = stackDepth();
				return Promise.resolve('text');
			},
		};
		return { object, consume: () => object.text, depth: () => depth, end: 'done', watch: 'text' };
	},
	'a web stream that never ends': () => {
		let depth = 0;
		const object = new ReadableStream({
			pull(controller) {
				depth = stackDepth();
				controller.enqueue(1);
			},
		});
		const consume = async () => {
			const reader = object.getReader();
			await reader.read();
			reader.releaseLock();
		};
		return { object, consume, depth: () => depth, end: undefined };
	},
	'a stream of Node that never ends': () => {
		let depth = 0;
		const object = new Readable({
			objectMode: true,
			read() {
				depth = stackDepth();
				this.push(1);
			},
		});
		return { object, consume: () => object.read(), depth: () => depth, end: undefined };
	},
};

async function readAll(iterable: AsyncIterable<unknown>): Promise<void> {
	for await (const _ of iterable);
}

/** The number of invocations that may be open at the same time for one object that nobody consumes. */
const MAX_OPEN = 100;

describe.each(Object.entries(KINDS))('%s that many invocations return', (_, create) => {
	it('is overridden once: the depth of the stack does not grow, and each invocation ends', async () => {
		const { object, consume, depth, end, watch } = create();
		const recorders = [];
		const depths = new Set<number>();
		for (let i = 0; i < 1000; i++) {
			const { recorder } = woven(object, watch === undefined ? {} : { watch });
			recorders.push(recorder);
			await consume();
			await waitForTurns(1);
			if (i > 0) depths.add(depth());
		}
		expect([...depths]).toHaveLength(1);
		const open = recorders.filter(({ ended }) => !ended);
		if (end === undefined) expect(open).toHaveLength(MAX_OPEN);
		else expect(recorders.map(({ events }) => events.map(([event]) => event))).toEqual(recorders.map(() => [end]));
	});

	it('keeps a bounded number of invocations open if it is never consumed, and ends those together', async () => {
		const { object, consume, end, watch } = create();
		const recorders = Array.from(
			{ length: 10_000 },
			() => woven(object, watch === undefined ? {} : { watch }).recorder,
		);
		const open = recorders.filter(({ ended }) => !ended);
		expect(open.map((recorder) => recorders.indexOf(recorder))).toEqual(
			Array.from({ length: MAX_OPEN }, (_, i) => recorders.length - MAX_OPEN + i),
		);
		expect(new Set(recorders.slice(0, -MAX_OPEN).map(({ events }) => String(events)))).toEqual(new Set(['abandoned']));
		await consume();
		await waitForTurns();
		if (end !== undefined) expect(new Set(open.map(({ events }) => events[0]?.[0]))).toEqual(new Set([end]));
	});
});

describe('an object that several invocations return', () => {
	it('ends each with the consumption that began after it was returned', () => {
		const subject = new BehaviorSubject(1);
		const first = woven(subject);
		const kept = first.result.subscribe();
		const second = woven(subject);
		second.result.subscribe().unsubscribe();
		expect([first.events, second.events]).toEqual([[], [['cancelled', 'BehaviorSubject']]]);
		kept.unsubscribe();
		expect(first.events).toEqual([['cancelled', 'BehaviorSubject']]);
	});

	it('ends all that were returned before it was consumed', async () => {
		const iterable = {
			async *[Symbol.asyncIterator]() {
				yield 1;
			},
		};
		const both = [woven(iterable, { items: true }), woven(iterable, { items: true })];
		await readAll(iterable);
		for (const { events } of both)
			expect(events).toEqual([
				['item', 1],
				['done', undefined, 'Object'],
			]);
	});

	it('is watched anew if the application has replaced the override', async () => {
		const query: { then: (resolve: (value: string) => void) => void } = {
			then: (resolve) => resolve('first'),
		};
		const first = woven(query);
		query.then = (resolve) => resolve('second');
		const second = woven(query);
		await second.result;
		expect([first.events, second.events]).toEqual([[], [['done', 'second']]]);
	});

	it('is a Response whose body is read once, and both end with it', async () => {
		const response = new Response('body');
		const first = woven(response);
		const second = woven(response);
		expect(await second.result.text()).toBe('body');
		await waitForTurns();
		expect([first.events, second.events]).toEqual([[['done', response, 'Response']], [['done', response, 'Response']]]);
	});
});
