import type { Context } from '@opentelemetry/api';
import { runInContext } from '../runtime/active-context.js';
import { release } from './common/finalization.js';
import { readThen } from './common/inspect.js';
import type { Settlement } from './common/settlement.js';
import { isPlainPromise, thenNatively } from './promises/promises.js';
import { settle } from './settle.js';

/**
 * What the caller gets of a call that is no invocation: its result, followed so that whatever it does later happens in
 * the context of the call. A stream's body that ran in its consumer's would begin traces of its own there.
 */
export function passThrough(result: unknown, context: Context, watch: string | undefined): unknown {
	if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return result;
	if (typeof readThen(result) === 'function' && isPlainPromise(result)) return passThroughLater(result, context, watch);
	return settle(result, new PassThroughSettlement(context, watch));
}

/** The same for a plain native promise: that of a plain value needs no settlement, which is 120 ns less. */
export function passThroughLater(promise: object, context: Context, watch: string | undefined): unknown {
	return thenNatively(promise, (value) => passThrough(value, context, watch));
}

/** Nothing is measured, and the end is told to nobody. */
class PassThroughSettlement implements Settlement {
	readonly wantsItems = false;
	readonly watch: string | undefined;
	readonly #context: Context;
	#ended = false;

	constructor(context: Context, watch: string | undefined) {
		this.#context = context;
		this.watch = watch;
	}

	get ended(): boolean {
		return this.#ended;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return runInContext(this.#context, fn, self, args);
	}

	item(): void {}

	done(): void {
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
		release(this);
	}
}
