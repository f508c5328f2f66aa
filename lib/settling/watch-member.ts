import { apply } from '../runtime/intrinsics.js';
import type { Consumption } from './common/consumption.js';
import { type AnyFunction, descriptorOf, overrideAccessor, overrideProperty } from './common/override-property.js';
import type { Settlement } from './common/settlement.js';
import type { StreamTiming } from './common/stream-timing.js';
import type { WatchedResult } from './common/watched-result.js';

/**
 * Follows one member of a result that has several streams or promises (the Vercel AI SDK's `streamText`, where reading
 * a member starts to drain the stream). The member is not read before the application reads it; its value is then
 * settled.
 *
 * @param key - the name of the member: the `watch` option
 * @param object - the result
 * @param result - the result as it is watched
 * @param settle - `settle()`, as an argument because its module imports this one
 * @returns false if the result has no such member, or if it cannot be overridden
 */
export function watchMember(
	object: object,
	key: string,
	result: WatchedResult,
	settle: (value: unknown, settlement: Settlement) => unknown,
): boolean {
	const member = descriptorOf(object, key);
	if (member === undefined) return false;
	const read: AnyFunction = member.get ?? (() => member.value);
	let reading = new MemberReading(result.consumption);
	function get(this: unknown): unknown {
		if (reading.consumption !== result.consumption) reading = new MemberReading(result.consumption);
		const { settlement, settled } = reading;
		if (settlement.ended) return apply(read, this, []);
		const value = settlement.run(read, this, []);
		if (typeof value !== 'object' || value === null) return settle(value, settlement);
		if (!settled.has(value)) settled.set(value, settle(value, settlement));
		return settled.get(value);
	}
	result.overrode(key, get);
	return overrideAccessor(object, key, { get, set: setterFor(key, member) });
}

/** How the member is read for one consumption of the result. */
class MemberReading {
	readonly settlement: MemberSettlement;
	/** What was returned for each value: a value is settled once, also if the application reads the member again. */
	readonly settled = new WeakMap<object, unknown>();

	constructor(readonly consumption: Consumption) {
		this.settlement = new MemberSettlement(consumption);
	}
}

/** Returns the setter for the override: that of the member; for a writable field, one that replaces the override. */
function setterFor(key: string, member: PropertyDescriptor) {
	if (member.set !== undefined) return member.set as (this: unknown, value: unknown) => void;
	if (member.get !== undefined || member.writable === false) return undefined;
	return function (this: unknown, value: unknown): void {
		if (typeof this === 'object' && this !== null) overrideProperty(this, key, value);
	};
}

/**
 * The settlement for the value of the watched member. It forwards to that of the result, with two differences: it has
 * no member to follow, and `abandoned` is ignored, since the member may be read again. It refers to the consumption of
 * the result, which is therefore not garbage-collected while the member is being consumed.
 */
export class MemberSettlement implements Settlement {
	/** The consumption of the whole result. */
	readonly #result: Consumption;
	readonly watch = undefined;

	constructor(result: Consumption) {
		this.#result = result;
	}

	get wantsItems(): boolean {
		return this.#result.settlement.wantsItems;
	}

	get ended(): boolean {
		return this.#result.settlement.ended;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return this.#result.settlement.run(fn, self, args);
	}

	pace(): StreamTiming | undefined {
		return this.#result.settlement.pace?.();
	}

	item(value: unknown): void {
		this.#result.settlement.item(value);
	}

	done(value: unknown, kind?: string): void {
		this.#result.settlement.done(value, kind);
	}

	failed(error: unknown): void {
		this.#result.settlement.failed(error);
	}

	cancelled(kind?: string): void {
		this.#result.settlement.cancelled(kind);
	}

	abandoned(): void {}
}
