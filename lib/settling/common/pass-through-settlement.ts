import type { Context } from '@opentelemetry/api';
import { runInContext } from '../../runtime/active-context.js';
import { unregisterFinalization } from './finalization.js';
import type { Settlement } from './settlement.js';

/**
 * A settlement that measures and reports nothing. It exists to run the work of a result that goes on after the call
 * (the body of a generator, a lazy query) in a given context instead of in its consumer's.
 */
export class PassThroughSettlement implements Settlement {
	readonly wantsItems = false;
	readonly watch: string | undefined;
	readonly #context: Context;
	readonly #onValue: ((value: unknown) => void) | undefined;
	#ended = false;

	/**
	 * @param context - where the result does its work
	 * @param watch - the member of a result of several parts to follow; undefined follows the result itself
	 * @param onValue - called once, if the result ends without an error, with the value that a promise was fulfilled
	 *   with or that a generator returned, before the consumer receives it; undefined for other streams. It must not
	 *   throw. It is not called if the result fails or is cancelled
	 */
	constructor(context: Context, watch?: string, onValue?: (value: unknown) => void) {
		this.#context = context;
		this.watch = watch;
		this.#onValue = onValue;
	}

	get ended(): boolean {
		return this.#ended;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return runInContext(this.#context, fn, self, args);
	}

	item(): void {}

	/** Ends it, and calls `onValue` if nothing has ended it before. */
	done(value: unknown): void {
		if (this.#ended) return;
		this.#onValue?.(value);
		this.#end();
	}

	failed(): void {
		this.#end();
	}

	cancelled(): void {
		this.#end();
	}

	abandoned(): void {
		this.#end();
	}

	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		unregisterFinalization(this);
	}
}
