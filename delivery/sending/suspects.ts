import { platform } from '../../lib/runtime/platform.js';
import type { PendingBody } from './backlog.js';

/** How many milliseconds a suspect is left out: first, and at most. It doubles each time. */
const FIRST_MS = 250;
const LAST_MS = 10_000;

/** A body that cuts the connection this many times in a row may be the reason. */
const CUTS = 5;

/** How many requests of others must have passed meanwhile. */
const PASSED = 3;

/** For each failure of another body meanwhile, how many must have passed: the connection fails for others too. */
const PASSED_FOR_EACH_FAILURE = 10;

/** What is known of a body that fails while others are accepted. */
interface Suspicion {
	/** Until when it is left out, as `performance.now()` counts. */
	notBefore: number;
	/** How often it has failed since it was suspected. */
	failures: number;
	/** How often in a row the connection was closed while it alone was sent. */
	cuts: number;
	/** Since the first of these cuts: how many requests of others were accepted, and how many failed. */
	passed: number;
	failed: number;
	/** True if a request of others was accepted since the second of these cuts. */
	isRecent: boolean;
	/** True if a request of others was accepted since it is suspected. */
	isProven: boolean;
}

/**
 * The bodies that fail while others are accepted. Each is left out for a while, and then sent alone, so that it does
 * not hold up what follows. A failure says nothing against a body, except for a connection that it cuts again and again
 * while others pass.
 */
export class Suspects {
	readonly #suspects = new Map<PendingBody, Suspicion>();
	/** The body that has failed alone last. Another one that is accepted makes it a suspect. */
	#failing: { readonly body: PendingBody; readonly isCut: boolean } | undefined;

	/** Returns false while a body is left out. */
	isDue(body: PendingBody): boolean {
		const suspicion = this.#suspects.get(body);
		return suspicion === undefined || suspicion.notBefore <= platform.performanceNow();
	}

	/** Returns true if a body has failed while others were accepted. */
	has(body: PendingBody): boolean {
		return this.#suspects.has(body);
	}

	/** Lets all suspects be sent now. */
	makeDue(): void {
		for (const suspicion of this.#suspects.values()) suspicion.notBefore = 0;
	}

	/**
	 * A body has failed, alone in its request.
	 *
	 * @param isCut - true if the connection was closed
	 * @param isThrottled - true if the backend has asked for a delay: that delay holds, and no other
	 */
	failed(body: PendingBody, isCut: boolean, isThrottled: boolean): void {
		for (const [other, suspicion] of this.#suspects) if (other !== body) suspicion.failed += 1;
		const suspicion = this.#suspects.get(body);
		if (suspicion === undefined) this.#failing = { body, isCut };
		else {
			if (!isThrottled) this.#leaveOut(suspicion);
			if (isCut) {
				suspicion.cuts += 1;
				if (suspicion.cuts === 2) suspicion.isRecent = false;
			} else Object.assign(suspicion, { cuts: 0, passed: 0, failed: 0 });
		}
	}

	/** Several bodies have failed in one request. None of them is suspected. */
	joinedFailed(): void {
		for (const suspicion of this.#suspects.values()) suspicion.failed += 1;
	}

	/** A request was accepted. The body that failed before it is a suspect, unless it is one of these. */
	accepted(bodies: readonly PendingBody[]): void {
		for (const body of bodies) this.#suspects.delete(body);
		const failing = this.#failing;
		this.#failing = undefined;
		if (failing !== undefined && !failing.body.decided && !bodies.includes(failing.body)) {
			this.suspect(failing.body, failing.isCut);
		}
		for (const [body, suspicion] of this.#suspects) {
			if (body.decided) this.#suspects.delete(body);
			suspicion.passed += 1;
			suspicion.isRecent = true;
			suspicion.isProven = true;
		}
	}

	/** Sends a body alone from now on, and leaves it out for a while each time that it fails. */
	suspect(body: PendingBody, isCut: boolean): void {
		body.sendAlone = true;
		const counted = { failures: 0, cuts: isCut ? 1 : 0, passed: 0, failed: 0 };
		this.#suspects.set(body, { notBefore: 0, isRecent: false, isProven: false, ...counted });
	}

	/** Returns true if others were accepted since the body is suspected. */
	isProven(body: PendingBody): boolean {
		return this.#suspects.get(body)?.isProven === true;
	}

	/** Returns true if the body is the reason why the connection is closed. */
	isCutting(body: PendingBody): boolean {
		const suspicion = this.#suspects.get(body);
		if (suspicion === undefined) return false;
		const { cuts, passed, failed, isRecent } = suspicion;
		return cuts >= CUTS && isRecent && passed >= Math.max(PASSED, failed * PASSED_FOR_EACH_FAILURE);
	}

	/** Forgets a body: it is decided, or divided. */
	forget(body: PendingBody): void {
		this.#suspects.delete(body);
		if (this.#failing?.body === body) this.#failing = undefined;
	}

	#leaveOut(suspicion: Suspicion): void {
		const ms = Math.min(LAST_MS, FIRST_MS * 2 ** suspicion.failures);
		suspicion.failures += 1;
		suspicion.notBefore = platform.performanceNow() + ms;
	}
}
