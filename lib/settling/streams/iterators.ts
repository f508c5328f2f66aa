import types from 'node:util/types';
import { apply } from '../../runtime/intrinsics.js';
import { warnFault } from '../../runtime/log-once.js';
import type { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, overrideProperty } from '../common/override-property.js';
import { WatchedResult } from '../common/watched-result.js';
import { isPlainPromise, settlesNatively, thenNatively, watchPromise } from '../promises/promises.js';
import { watchThenable } from '../promises/thenables.js';

type IterationSymbol = typeof Symbol.iterator | typeof Symbol.asyncIterator;

/** The `Symbol.iterator` of every built-in iterator: it returns the iterator itself. */
const returnItself = [].values()[Symbol.iterator];
const asyncGenerator = (async function* () {})();
/** The same for `Symbol.asyncIterator`. */
const asyncReturnItself = asyncGenerator[Symbol.asyncIterator];

/** The methods of async generators: they return plain promises, which need not be inspected. */
const { next: nativeNext, return: nativeReturn, throw: nativeThrow } = asyncGenerator;

/** Returns true for a method of async generators. */
function isNativeAsyncStep(step: unknown): boolean {
	return step === nativeNext || step === nativeReturn || step === nativeThrow;
}

/**
 * Watches an iterator: overrides `next`, `return` and `throw` on the same object, so that every step of its body runs
 * in the invocation's context. The context of the consumer does not change.
 *
 * If the iteration symbol of the object may return another iterator (a database cursor, whose `next()` returns rows),
 * it is overridden too. `next` then ends the result only if it returns `{ done: true, value? }` and no further member.
 *
 * @param next - the value of its `next`, which was read already
 * @param symbol - the iteration symbol that it has
 * @param iterate - the value under that symbol
 * @returns false if the object cannot be watched (frozen)
 */
export function watchIterator(
	iterator: object,
	next: AnyFunction,
	result: WatchedResult,
	symbol: IterationSymbol,
	iterate: AnyFunction,
): boolean {
	const watcher = new IteratorWatcher(result, symbol === Symbol.asyncIterator);
	if (!overrideSteps(iterator, next, watcher)) return false;
	// These return themselves from their iteration symbol, and iterator results from `next`.
	if (types.isGeneratorObject(iterator) || iterate === returnItself || iterate === asyncReturnItself) return true;
	watcher.hasIteratorResults = false;
	const override = {
		[symbol](this: unknown, ...args: unknown[]): unknown {
			const returned = openIteration(iterate, this, args, result.consumption);
			guarded(() => {
				if (returned === iterator) watcher.hasIteratorResults = true;
				else if (watchSteps(returned, result.consumption, watcher.async)) watcher.delegated = true;
			});
			return returned;
		},
	};
	overrideProperty(iterator, symbol, override[symbol]);
	return true;
}

/**
 * Watches an iterable that may be iterated several times: each iteration is a part of its consumption.
 *
 * @param iterate - the value of its `Symbol.asyncIterator`, which was read already
 * @returns false if the object cannot be watched (frozen)
 */
export function watchIterations(iterable: object, iterate: AnyFunction, result: WatchedResult): boolean {
	/** The iterators that are watched, each with the consumption that it reports to. */
	const watched = new WeakMap<object, Consumption>();
	const override = {
		[Symbol.asyncIterator](this: unknown, ...args: unknown[]): unknown {
			const { consumption } = result;
			const returned = openIteration(iterate, this, args, consumption);
			if (consumption.settlement.ended || typeof returned !== 'object' || returned === null) return returned;
			guarded(() => {
				if (watched.get(returned) === consumption) return;
				watched.set(returned, consumption);
				result.begun = true;
				if (!watchSteps(returned, consumption.part(), true)) consumption.done();
			});
			return returned;
		},
	}[Symbol.asyncIterator];
	result.overrode(Symbol.asyncIterator, override);
	return overrideProperty(iterable, Symbol.asyncIterator, override);
}

/**
 * Watches the steps of an iterator that a watched object returned.
 *
 * @param async - true if its steps may return promises
 * @returns false if it is no iterator, or cannot be watched
 */
export function watchSteps(iterator: unknown, consumption: Consumption, async: boolean): boolean {
	if (typeof iterator !== 'object' || iterator === null) return false;
	const next = inspect(iterator, 'next');
	if (typeof next !== 'function') return false;
	return overrideSteps(iterator, next as AnyFunction, new IteratorWatcher(new WatchedResult(consumption), async));
}

/** Runs the steps of one iterator in the invocation's context, and reports their results to the consumption. */
class IteratorWatcher {
	/** False while `next` may return something else than iterator results. */
	hasIteratorResults = true;
	/** True once another iterator, which it returned, is watched for its items. */
	delegated = false;
	/** True once `return` was called: the end then counts as cancelled, also after a `yield` in a `finally` block. */
	returnCalled = false;

	constructor(
		readonly result: WatchedResult,
		readonly async: boolean,
	) {}

	get consumption(): Consumption {
		return this.result.consumption;
	}

	/** The two reactions to the promise of a step, created once and not at every step. */
	readonly #onResult = (result: unknown): unknown => this.#inspectResult(result);
	readonly #onFailed = (error: unknown): never => {
		this.consumption.failed(error);
		throw error;
	};

	/**
	 * Runs one step.
	 *
	 * @param original - the iterator's own `next`, `return` or `throw`
	 * @param isReturn - true for `return`
	 */
	step(original: AnyFunction, self: unknown, args: unknown[], isReturn: boolean): unknown {
		const { settlement } = this.consumption;
		if (settlement.ended) return apply(original, self, args);
		// A consumer that calls `return` does not wait for a chunk; an iterator that delegates is timed at the other one.
		if (isReturn) this.returnCalled = true;
		else if (!this.delegated) this.consumption.asked();
		let result: unknown;
		try {
			result = settlement.run(original, self, args);
		} catch (error) {
			this.consumption.failed(error);
			throw error;
		}
		if (this.async && typeof result === 'object' && result !== null) return this.#inspectLater(result, original);
		return this.#inspectResult(result);
	}

	/** Inspects the result of an async step once it is settled, and returns the promise for the consumer. */
	#inspectLater(result: object, original: AnyFunction): unknown {
		const onResult = this.#onResult;
		try {
			if (isNativeAsyncStep(original) || isPlainPromise(result)) return thenNatively(result, onResult, this.#onFailed);
			const then = inspect(result, 'then');
			if (typeof then !== 'function') return this.#inspectResult(result);
			if (types.isPromise(result) && settlesNatively(result, then))
				watchPromise(result, onResult, this.consumption.settlement);
			else watchThenable(result, then as AnyFunction, new WatchedResult(this.consumption), onResult);
		} catch (error) {
			warnFault('Following the step of an iterator', error);
		}
		return result;
	}

	/** Reads the result of a step, and returns it unchanged. */
	#inspectResult(result: unknown): unknown {
		try {
			if (typeof result === 'object' && result !== null) this.#readResult(result as IteratorResult<unknown>);
			else this.consumption.timer?.noChunk();
		} catch {
			// A member of the result throws: the consumer will receive the same error.
		}
		return result;
	}

	/** Reports the item or the end that a result contains. */
	#readResult(result: IteratorResult<unknown>): void {
		const { consumption } = this;
		if (result.done && (this.hasIteratorResults || isBareResult(result))) {
			if (this.returnCalled) consumption.cancelled();
			else consumption.done(result.value);
		} else if (!this.delegated && consumption.needsItems) {
			// What `next` of a cursor returns may be a row, which is then the item.
			consumption.item(this.hasIteratorResults || (!result.done && 'value' in result) ? result.value : result);
		}
	}
}

/**
 * Overrides `next`, and `return` and `throw` if the iterator has them. Returns false if `next` cannot be overridden.
 */
function overrideSteps(iterator: object, next: AnyFunction, watcher: IteratorWatcher): boolean {
	const returnStep = inspect(iterator, 'return');
	const throwStep = inspect(iterator, 'throw');
	const steps = {
		next(this: unknown, ...args: unknown[]): unknown {
			return watcher.step(next, this, args, false);
		},
		return(this: unknown, ...args: unknown[]): unknown {
			return watcher.step(returnStep as AnyFunction, this, args, true);
		},
		throw(this: unknown, ...args: unknown[]): unknown {
			return watcher.step(throwStep as AnyFunction, this, args, false);
		},
	};
	if (!overrideProperty(iterator, 'next', steps.next)) return false;
	watcher.result.overrode('next', steps.next);
	if (typeof returnStep === 'function') overrideProperty(iterator, 'return', steps.return);
	if (typeof throwStep === 'function') overrideProperty(iterator, 'throw', steps.throw);
	return true;
}

/**
 * Begins an iteration in the invocation's context. What `iterate` throws is rethrown; it also fails the result, unless
 * another iteration is active.
 */
function openIteration(iterate: AnyFunction, self: unknown, args: unknown[], consumption: Consumption): unknown {
	const { settlement } = consumption;
	if (settlement.ended) return apply(iterate, self, args);
	try {
		return settlement.run(iterate, self, args);
	} catch (error) {
		if (consumption.idle) consumption.failed(error);
		throw error;
	}
}

/** Runs what follows an iteration. It must not reach the consumer if it throws. */
function guarded(follow: () => void): void {
	try {
		follow();
	} catch (error) {
		warnFault('Following an iteration', error);
	}
}

/** Returns true for `{ done: true, value? }` without further members: a database row may have a column named `done`. */
function isBareResult(result: object): boolean {
	const { done } = result as { done: unknown };
	return done === true && Object.keys(result).every((key) => key === 'done' || key === 'value');
}
