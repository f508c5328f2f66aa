import types from 'node:util/types';

/** What was measured of one stream. Numbers only: no chunk is referred to. */
export interface Streamed {
	/** From the first `next()` or read to the first chunk, in ms; left out where no chunk came. */
	readonly firstChunk?: number;
	/** The chunks that reached the consumer. Of a stream that was consumed several times, those of the one that got furthest. */
	readonly chunks: number;
	/**
	 * The longest that the consumer waited for one chunk after the first, in ms: time in the producer. The consumer's own
	 * time between two chunks does not count. Left out where it never waited after the first.
	 */
	readonly stall?: number;
	/** The sum of the chunks' sizes, where they are bytes: a Buffer, a view or an ArrayBuffer. */
	readonly bytes?: number;
}

/** Measures one consumption of a stream, as a settler tells it what happens. Costs one look at the clock per call. */
export interface StreamTiming {
	/** The consumer asked for a chunk, and waits from here on. Asked again before it came, it waits for two. */
	asked(): void;
	/** A chunk reached the consumer. Nothing of it is kept. */
	chunk(value: unknown): void;
}

/** How the stream of one invocation ended. */
interface StreamEnding {
	readonly threw: boolean;
	readonly left?: boolean;
	readonly endedAt?: number;
}

/** Stands for a time that is not set. */
const NEVER = -1;

/** The measuring of one consumption, and of the whole result where it is the first. */
export class StreamTimer implements StreamTiming {
	/** That of the result's first consumption, which knows which one got furthest. */
	readonly #whole: StreamTimer;
	#furthest: StreamTimer = this;
	#unseen = false;
	/** When anything of the result was last asked for; on the clock of `performance.now()`. */
	#touchedAt = 0;

	#chunks = 0;
	#askedFirst = NEVER;
	#firstChunk = NEVER;
	#stall = NEVER;
	#bytes = NEVER;
	/** Since when the consumer waits. */
	#since = NEVER;
	/** How many chunks it waits for. */
	#pending = 0;
	/** When the chunk that it waits for lay ready, though not taken yet. */
	#readyAt = NEVER;

	constructor(whole?: StreamTimer) {
		this.#whole = whole ?? this;
	}

	/** The measuring of one more consumption of the same result. */
	part(): StreamTimer {
		return new StreamTimer(this.#whole);
	}

	asked(): void {
		if (this.#pending++ > 0) return;
		const now = performance.now();
		this.#since = now;
		if (this.#askedFirst === NEVER) this.#askedFirst = now;
		this.#whole.#touchedAt = now;
	}

	/** As `asked()`, of a source that pushes: it waits for the next chunk, however often this is said. */
	waits(): void {
		if (this.#pending === 0) this.asked();
	}

	/** It waits for its first chunk, if it has not asked for one before. */
	begins(): void {
		if (this.#askedFirst === NEVER) this.asked();
	}

	/** What it was given was no chunk. */
	answered(): void {
		if (this.#pending > 0 && --this.#pending === 0) this.#since = NEVER;
	}

	/** The consumer wants nothing for the time being: a stream was paused. */
	stopped(): void {
		this.#pending = 0;
		this.#since = NEVER;
		this.#readyAt = NEVER;
	}

	/** The next chunk can be taken: what passes until it is taken is the consumer's time. */
	ready(): void {
		if (this.#since !== NEVER && this.#readyAt === NEVER) this.#readyAt = performance.now();
	}

	/** It was not the next chunk, or not enough of it. */
	notReady(): void {
		this.#readyAt = NEVER;
	}

	chunk(value: unknown): void {
		const now = this.#readyAt === NEVER ? performance.now() : this.#readyAt;
		if (++this.#chunks === 1) {
			if (this.#askedFirst !== NEVER) this.#firstChunk = now - this.#askedFirst;
			if (sizeOf(value) !== undefined) this.#bytes = 0;
		} else if (this.#since !== NEVER) {
			const waited = now - this.#since;
			if (waited > this.#stall) this.#stall = waited;
		}
		if (this.#bytes !== NEVER) this.#bytes += sizeOf(value) ?? 0;
		const whole = this.#whole;
		if (whole.#furthest !== this && whole.#furthest.#chunks < this.#chunks) whole.#furthest = this;
		this.#readyAt = NEVER;
		if (this.#pending > 0 && --this.#pending > 0) this.#since = now;
		else this.#since = NEVER;
	}

	/** The stream could not be watched, or is consumed where its chunks cannot be seen: nothing is said of it. */
	unseen(): void {
		this.#whole.#unseen = true;
	}

	/** When anything of the result was last asked for, on the clock of `performance.now()`. */
	get touchedAt(): number {
		return this.#whole.#touchedAt;
	}

	/**
	 * What was measured of the result; undefined where it was not seen. A wait that nothing came of, because the stream
	 * failed or was left meanwhile, is a stall too; the wait for the end of a whole stream is none.
	 */
	measured(ending: StreamEnding): Streamed | undefined {
		if (this.#whole.#unseen) return undefined;
		const pace = this.#whole.#furthest;
		const inVain = ending.threw || (ending.left === true && ending.endedAt === undefined);
		if (inVain && pace.#chunks > 0 && pace.#since !== NEVER) {
			const waited = (pace.#readyAt === NEVER ? performance.now() : pace.#readyAt) - pace.#since;
			if (waited > pace.#stall) pace.#stall = waited;
		}
		return {
			chunks: pace.#chunks,
			...(pace.#firstChunk === NEVER ? undefined : { firstChunk: pace.#firstChunk }),
			...(pace.#stall === NEVER ? undefined : { stall: pace.#stall }),
			...(pace.#bytes === NEVER ? undefined : { bytes: pace.#bytes }),
		};
	}
}

/** How many bytes a chunk has; undefined where it is not made of bytes. Asks nothing of any other object. */
function sizeOf(value: unknown): number | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	if (!ArrayBuffer.isView(value) && !types.isAnyArrayBuffer(value)) return undefined;
	try {
		const size: unknown = value.byteLength;
		return typeof size === 'number' && size >= 0 ? size : undefined;
	} catch {
		return undefined;
	}
}

/** The outcome with what was measured of the stream, where there was one. */
export function withStreamed<O extends object>(outcome: O, pace: StreamTimer | undefined, ending: StreamEnding): O {
	const streamed = pace?.measured(ending);
	return streamed === undefined ? outcome : { ...outcome, streamed };
}
