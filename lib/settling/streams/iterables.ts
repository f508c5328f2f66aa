import type { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, overrideProperty } from '../common/override-property.js';
import { watchIterations } from './iterators.js';

/**
 * Watches an async iterable that is no iterator (the model SDKs' `Stream`, with `.controller` and `.tee()`): its
 * iterations, and those of the branches that `tee()` returns. Its other members are left as they are.
 *
 * @param iterate - the value of its `Symbol.asyncIterator`, which was read already
 * @returns false if the object cannot be watched (frozen)
 */
export function watchIterable(iterable: object, iterate: AnyFunction, consumption: Consumption): boolean {
	if (!watchIterations(iterable, iterate, consumption)) return false;
	const tee = inspect(iterable, 'tee');
	if (typeof tee === 'function') overrideProperty(iterable, 'tee', watchedTee(tee as AnyFunction, consumption));
	return true;
}

/** Returns the function that overrides `tee`. Each branch is a part of the consumption. */
function watchedTee(original: AnyFunction, consumption: Consumption): AnyFunction {
	return {
		tee(this: unknown, ...args: unknown[]): unknown {
			const { settlement } = consumption;
			if (settlement.ended) return Reflect.apply(original, this, args);
			const branches = settlement.run(original, this, args);
			if (Array.isArray(branches)) for (const branch of branches) watchBranch(branch, consumption);
			return branches;
		},
	}.tee;
}

function watchBranch(branch: unknown, consumption: Consumption): void {
	if (typeof branch !== 'object' || branch === null) return;
	const iterate = inspect(branch, Symbol.asyncIterator);
	if (typeof iterate === 'function') watchIterable(branch, iterate as AnyFunction, consumption.part());
}
