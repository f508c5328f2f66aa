/** Checked by the compiler in both decorator standards, never run: what the callbacks of the options receive. */
import { Readable, type Transform, type Writable } from 'node:stream';
import { Metered, metered, Traced, traced, traceInvocation } from '../../index.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Accepts proofs that are true alone. */
declare function is<T extends true>(proof?: T): string;

interface Verdict {
	readonly ruling: string;
}

/** A stream of the application, that is no generator. */
class Feed implements AsyncIterable<Verdict> {
	async *[Symbol.asyncIterator](): AsyncGenerator<Verdict, void> {}
}

/** An observable as RxJS declares it. */
declare class Observable<T> {
	pipe(): Observable<T>;
	subscribe(observer?: { next(value: T): void }): { unsubscribe(): void };
}

/** A lazy query, as a query builder declares it. */
declare class Query<T> implements PromiseLike<T> {
	then<A = T, B = never>(
		fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
		rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
	): PromiseLike<A | B>;
}

/** Values, promises and lazy results. */
export class Values {
	limit = 1;

	@Traced({ result: (v) => is<Same<typeof v, number>>() })
	value(): number {
		return 1;
	}

	@Traced({ result: (v) => is<Same<typeof v, void>>() })
	nothing(): void {}

	@Traced({ result: (v) => is<Same<typeof v, Verdict>>(), refused: (v) => v.ruling === 'no' })
	async promise(): Promise<Verdict> {
		return { ruling: 'yes' };
	}

	@Traced({ result: (v) => is<Same<typeof v, Verdict>>() })
	query(): Query<Verdict> {
		return new Query();
	}

	@Traced({ result: (v) => is<Same<typeof v, Verdict | undefined>>() })
	async maybe(): Promise<Verdict | undefined> {
		return undefined;
	}

	@Traced({ result: (v) => is<Same<typeof v, number | string>>() })
	either(): number | Promise<string> {
		return 1;
	}

	@Traced({ result: (v) => is<Same<typeof v, number[]>>() })
	array(): number[] {
		return [];
	}

	@Traced({ result: (v) => is<Same<typeof v, Map<string, number>>>() })
	map(): Map<string, number> {
		return new Map();
	}

	@Traced({ result: (v) => is<Same<typeof v, unknown>>() })
	unknown(): unknown {
		return 1;
	}

	@Traced({ result: (v) => is<Same<typeof v, Response>>() })
	async response(): Promise<Response> {
		return new Response('x');
	}

	@Traced({ observer: ([first], self) => [first.length, self.limit] })
	@Metered({
		attributes: {
			size: { values: ['big'], from: ([text, ...counts], self) => text.repeat(counts.length + self.limit) },
		},
	})
	rest(_text: string, ..._counts: number[]): void {}

	@Traced({
		attributes: ([
			{
				id,
				deep: [first],
			},
		]) => ({ id: id.length, first: first?.toFixed() }),
	})
	destructured({ id }: { id: string; deep: number[] }): string {
		return id;
	}

	@Traced({ attributes: ([count]) => ({ count: count?.toFixed() }) })
	optional(_count?: number): void {}

	@Traced({ result: (v) => v.limit.toFixed() })
	fluent(): this {
		return this;
	}

	@Traced({ result: (v) => is<Same<typeof v, boolean>>() })
	static fixed(): boolean {
		return true;
	}

	@Traced({ result: (v) => is<Same<typeof v, number>>() })
	get getter(): number {
		return 1;
	}

	@Traced({ observer: ([value]) => value })
	set setter(value: number) {
		this.limit = value;
	}

	@Traced({ result: (v) => v.toFixed(), attributes: ([text], self) => ({ text: text.length + self.limit }) })
	arrow = (text: string): number => text.length;

	@Traced({ result: (v) => is<Same<typeof v, Verdict>>() })
	asyncArrow = async (): Promise<Verdict> => ({ ruling: 'yes' });

	@Traced({ result: (v) => is<Same<typeof v, string>>() })
	[Symbol.for('app.symbol')](): string {
		return '';
	}
}

/** Streams: a generator ends with its return value, any other stream with undefined. */
export class Streams {
	@Traced({
		result: (v) => is<Same<typeof v, boolean>>(),
		tokens: (v) => is<Same<typeof v, Verdict | boolean>>() as unknown as object,
	})
	*generator(): Generator<Verdict, boolean> {
		yield { ruling: '' };
		return true;
	}

	@Traced({
		result: (v) => is<Same<typeof v, number>>(),
		refused: (v) => v > 1,
		tokens: (v) => is<Same<typeof v, Verdict | number>>() as unknown as object,
	})
	async *asyncGenerator(): AsyncGenerator<Verdict, number> {
		yield { ruling: '' };
		return 1;
	}

	@Traced({
		result: (v) => is<Same<typeof v, void>>(),
		tokens: (v) => is<Same<typeof v, Verdict>>() as unknown as object,
	})
	async *noReturn(): AsyncGenerator<Verdict, void> {
		yield { ruling: '' };
	}

	@Traced({
		result: (v) => is<Same<typeof v, unknown>>(),
		tokens: (v) => is<Same<typeof v, Verdict>>() as unknown as object,
	})
	async *anyReturn(): AsyncGenerator<Verdict> {
		yield { ruling: '' };
	}

	@Traced({
		result: (v) => is<Same<typeof v, unknown>>(),
		tokens: (v) => is<Same<typeof v, Verdict>>() as unknown as object,
	})
	iterator(): AsyncIterableIterator<Verdict> {
		return this.noReturn();
	}

	@Traced({ result: (v) => is<Same<typeof v, number>>() })
	async later(): Promise<AsyncGenerator<Verdict, number>> {
		return this.asyncGenerator();
	}

	@Traced({
		result: (v) => is<Same<typeof v, undefined>>(),
		tokens: (v) => is<Same<typeof v, Verdict>>() as unknown as object,
	})
	feed(): Feed {
		return new Feed();
	}

	@Traced({ result: (v) => is<Same<typeof v, undefined>>(), tokens: (v) => v })
	async feedLater(): Promise<AsyncIterable<Verdict>> {
		return new Feed();
	}

	@Traced({
		result: (v) => is<Same<typeof v, undefined>>(),
		tokens: (v) => is<Same<typeof v, Verdict>>() as unknown as object,
	})
	web(): ReadableStream<Verdict> {
		return new ReadableStream();
	}

	@Traced({
		result: (v) => is<Same<typeof v, undefined>>(),
		tokens: (v) => is<Same<typeof v, unknown>>() as unknown as object,
	})
	node(): Readable {
		return Readable.from([]);
	}

	@Traced({ result: (v) => is<Same<typeof v, undefined>>() })
	duplex(stream: Transform): Transform {
		return stream;
	}

	@Traced({ result: (v) => is<Same<typeof v, undefined>>() })
	writable(stream: Writable): Writable {
		return stream;
	}

	@Traced({ result: (v) => is<Same<typeof v, undefined>>() })
	observable(): Observable<Verdict> {
		return new Observable();
	}

	@Traced({ result: (v) => is<Same<typeof v, string | undefined>>() })
	streamOrText(live: boolean): string | Feed {
		return live ? new Feed() : '';
	}
}

/** Generic classes and methods. */
export class Store<T extends { readonly id: string }> {
	items: T[] = [];

	@Traced({ result: (v) => v.id, attributes: ([item], self) => ({ id: item.id, size: self.items.length }) })
	put(item: T): T {
		this.items.push(item);
		return item;
	}

	@Traced({ result: (v) => v.id })
	async putLater(item: T): Promise<T> {
		return this.put(item);
	}

	@Traced({ result: (v) => v?.id })
	find(id: string): T | undefined {
		return this.items.find((item) => item.id === id);
	}

	@Traced({ result: (v) => v.length })
	all(): T[] {
		return this.items;
	}

	@Traced({ attributes: ([key]) => ({ key: String(key) }) })
	pick<K extends keyof T>(key: K): T[K] | undefined {
		return this.items[0]?.[key];
	}
}

export abstract class Base {
	@Traced({ result: (v) => v.length })
	protected guarded(): string {
		return '';
	}

	@Metered({ attributes: { a: { values: ['x'], from: (args) => args[0].length } } })
	static count(a: string): number {
		return a.length;
	}
}

/** Functions and blocks. */
export const first = traced(<T extends { id: string }>(value: T): T => value, { result: (v) => v.id });
export const second = traced(async (a: string, b = 1) => a.repeat(b), {
	result: (v) => is<Same<typeof v, string>>(),
	attributes: ([a, b]) => ({ a: a.length, b: b?.toFixed() }),
});
export const third: (a: number) => number = metered((a: number) => a, {
	attributes: { a: { values: ['1'], from: ([a]) => a.toFixed() } },
});
export const fourth = traced(
	function (this: Verdict, a: number): number {
		return a + this.ruling.length;
	},
	{ attributes: ([a], self) => ({ a, ruling: self.ruling }) },
);
export const fifth = traced(async function* (): AsyncGenerator<Verdict, void> {}, {
	result: (v) => is<Same<typeof v, void>>(),
	tokens: (v) => is<Same<typeof v, Verdict>>() as unknown as object,
});
export const block: number = traceInvocation('self.soul.x', { result: (v) => is<Same<typeof v, number>>() }, () => 1);
export const blockLater: Promise<Verdict> = traceInvocation(
	'self.soul.x',
	{ result: (v) => v.ruling, refused: (v) => v.ruling === 'no' },
	async () => ({ ruling: 'yes' }),
);
export const blockStream: Feed = traceInvocation(
	'self.soul.x',
	{ result: (v) => is<Same<typeof v, undefined>>() },
	() => new Feed(),
);
// The block that takes the invocation is inferred after the options, so that the type of their value is written out.
export const blockWithInvocation: number = traceInvocation(
	'self.soul.x',
	{ result: (v: number) => v.toFixed() },
	(invocation) => invocation.args.length,
);

/** The member that `follow` names is what the invocation settles with. */
interface ManySided {
	readonly textStream: AsyncGenerator<string, Verdict>;
	readonly verdict: Promise<Verdict>;
	readonly model: string;
}

export class Follows {
	@Traced({ follow: 'verdict', result: (v) => is<Same<typeof v, Verdict>>(), refused: (v) => v.ruling === 'no' })
	promise(_a: number): ManySided {
		throw new Error();
	}

	@Traced({
		result: (v, [a]) => v.ruling.repeat(a),
		follow: 'textStream',
		tokens: (v) => is<Same<typeof v, string | Verdict>>() as unknown as object,
	})
	async stream(_a: number): Promise<ManySided> {
		throw new Error();
	}

	@Traced({ follow: 'absent', result: (v) => v.model })
	absent(): ManySided {
		throw new Error();
	}

	@Traced({ follow: 'verdict', result: (v) => is<Same<typeof v, Verdict | number>>() })
	union(): ManySided | number {
		return 1;
	}
}
export const followed = traced((many: ManySided) => many, { follow: 'model', result: (v) => v.toUpperCase() });
export const followedBlock: ManySided = traceInvocation(
	'self.soul.x',
	{ follow: 'verdict', result: (v) => v.ruling },
	(): ManySided => {
		throw new Error();
	},
);
