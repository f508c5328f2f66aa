import { warnOnce } from '../../lib/runtime/log-once.js';
import type { Counts } from '../common/counts.js';
import type { Backlog, PendingBody } from './backlog.js';
import { Backoff } from './backoff.js';
import { Bisection, type Part, type Piece, pieceOf } from './bisection.js';
import { type DecisionOptions, Decisions } from './decisions.js';
import { ReadRetry } from './read-retry.js';
import { joinBodies } from './request-bodies.js';
import { Suspects } from './suspects.js';
import type { SendResult, Transport } from './transport.js';

/** How many bytes of bodies one request has, at most (2 MiB): a Collector accepts 4 MiB over gRPC. */
const REQUEST_BYTES = 2 * 2 ** 20;

/** How many bodies one request has, at most. */
const REQUEST_BODIES = 1000;

/** How often a record alone must cut the connection before it is set aside. */
const CUTS_OF_RECORD = 3;

/** A request that the backend refuses for what is in it. */
type Refusal = SendResult & { readonly kind: 'badBody' };

/** Receives what happens to the requests of one address, and names it in messages. */
export interface SendObserver {
	/** The address as messages show it: a URL without a user name, a password or a query, or a directory. */
	readonly target: string;
	/** A request failed, and will be repeated. */
	failed(error: unknown): void;
	/** A request failed while others are accepted, and will be repeated. */
	failedAlone(error: unknown): void;
	/** A request was accepted. */
	delivered(): void;
	/** Records were refused for good. */
	refused(error: unknown): void;
	/** Returns an error as a few words. */
	reasonOf(error: unknown): string;
}

/** What a sender is created with. */
export interface SenderOptions extends DecisionOptions {
	readonly transport: Transport;
	readonly observer: SendObserver;
	/** True if the records are metrics, which count for their data points. */
	readonly metrics: boolean;
	/** How many records make a request, at most. */
	readonly batch: number;
	/**
	 * True for a destination on this machine: one body per request, in their order, and no body is the reason of a
	 * failure.
	 */
	readonly local: boolean;
}

/**
 * Sends what the backlog holds, the oldest first, one request at a time. Backs off while the backend is unreachable or
 * accepts nothing. Sets a record aside only if the backend refuses that record, and accepts others.
 */
export class Sender {
	readonly #options: SenderOptions;
	readonly #backlog: Backlog;
	readonly #counts: Counts;
	readonly #decisions: Decisions;
	readonly #backoff = new Backoff();
	readonly #suspects = new Suspects();
	readonly #readRetry = new ReadRetry();
	/** The search for the refused records of a request. */
	#bisection: Bisection | undefined;
	/** The size of a joined request: less than `REQUEST_BYTES` after one was too large. */
	#maxBytes = REQUEST_BYTES;
	/** The size of a request that was refused as too large. It is divided before it is sent. */
	#tooLargeBytes = Number.POSITIVE_INFINITY;
	/** True if the last request was accepted. */
	#wasAccepted = false;
	/** How many requests were accepted. */
	#accepts = 0;
	/** The request that is in progress. */
	#request: Promise<boolean> | undefined;

	constructor(options: SenderOptions, backlog: Backlog, counts: Counts) {
		this.#options = options;
		this.#backlog = backlog;
		this.#counts = counts;
		this.#decisions = new Decisions(backlog, counts, options);
	}

	/** How many milliseconds the backend is still left alone. */
	get waitMs(): number {
		return this.#backoff.waitMs;
	}

	/** True while the backend has asked for a delay (`Retry-After`, `RetryInfo`). */
	get isThrottled(): boolean {
		return this.#backoff.isThrottled;
	}

	/** Resolves when the request in progress is decided, on disk too. */
	async idle(): Promise<void> {
		await this.#request;
	}

	/** Lets the bodies that are left out for a while be sent now. */
	retryAll(): void {
		this.#suspects.makeDue();
	}

	/**
	 * Sends one request, or waits for the one that is in progress. Never rejects.
	 *
	 * @returns true if another request may follow at once: the backend has answered, or one body alone has failed
	 */
	send(): Promise<boolean> {
		this.#request ??= this.#sendNext().finally(() => {
			this.#request = undefined;
		});
		return this.#request;
	}

	/** Sends the next request. Its bodies are in flight meanwhile. */
	async #sendNext(): Promise<boolean> {
		await this.#backlog.refill();
		const piece = this.#nextPiece();
		if (piece === undefined) return false;
		for (const { owner } of piece.parts) owner.inFlight = true;
		try {
			return await this.#sendPiece(piece);
		} finally {
			for (const { owner } of piece.parts) owner.inFlight = false;
		}
	}

	/** Returns what is sent next; undefined if nothing may be sent now. */
	#nextPiece(): Piece | undefined {
		const { batch, local } = this.#options;
		const inParts = this.#bisection?.next;
		if (inParts === undefined) this.#bisection = undefined;
		const mayBeSent = (pending: PendingBody) => !pending.inBisection && this.#suspects.isDue(pending);
		const { failures } = this.#backoff;
		if (failures === 0) {
			const bounds = { records: batch, bytes: this.#maxBytes, frames: local ? 1 : REQUEST_BODIES };
			return inParts ?? nonEmpty(this.#backlog.nextRequest(bounds, mayBeSent));
		}
		// While the backend accepts nothing, one body is enough to find out that it does again. From the third time on
		// another one is tried every second time, since the first may be the reason; if the first was refused for what is in
		// it, from the second time on.
		const one = { records: 0, bytes: 0, frames: 1 };
		const first = inParts ?? nonEmpty(this.#backlog.nextRequest(one, mayBeSent));
		const triesOther = inParts === undefined ? failures % 2 === 0 : failures % 2 === 1;
		if (local || !triesOther) return first;
		const tried = inParts === undefined ? first?.parts[0]?.owner : undefined;
		return nonEmpty(this.#backlog.nextRequest(one, (pending) => pending !== tried && mayBeSent(pending))) ?? first;
	}

	/** Sends a piece as one request. Returns what `send()` does. */
	async #sendPiece(piece: Piece): Promise<boolean> {
		const { transport, metrics } = this.#options;
		const parts: SentPart[] = [];
		for (const part of piece.parts) {
			const body = part.body ?? (await this.#read(part.owner));
			// A body that cannot be read waits or is dropped. The others are sent without it.
			if (body !== undefined && !part.owner.decided) parts.push({ part, body });
		}
		const [first] = parts;
		if (first === undefined) return piece.parts.some(({ owner }) => owner.decided);
		const body = joinBodies(
			parts.map((each) => each.body),
			first.part.owner.encoding,
		);
		const sent: Sent = { piece, parts, body };
		if (this.#isDivided(sent, metrics)) return true;
		let result = await transport.send(body);
		if (this.#backoff.failures === 0 && wasCut(result) && !this.#suspects.has(first.part.owner)) {
			// The connection was kept alive after an earlier request, and the backend has closed it meanwhile.
			this.#counts.retries += 1;
			result = await transport.send(body);
		}
		// What is being written has its place on disk before it is decided: its state is written before the next request.
		await Promise.all(parts.map(({ part }) => part.owner.storing));
		if (result.kind === 'accepted') return this.#accepted(sent, result);
		return result.kind === 'badBody' ? this.#refused(sent, result) : this.#failed(sent, result);
	}

	/** Divides a piece that would be refused, before it is sent. Returns false if it is to be sent. */
	#isDivided({ piece, body }: Sent, metrics: boolean): boolean {
		const isTooLarge = body.length >= this.#tooLargeBytes;
		if (piece.isBad !== true && !isTooLarge) return false;
		const running = this.#bisection;
		if (isPartOf(piece)) return running?.divide(piece, body, metrics) ?? false;
		if (running !== undefined) return false;
		const begun = new Bisection(piece, { byCuts: false, bySize: true, isProven: false });
		this.#bisection = begun;
		return begun.divide(piece, body, metrics);
	}

	/** Decides what was accepted. */
	async #accepted({ piece, parts }: Sent, { rejected, message }: SendResult & { kind: 'accepted' }): Promise<boolean> {
		const { observer } = this.#options;
		this.#backoff.succeeded();
		this.#accepts += 1;
		this.#wasAccepted = true;
		// The backend may accept larger requests again. The sizes grow by 2 % each time.
		this.#maxBytes = Math.min(REQUEST_BYTES, Math.ceil(this.#maxBytes * 1.02));
		this.#tooLargeBytes *= 1.02;
		this.#suspects.accepted(parts.map(({ part }) => part.owner));
		if (isPartOf(piece)) this.#bisection?.accepted(piece);
		else if (this.#bisection !== undefined) this.#bisection.isProven = true;
		await this.#decisions.accepted(
			parts.map(({ part }) => part),
			rejected,
		);
		observer.delivered();
		if (rejected > 0) observer.refused(new Error(`${rejected} records of a request: ${message ?? 'no reason given'}`));
		return true;
	}

	/** Searches the refused records of a request. */
	#refused(sent: Sent, result: Refusal): Promise<boolean> | boolean {
		const { piece, parts, body } = sent;
		const bySize = result.tooLarge === true;
		this.#wasAccepted = false;
		if (bySize) {
			this.#maxBytes = Math.max(1, Math.min(this.#maxBytes, Math.floor(body.length / 2)));
			this.#tooLargeBytes = Math.min(this.#tooLargeBytes, body.length);
		}
		if (isPartOf(piece)) {
			this.#bisection?.refused(bySize);
			return this.#divideOrSetAside(sent, result);
		}
		const owners = parts.map(({ part }) => part.owner);
		if (this.#bisection !== undefined) {
			// It was sent to find out whether the backend accepts anything else.
			for (const owner of owners) this.#suspects.suspect(owner, false);
			return this.#refusesAll(result);
		}
		const isProven = owners.every((owner) => this.#suspects.isProven(owner));
		for (const owner of owners) this.#suspects.forget(owner);
		this.#bisection = new Bisection(piece, { byCuts: false, bySize, isProven });
		return this.#divideOrSetAside(sent, result);
	}

	/** Divides a refused piece; sets it aside if it cannot be divided and the backend accepts others. */
	async #divideOrSetAside({ piece, parts, body }: Sent, { error, answer }: Refusal): Promise<boolean> {
		const { observer, metrics } = this.#options;
		const bisection = this.#bisection;
		if (bisection === undefined) return false;
		const isDivided = bisection.divide(piece, body, metrics);
		if (!isDivided && !bisection.isProven) {
			if (!bisection.postpone(piece)) return this.#refusesAll({ kind: 'badBody', error });
		}
		this.#backoff.succeeded();
		if (isDivided || !bisection.isProven) return true;
		bisection.setAside(piece);
		observer.refused(error);
		const why = { endpoint: observer.target, reason: observer.reasonOf(error), answer };
		for (const each of parts) await this.#decisions.setAside(each.part, each.body, why);
		return true;
	}

	/**
	 * Leaves a backend alone that refuses single records and has accepted nothing since: that is no fault of the records.
	 */
	#refusesAll({ error }: Refusal): false {
		const { observer } = this.#options;
		// What was learned of its size limit is as wrong.
		this.#maxBytes = REQUEST_BYTES;
		this.#tooLargeBytes = Number.POSITIVE_INFINITY;
		this.#counts.retries += 1;
		this.#backoff.failed(undefined);
		// If the backend has accepted others, the next request is likely to be accepted too.
		if (this.#accepts === 0 || this.#backoff.failures > 1) {
			observer.failed(new Error(`it refuses every record: ${observer.reasonOf(error)}`));
		}
		return false;
	}

	/** Sends a request again later that has failed, whatever is in it. */
	async #failed(sent: Sent, result: SendResult & { kind: 'retry' | 'badBackend' }): Promise<boolean> {
		const { observer, local, metrics } = this.#options;
		const { error, afterMs } = result;
		const isCut = wasCut(result);
		const mayBeAlone = this.#wasAccepted && afterMs === undefined;
		this.#counts.retries += 1;
		this.#wasAccepted = false;
		if (isCut && this.#bisection?.byCuts && isPartOf(sent.piece)) {
			this.#bisection.refused(false);
			if (this.#bisection.divide(sent.piece, sent.body, metrics)) return true;
			if (this.#isCutting(sent.piece)) return this.#divideOrSetAside(sent, cutBy(error));
		}
		const owner = this.#noteFailure(sent, isCut, afterMs !== undefined);
		if (owner !== undefined && !local) {
			if (this.#bisection === undefined && this.#suspects.isCutting(owner)) {
				this.#suspects.forget(owner);
				this.#bisection = new Bisection(sent.piece, { byCuts: true, bySize: false, isProven: true });
				return this.#divideOrSetAside(sent, cutBy(error));
			}
			if (mayBeAlone && this.#suspects.has(owner)) {
				observer.failedAlone(error);
				return true;
			}
		}
		this.#backoff.failed(afterMs);
		observer.failed(error);
		return false;
	}

	/** Notes who has failed. Returns the only body of the request, if it was whole. */
	#noteFailure({ piece, parts }: Sent, isCut: boolean, isThrottled: boolean): PendingBody | undefined {
		const [first] = parts;
		if (parts.length === 1 && first !== undefined && !isPartOf(piece)) {
			this.#suspects.failed(first.part.owner, isCut, isThrottled);
			return first.part.owner;
		}
		this.#suspects.joinedFailed();
		return undefined;
	}

	/** Returns true if a piece that cannot be divided has cut the connection several times, while others were accepted. */
	#isCutting(piece: Piece): boolean {
		piece.acceptsBefore ??= this.#accepts;
		piece.refusals = (piece.refusals ?? 0) + 1;
		return piece.refusals >= CUTS_OF_RECORD && this.#accepts > piece.acceptsBefore;
	}

	/** Returns a body; undefined if it cannot be read. It is then dropped, unless it is to be read again later. */
	async #read(pending: PendingBody): Promise<Uint8Array | undefined> {
		if (pending.body !== undefined) return pending.body;
		try {
			const { journal } = this.#options;
			if (pending.entry === undefined || journal === undefined)
				throw new Error('the body is neither in memory nor on disk');
			return await journal.read(pending.entry);
		} catch (error) {
			if (this.#readRetry.shouldRetry(pending, error)) return undefined;
			warnOnce(
				'delivery/unreadable',
				'what waited on disk to be sent was removed or damaged; it is dropped, and stats() counts it.',
				error,
			);
			await this.#decisions.drop(pending, 'unreadable');
			return undefined;
		}
	}
}

/** A part of a request, with its body. */
interface SentPart {
	readonly part: Part;
	readonly body: Uint8Array;
}

/** A request. */
interface Sent {
	readonly piece: Piece;
	/** The parts of the piece, without what could not be read. */
	readonly parts: readonly SentPart[];
	/** The bodies of the parts, joined. */
	readonly body: Uint8Array;
}

/** Returns true if a piece belongs to the bisection that is in progress. */
function isPartOf({ parts }: Piece): boolean {
	return parts[0]?.owner.inBisection === true;
}

/** Returns the connection that a request cuts as a refusal of what is in it. */
function cutBy(error: unknown): Refusal {
	const { message } = (error ?? {}) as { message?: unknown };
	return {
		kind: 'badBody',
		error: new Error(`each request with it closes the connection, while others are accepted (${message})`),
	};
}

/** Returns bodies as one piece; undefined if there are none. */
function nonEmpty(bodies: readonly PendingBody[]): Piece | undefined {
	return bodies.length === 0 ? undefined : pieceOf(bodies);
}

/** Returns true if the connection was closed while the request was being sent. */
function wasCut(result: SendResult): boolean {
	if (result.kind !== 'retry') return false;
	const { code } = (result.error ?? {}) as { code?: unknown };
	return code === 'ECONNRESET' || code === 'EPIPE';
}
