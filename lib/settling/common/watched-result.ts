import { getOwnPropertyDescriptor } from '../../runtime/intrinsics.js';
import { processState } from '../../runtime/process-state.js';
import { Consumption } from './consumption.js';
import type { Settlement } from './settlement.js';
import { SharedSettlement } from './shared-settlement.js';
import { SharedTimer, type StreamTimer } from './stream-timing.js';

/**
 * The watched results: of each object, one per `watch` option of the invocations that return it. An object that many
 * invocations return (a cached iterable, a subject, a query builder that returns itself) is overridden once.
 */
const watchedResults = processState('settling/watched-results', () => new WeakMap<object, WatchedResult>());

/**
 * An object whose members are overridden so that its consumption can be watched. The overrides refer to it, and report
 * to the consumption that it refers to at the time.
 */
export class WatchedResult {
	/** The consumption of the newest invocation that returns the object, and of those that share it. */
	consumption: Consumption;
	/** True once the application has begun that consumption. Set for results that are repeatable only. */
	begun = false;
	/** The `watch` option of the invocations that return the object. */
	readonly watch: string | undefined;
	/**
	 * True if the object can be consumed several times (an iterable, an observable, a lazy query). The consumption that an
	 * invocation has begun then stays its own, and the next invocation begins another one. False if the object has one
	 * end, with which all invocations end that return it (an iterator, a stream).
	 */
	readonly repeatable: boolean;
	/** The same object as watched for another `watch` option. */
	#next: WatchedResult | undefined;
	/** One of the overridden members, and its override. */
	#key: PropertyKey = '';
	#override: unknown;

	constructor(consumption: Consumption, watch?: string, repeatable = false) {
		this.consumption = consumption;
		this.watch = watch;
		this.repeatable = repeatable;
	}

	/** Records one of the overridden members, by which it is determined later whether the object is still watched. */
	overrode(key: PropertyKey, override: unknown): void {
		this.#key = key;
		this.#override = override;
	}

	/** Remembers that the object is watched. */
	remember(object: object): void {
		this.#next = watchedResults.get(object);
		watchedResults.set(object, this);
	}

	/**
	 * Returns the consumption for one more invocation that returns the object: the present one, which it then shares, or a
	 * new one, if the present one ended or can no longer be shared.
	 */
	join(settlement: Settlement, timer: StreamTimer | undefined): Consumption {
		const { consumption } = this;
		if (consumption.settlement.ended || (this.repeatable && this.begun)) {
			this.begun = false;
			this.consumption = new Consumption(settlement, consumption.kind, timer);
		} else {
			consumption.share(
				SharedSettlement.of(consumption.settlement, settlement),
				SharedTimer.of(consumption.timer, timer),
			);
		}
		return this.consumption;
	}

	/**
	 * Returns the object as it is watched already; undefined if it is not, or if the application has replaced the
	 * override since.
	 */
	static of(object: object, watch: string | undefined): WatchedResult | undefined {
		let result = watchedResults.get(object);
		while (result !== undefined && result.watch !== watch) result = result.#next;
		return result?.isInPlace(object) === true ? result : undefined;
	}

	/** Returns true if the object still has the recorded override. */
	isInPlace(object: object): boolean {
		try {
			const descriptor = getOwnPropertyDescriptor(object, this.#key);
			return descriptor !== undefined && (descriptor.get ?? descriptor.value) === this.#override;
		} catch {
			return false;
		}
	}
}
