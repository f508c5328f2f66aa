import type { PendingBody } from './backlog.js';
import { splitInHalf } from './request-bodies.js';

/** A pending body, or a part of one. */
export interface Part {
	readonly owner: PendingBody;
	/** The part's own request body. Undefined for a whole body, which is read when it is sent. */
	readonly body?: Uint8Array | undefined;
	/** How many records it holds. */
	readonly count: number;
}

/** What is sent as one request. */
export interface Piece {
	readonly parts: readonly Part[];
	/** The other half of what this is a half of. */
	sibling?: Piece | undefined;
	/** True if the sibling, when it is accepted, leaves this one as the reason. It is not if the size was the reason. */
	infers?: boolean;
	/** True if it holds a refused record: it was refused with its sibling, which was then accepted. */
	isBad?: boolean;
	/** How often it was refused without being divided. */
	refusals?: number;
	/** How many requests were accepted before it first cut the connection. */
	acceptsBefore?: number;
}

/** Returns whole bodies as one piece. */
export function pieceOf(bodies: readonly PendingBody[]): Piece {
	return { parts: bodies.map((owner) => ({ owner, count: owner.count })) };
}

/** How many requests a bisection may take for N records: twice log2 N, and these. */
const SPARE_REQUESTS = 8;

/** Why a bisection begins. */
export interface BisectionReason {
	/** True if the request was refused by a connection that it cuts. */
	readonly byCuts: boolean;
	/** True if it is larger than what was refused for its size. It was not sent. */
	readonly bySize: boolean;
	/** True if the backend has accepted another request since this one was refused first. */
	readonly isProven: boolean;
}

/**
 * Finds the records of a refused request that are the reason, by halves: a half that is accepted is delivered, one that
 * is refused is divided again. If a half is accepted the other one must be refused, so it is divided without being
 * sent.
 *
 * Nothing is set aside before it was refused alone and something else was accepted since the beginning: a backend that
 * refuses everything is not a reason to doubt the records.
 */
export class Bisection {
	/** True if pieces are refused by a connection that they cut. */
	readonly byCuts: boolean;
	/** True after something was accepted. */
	isProven: boolean;
	/** True if pieces are refused for their size. What is accepted does not count towards the number of requests then. */
	#bySize: boolean;
	/** What is not decided. The last one is sent next. */
	readonly #pieces: Piece[];
	readonly #maxRequests: number;
	/** How many requests the backend has answered. */
	#requests: number;

	/** @param whole - the request that was refused */
	constructor(whole: Piece, { byCuts, bySize, isProven }: BisectionReason) {
		this.byCuts = byCuts;
		this.isProven = isProven;
		this.#bySize = bySize;
		this.#requests = bySize ? 0 : 1;
		this.#pieces = [whole];
		const records = whole.parts.reduce((sum, { count }) => sum + count, 0);
		this.#maxRequests = 2 * Math.ceil(Math.log2(Math.max(1, records))) + SPARE_REQUESTS;
		for (const { owner } of whole.parts) owner.inBisection = true;
	}

	/** The piece that is sent next, without what was decided meanwhile. Undefined if everything is decided. */
	get next(): Piece | undefined {
		for (let piece = this.#pieces.at(-1); piece !== undefined; piece = this.#pieces.at(-1)) {
			if (piece.parts.some(({ owner }) => !owner.decided)) return piece;
			this.#pieces.pop();
		}
		return undefined;
	}

	/** A piece was accepted. */
	accepted(piece: Piece): void {
		this.setAside(piece);
		this.isProven = true;
		if (!this.#bySize) this.#requests += 1;
		if (piece.infers && piece.sibling !== undefined) piece.sibling.isBad = true;
	}

	/** A piece is not sent again. */
	setAside(piece: Piece): void {
		const at = this.#pieces.indexOf(piece);
		if (at >= 0) this.#pieces.splice(at, 1);
	}

	/** The backend has refused a piece. @param isSize - true if it has refused the size */
	refused(isSize: boolean): void {
		this.#requests += 1;
		this.#bySize ||= isSize;
	}

	/**
	 * Replaces a piece by its halves, of which the first one is sent next.
	 *
	 * @param body - the request body of the piece
	 * @param metrics - true if the records are metrics, which count for their data points
	 * @returns false if it holds one record, or if the rest would take too many requests
	 */
	divide(piece: Piece, body: Uint8Array, metrics: boolean): boolean {
		// Each piece that is left needs one request, and there is one more of them.
		const needed = this.#bySize ? 1 : this.#pieces.length + 1;
		if (this.#requests + needed > this.#maxRequests) return false;
		const halves = halvesOf(piece, body, metrics);
		if (halves === undefined) return false;
		const [first, second] = halves;
		Object.assign(first, { sibling: second, infers: !this.#bySize });
		Object.assign(second, { sibling: first, infers: !this.#bySize });
		this.setAside(piece);
		this.#pieces.push(second, first);
		return true;
	}

	/**
	 * Sends the other half before a piece that was refused while nothing was accepted yet.
	 *
	 * @returns false if that one was refused as well, or is not there: then the backend refuses everything
	 */
	postpone(piece: Piece): boolean {
		piece.refusals = (piece.refusals ?? 0) + 1;
		const at = this.#pieces.indexOf(piece);
		const { sibling } = piece;
		if (sibling === undefined || this.#pieces[at - 1] !== sibling || sibling.refusals) return false;
		this.#pieces.splice(at - 1, 2, piece, sibling);
		return true;
	}
}

/** Returns the halves of a piece: of its bodies, or of the records of its only one. Undefined if it holds one record. */
function halvesOf({ parts }: Piece, body: Uint8Array, metrics: boolean): [Piece, Piece] | undefined {
	const [only] = parts;
	if (only === undefined) return undefined;
	if (parts.length > 1) {
		const middle = Math.ceil(parts.length / 2);
		return [{ parts: parts.slice(0, middle) }, { parts: parts.slice(middle) }];
	}
	const halves = splitInHalf(body, only.owner.encoding, metrics);
	if (halves === undefined) return undefined;
	only.owner.parts = (only.owner.parts ?? 1) + 1;
	const pieceOfHalf = (half: { body: Uint8Array; count: number }): Piece => ({
		parts: [{ owner: only.owner, ...half }],
	});
	return [pieceOfHalf(halves[0]), pieceOfHalf(halves[1])];
}
