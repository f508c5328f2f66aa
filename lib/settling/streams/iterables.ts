import { apply } from '../../runtime/intrinsics.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, overrideProperty } from '../common/override-property.js';
import { WatchedResult } from '../common/watched-result.js';
import { watchIterations } from './iterators.js';

/**
 * Watches an async iterable that is no iterator (the model SDKs' `Stream`, with `.controller` and `.tee()`): its
 * iterations, and those of the branches that `tee()` returns. Its other members are left as they are.
 *
 * @param iterate - the value of its `Symbol.asyncIterator`, which was read already
 * @returns false if the object cannot be watched (frozen)
 */
export function watchIterable(iterable: object, iterate: AnyFunction, result: WatchedResult): boolean {
	if (!watchIterations(iterable, iterate, result)) return false;
	const tee = inspect(iterable, 'tee');
	if (typeof tee === 'function') overrideProperty(iterable, 'tee', watchedTee(tee as AnyFunction, result));
	return true;
}

/** Returns the function that overrides `tee`. Each branch is a part of the consumption. */
function watchedTee(original: AnyFunction, result: WatchedResult): AnyFunction {
	return {
		tee(this: unknown, ...args: unknown[]): unknown {
			const { settlement } = result.consumption;
			if (settlement.ended) return apply(original, this, args);
			result.begun = true;
			const branches = settlement.run(original, this, args);
			if (Array.isArray(branches)) for (const branch of branches) watchBranch(branch, result);
			return branches;
		},
	}.tee;
}

function watchBranch(branch: unknown, result: WatchedResult): void {
	if (typeof branch !== 'object' || branch === null) return;
	const iterate = inspect(branch, Symbol.asyncIterator);
	if (typeof iterate === 'function') {
		watchIterable(branch, iterate as AnyFunction, new WatchedResult(result.consumption.part()));
	}
}
