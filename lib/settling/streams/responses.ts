import { hasOwn } from '../../runtime/intrinsics.js';
import { inspect } from '../common/inspect.js';
import { ownerOf } from '../common/override-property.js';
import type { Settlement } from '../common/settlement.js';
import type { StreamTiming } from '../common/stream-timing.js';

/**
 * Returns the body of a `Response` of Node that the application made and nobody has begun to read; undefined if there
 * is none. Neither reads nor locks it.
 *
 * A `Response` of `fetch`, which has a URL, is a value: its caller often reads the status alone, and then its body never
 * ends. A class that has a `body` of its own (`@hono/node-server`) creates it when it is read, so its responses are values
 * too.
 */
export function unreadBody(response: object): object | undefined {
	const owner = ownerOf(response, 'body');
	if (owner === undefined || !hasOwn(owner, Symbol.toStringTag)) return undefined;
	if (inspect(response, 'url') !== '' || inspect(response, 'bodyUsed') === true) return undefined;
	const body = inspect(response, 'body');
	if (typeof body !== 'object' || body === null || inspect(body, 'locked') === true) return undefined;
	return body;
}

/**
 * The settlement for the body of a `Response`. It forwards to that of the result, with two differences: the settled value
 * is the response, and it has no member to follow.
 */
export class ResponseSettlement implements Settlement {
	readonly #result: Settlement;
	readonly #response: object;
	readonly watch = undefined;

	/** @param result - the settlement of the invocation's result */
	constructor(result: Settlement, response: object) {
		this.#result = result;
		this.#response = response;
	}

	get wantsItems(): boolean {
		return this.#result.wantsItems;
	}

	get ended(): boolean {
		return this.#result.ended;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return this.#result.run(fn, self, args);
	}

	pace(): StreamTiming | undefined {
		return this.#result.pace?.();
	}

	item(value: unknown): void {
		this.#result.item(value);
	}

	done(_value: unknown, kind?: string): void {
		this.#result.done(this.#response, kind);
	}

	failed(error: unknown): void {
		this.#result.failed(error);
	}

	cancelled(kind?: string): void {
		this.#result.cancelled(kind);
	}

	abandoned(heldAt: number): void {
		this.#result.abandoned(heldAt);
	}
}
