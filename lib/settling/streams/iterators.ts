import types from 'node:util/types';
import type { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, overrideProperty } from '../common/override-property.js';
import { isPlainPromise, sense, settlesNatively, thenNatively } from '../promises/promises.js';
import { hookThenable } from '../promises/thenables.js';

type IterationSymbol = typeof Symbol.iterator | typeof Symbol.asyncIterator;

/** How every iterator that inherits from the language's own answers itself. */
const itself = [].values()[Symbol.iterator];
const asyncGenerator = (async function* () {})();
const asyncItself = asyncGenerator[Symbol.asyncIterator];

/** Their steps answer plain promises, which need not be looked at. */
const nativeSteps: ReadonlySet<unknown> = new Set([asyncGenerator.next, asyncGenerator.return, asyncGenerator.throw]);

/**
 * Watches an iterator: shadows `next`, `return` and `throw` on the same object, so that every step of its body runs in
 * the invocation's context while the consumer's stays as it is.
 *
 * An object whose iteration symbol may give another iterator (a database cursor, whose `next()` answers rows) has that
 * symbol watched too, and is ended by `next` only where the result is `{ done: true, value? }` and nothing else.
 *
 * @returns false where the object does not let itself be hooked (frozen)
 */
export function watchIterator(
	iterator: object,
	next: AnyFunction,
	consumption: Consumption,
	symbol: IterationSymbol,
	iterate: AnyFunction,
): boolean {
	const course = new Course(consumption, symbol === Symbol.asyncIterator);
	if (!shadowSteps(iterator, next, course)) return false;
	if (types.isGeneratorObject(iterator) || iterate === itself || iterate === asyncItself) return true;
	course.certain = false;
	const opener = {
		[symbol](this: unknown, ...args: unknown[]): unknown {
			const given = open(iterate, this, args, consumption);
			if (given === iterator) course.certain = true;
			else if (follow(given, consumption, course.async)) course.delegated = true;
			return given;
		},
	};
	overrideProperty(iterator, symbol, opener[symbol]);
	return true;
}

/**
 * Watches an iterable with members of its own, which may be iterated many times: each iteration is a part of its
 * consumption.
 */
export function watchIterations(iterable: object, iterate: AnyFunction, consumption: Consumption): boolean {
	const followed = new WeakSet<object>();
	const opener = {
		[Symbol.asyncIterator](this: unknown, ...args: unknown[]): unknown {
			const given = open(iterate, this, args, consumption);
			if (consumption.settlement.ended || typeof given !== 'object' || given === null || followed.has(given))
				return given;
			followed.add(given);
			if (!follow(given, consumption.part(), true)) consumption.finished();
			return given;
		},
	};
	return overrideProperty(iterable, Symbol.asyncIterator, opener[Symbol.asyncIterator]);
}

/** Watches the steps of an iterator that something watched gave; false where they cannot be. */
export function follow(iterator: unknown, consumption: Consumption, async: boolean): boolean {
	if (typeof iterator !== 'object' || iterator === null) return false;
	const next = inspect(iterator, 'next');
	return typeof next === 'function' && shadowSteps(iterator, next as AnyFunction, new Course(consumption, async));
}

/** The way of one iterator through its steps. */
class Course {
	/** False while it is unknown whether `next` answers iterator results. */
	certain = true;
	/** True once its items are seen at another iterator that it gave. */
	delegated = false;
	/** True once `return` was called: what ends it now is the consumer's leaving, also after a `yield` in a `finally`. */
	leaving = false;

	constructor(
		readonly consumption: Consumption,
		readonly async: boolean,
	) {}

	/** Made once, and not at every step. */
	readonly #onSeen = (result: unknown): unknown => this.#seen(result);
	readonly #onFailed = (error: unknown): never => {
		this.consumption.failed(error);
		throw error;
	};

	step(original: AnyFunction, self: unknown, args: unknown[], leaving: boolean): unknown {
		const { settlement } = this.consumption;
		if (settlement.ended) return Reflect.apply(original, self, args);
		if (leaving) this.leaving = true;
		else if (!this.delegated) this.consumption.pace?.asked();
		let result: unknown;
		try {
			result = settlement.run(original, self, args);
		} catch (error) {
			this.consumption.failed(error);
			throw error;
		}
		if (this.async && typeof result === 'object' && result !== null) return this.#later(result, original);
		return this.#seen(result);
	}

	#later(result: object, original: AnyFunction): unknown {
		const seen = this.#onSeen;
		if (nativeSteps.has(original) || isPlainPromise(result)) return thenNatively(result, seen, this.#onFailed);
		const then = inspect(result, 'then');
		if (typeof then !== 'function') return this.#seen(result);
		if (types.isPromise(result) && settlesNatively(result, then)) sense(result, seen, this.consumption.settlement);
		else hookThenable(result, then as AnyFunction, this.consumption, seen);
		return result;
	}

	#seen(result: unknown): unknown {
		try {
			if (typeof result === 'object' && result !== null) this.#read(result as IteratorResult<unknown>);
			else this.consumption.pace?.answered();
		} catch {
			// A result whose members throw: the consumer will meet the same error.
		}
		return result;
	}

	#read(result: IteratorResult<unknown>): void {
		const { consumption } = this;
		if (result.done && (this.certain || isBareResult(result))) {
			if (this.leaving) consumption.left();
			else consumption.finished(result.value);
		} else if (!this.delegated && consumption.seesItems) {
			// What `next` of a cursor answers may be a row, which is the item itself.
			consumption.item(this.certain || (!result.done && 'value' in result) ? result.value : result);
		}
	}
}

function shadowSteps(iterator: object, next: AnyFunction, course: Course): boolean {
	const leave = inspect(iterator, 'return');
	const fail = inspect(iterator, 'throw');
	const steps = {
		next(this: unknown, ...args: unknown[]): unknown {
			return course.step(next, this, args, false);
		},
		return(this: unknown, ...args: unknown[]): unknown {
			return course.step(leave as AnyFunction, this, args, true);
		},
		throw(this: unknown, ...args: unknown[]): unknown {
			return course.step(fail as AnyFunction, this, args, false);
		},
	};
	if (!overrideProperty(iterator, 'next', steps.next)) return false;
	if (typeof leave === 'function') overrideProperty(iterator, 'return', steps.return);
	if (typeof fail === 'function') overrideProperty(iterator, 'throw', steps.throw);
	return true;
}

/** Opens an iteration in the invocation's context; what it throws fails the invocation, if nobody else iterates. */
function open(iterate: AnyFunction, self: unknown, args: unknown[], consumption: Consumption): unknown {
	const { settlement } = consumption;
	if (settlement.ended) return Reflect.apply(iterate, self, args);
	try {
		return settlement.run(iterate, self, args);
	} catch (error) {
		if (consumption.idle) consumption.failed(error);
		throw error;
	}
}

/** A row of a database may have a column named `done`. */
function isBareResult(result: object): boolean {
	const { done } = result as { done: unknown };
	return done === true && Object.keys(result).every((key) => key === 'done' || key === 'value');
}
