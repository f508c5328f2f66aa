import type { Context } from '@opentelemetry/api';
import { readThen } from './common/inspect.js';
import { PassThroughSettlement } from './common/pass-through-settlement.js';
import { isPlainPromise, thenNatively } from './promises/promises.js';
import { settle } from './settle.js';

/**
 * Returns what the caller of a woven method receives if the call is no invocation: the result itself (for a plain
 * native promise, one derived from it), watched so that the work it does later runs in the context of the call.
 * Otherwise the body of a stream would run in its consumer's context, and begin traces of its own there. Never throws.
 *
 * @param watch - the member of a result of several parts to follow; undefined follows the result itself
 */
export function passThrough(result: unknown, context: Context, watch: string | undefined): unknown {
	if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return result;
	if (typeof readThen(result) === 'function' && isPlainPromise(result)) return passThroughLater(result, context, watch);
	return settle(result, new PassThroughSettlement(context, watch));
}

/**
 * As `passThrough()`, for a result that is known to be a plain native promise. Its value is passed through when it is
 * there: a primitive value needs no settlement, which saves 120 ns.
 */
export function passThroughLater(promise: object, context: Context, watch: string | undefined): unknown {
	try {
		return thenNatively(promise, (value) => passThrough(value, context, watch));
	} catch {
		return promise;
	}
}
