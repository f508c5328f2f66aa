import types from 'node:util/types';
import { platform } from '../../runtime/platform.js';

/** The measurements of one stream. They are numbers only: no chunk is referred to. */
export interface Streamed {
	/** The time from the first `next()` or read to the first chunk, in ms. Omitted if no chunk came. */
	readonly firstChunk?: number;
	/**
	 * The number of chunks that reached the consumer. If the stream was consumed several times, that of the consumption
	 * that received the most.
	 */
	readonly chunks: number;
	/**
	 * The longest time that the consumer waited for one chunk after the first, in ms: time that the producer took. The
	 * time that the consumer took between two chunks does not count. Omitted if it never waited after the first chunk.
	 */
	readonly stall?: number;
	/** The sum of the sizes of the chunks, in bytes. Omitted if they are not a Buffer, a view or an ArrayBuffer. */
	readonly bytes?: number;
}

/**
 * Measures one consumption of a stream. A settler calls it as things happen; each call reads the clock once. Its methods
 * never throw.
 */
export interface StreamTiming {
	/**
	 * Reports that the consumer requested a chunk, and waits for it from now on. If it is called again before the chunk
	 * came, the consumer waits for two.
	 */
	asked(): void;
	/** Reports that a chunk reached the consumer. The chunk is not kept. */
	chunk(value: unknown): void;
}

/** How the stream of one invocation ended: the members of an outcome that the measurements depend on. */
interface StreamEnding {
	/** True if it failed. */
	readonly threw: boolean;
	/** True if it was cancelled or abandoned. */
	readonly left?: boolean;
	/** When it was last used, if it was abandoned, in ms of `performance.now()`. */
	readonly endedAt?: number;
}

/** The value of a time, a duration or a size that is not known. */
const UNSET = -1;

/**
 * Measures one consumption of a stream; the timer of the first consumption also holds what is common to all of them.
 * All times are in ms of `performance.now()`.
 */
export class StreamTimer implements StreamTiming {
	/** The timer of the first consumption of the result. */
	readonly #root: StreamTimer;
	/** The timer of the consumption that received the most chunks. Used of the root only, as are the next two. */
	#furthest: StreamTimer = this;
	/** True if a consumption could not be watched. */
	#unmeasurable = false;
	/** When a chunk was last requested by any consumption; 0 if never. */
	#lastRequestAt = 0;

	#chunkCount = 0;
	/** When this consumption requested its first chunk. */
	#firstRequestAt = UNSET;
	/** The time from that to the first chunk. */
	#firstChunkMs = UNSET;
	/** The longest wait for a later chunk. */
	#longestStallMs = UNSET;
	/** The total size of the chunks; unset if the first one is not made of bytes. */
	#bytes = UNSET;
	/** Since when the consumer waits; unset while it does not. */
	#waitingSince = UNSET;
	/** The number of chunks that it waits for. */
	#pendingRequests = 0;
	/** When the chunk that it waits for became available, if the consumer did not read it yet. */
	#readyAt = UNSET;

	/** @param root - the timer of the first consumption; omitted for that one itself */
	constructor(root?: StreamTimer) {
		this.#root = root ?? this;
	}

	/** Returns the timer of one more consumption of the same result. */
	part(): StreamTimer {
		return new StreamTimer(this.#root);
	}

	asked(): void {
		if (this.#pendingRequests++ > 0) return;
		const now = platform.performanceNow();
		this.#waitingSince = now;
		if (this.#firstRequestAt === UNSET) this.#firstRequestAt = now;
		this.#root.#lastRequestAt = now;
	}

	/**
	 * Reports that the consumer of a source that pushes waits for the next chunk. Further calls until then are ignored.
	 */
	waiting(): void {
		if (this.#pendingRequests === 0) this.asked();
	}

	/** Reports that the consumer waits for its first chunk. Ignored if it requested one before. */
	waitingForFirst(): void {
		if (this.#firstRequestAt === UNSET) this.asked();
	}

	/** Reports that a request was answered without a chunk: by the end of the stream, or by an error. */
	noChunk(): void {
		if (this.#pendingRequests > 0 && --this.#pendingRequests === 0) this.#waitingSince = UNSET;
	}

	/** Reports that the consumer waits for nothing for the time being, because it paused the stream. */
	paused(): void {
		this.#pendingRequests = 0;
		this.#waitingSince = UNSET;
		this.#readyAt = UNSET;
	}

	/** Reports that the next chunk is available. The time until it is read is that of the consumer. */
	ready(): void {
		if (this.#waitingSince !== UNSET && this.#readyAt === UNSET) this.#readyAt = platform.performanceNow();
	}

	/** Withdraws `ready()`: what was available was not a whole chunk. */
	notReady(): void {
		this.#readyAt = UNSET;
	}

	chunk(value: unknown): void {
		const now = this.#readyAt === UNSET ? platform.performanceNow() : this.#readyAt;
		if (++this.#chunkCount === 1) {
			if (this.#firstRequestAt !== UNSET) this.#firstChunkMs = now - this.#firstRequestAt;
			if (sizeOf(value) !== undefined) this.#bytes = 0;
		} else if (this.#waitingSince !== UNSET) {
			const waited = now - this.#waitingSince;
			if (waited > this.#longestStallMs) this.#longestStallMs = waited;
		}
		if (this.#bytes !== UNSET) this.#bytes += sizeOf(value) ?? 0;
		const root = this.#root;
		if (root.#furthest !== this && root.#furthest.#chunkCount < this.#chunkCount) root.#furthest = this;
		this.#readyAt = UNSET;
		if (this.#pendingRequests > 0 && --this.#pendingRequests > 0) this.#waitingSince = now;
		else this.#waitingSince = UNSET;
	}

	/**
	 * Reports that the stream could not be watched, or is consumed without its chunks being visible: it is not measured.
	 */
	markUnmeasurable(): void {
		this.#root.#unmeasurable = true;
	}

	/** When any consumption last requested a chunk, in ms of `performance.now()`; 0 if none did. */
	get lastRequestAt(): number {
		return this.#root.#lastRequestAt;
	}

	/**
	 * Returns the measurements of the result; undefined if it could not be measured.
	 *
	 * A wait that the end of the stream cut off counts as a stall if the stream failed or was cancelled; the wait for the
	 * end of a complete stream, or of an abandoned one, does not.
	 */
	measured(ending: StreamEnding): Streamed | undefined {
		if (this.#root.#unmeasurable) return undefined;
		const timer = this.#root.#furthest;
		const cutOff = ending.threw || (ending.left === true && ending.endedAt === undefined);
		if (cutOff && timer.#chunkCount > 0 && timer.#waitingSince !== UNSET) {
			const waited = (timer.#readyAt === UNSET ? platform.performanceNow() : timer.#readyAt) - timer.#waitingSince;
			if (waited > timer.#longestStallMs) timer.#longestStallMs = waited;
		}
		return {
			chunks: timer.#chunkCount,
			...(timer.#firstChunkMs === UNSET ? undefined : { firstChunk: timer.#firstChunkMs }),
			...(timer.#longestStallMs === UNSET ? undefined : { stall: timer.#longestStallMs }),
			...(timer.#bytes === UNSET ? undefined : { bytes: timer.#bytes }),
		};
	}
}

/**
 * Measures one consumption for several invocations that return the same stream: forwards every report to the timer of
 * each.
 */
export class SharedTimer extends StreamTimer {
	readonly #timers: readonly StreamTimer[];

	private constructor(timers: readonly StreamTimer[]) {
		super();
		this.#timers = timers;
	}

	/** Returns the timer that stands for both; if one is undefined, the other one. */
	static of(first: StreamTimer | undefined, second: StreamTimer | undefined): StreamTimer | undefined {
		if (first === undefined || second === undefined) return first ?? second;
		const timers = first instanceof SharedTimer ? first.#timers : [first];
		return new SharedTimer([...timers.slice(1 - MAX_SHARED_TIMERS), second]);
	}

	override part(): StreamTimer {
		return new SharedTimer(this.#timers.map((timer) => timer.part()));
	}

	override asked(): void {
		for (const timer of this.#timers) timer.asked();
	}

	override waiting(): void {
		for (const timer of this.#timers) timer.waiting();
	}

	override waitingForFirst(): void {
		for (const timer of this.#timers) timer.waitingForFirst();
	}

	override noChunk(): void {
		for (const timer of this.#timers) timer.noChunk();
	}

	override paused(): void {
		for (const timer of this.#timers) timer.paused();
	}

	override ready(): void {
		for (const timer of this.#timers) timer.ready();
	}

	override notReady(): void {
		for (const timer of this.#timers) timer.notReady();
	}

	override chunk(value: unknown): void {
		for (const timer of this.#timers) timer.chunk(value);
	}

	override markUnmeasurable(): void {
		for (const timer of this.#timers) timer.markUnmeasurable();
	}
}

/** The number of timers that one report is forwarded to; as many invocations share a stream. */
const MAX_SHARED_TIMERS = 100;

/** Returns the size of a chunk in bytes; undefined if it is not made of bytes. Reads nothing of any other object. */
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

/**
 * Returns a copy of the outcome with the measurements of its stream.
 *
 * @param timer - measured the stream; undefined if the result is no stream, or was not measured
 * @returns the outcome itself if there are no measurements
 */
export function withStreamed<O extends object>(outcome: O, timer: StreamTimer | undefined, ending: StreamEnding): O {
	const streamed = timer?.measured(ending);
	return streamed === undefined ? outcome : { ...outcome, streamed };
}
