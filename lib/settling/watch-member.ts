import type { Consumption } from './common/consumption.js';
import { type AnyFunction, descriptorOf, overrideAccessor, overrideProperty } from './common/override-property.js';
import type { Settlement } from './common/settlement.js';
import type { StreamTiming } from './common/stream-timing.js';

/**
 * Follows one member of a many-sided result (the Vercel AI SDK's `streamText`, where merely reading a member drains the
 * stream). Nothing is read until the application reads that member; what it then gives is settled.
 *
 * @returns false where the result has no such member, or it cannot be defined anew
 */
export function watchMember(
	result: object,
	key: string,
	consumption: Consumption,
	settle: (value: unknown, settlement: Settlement) => unknown,
): boolean {
	const member = descriptorOf(result, key);
	if (member === undefined) return false;
	const settlement = new MemberSettlement(consumption);
	const settled = new WeakMap<object, unknown>();
	const read: AnyFunction = member.get ?? (() => member.value);
	return overrideAccessor(result, key, {
		get(this: unknown): unknown {
			if (settlement.ended) return Reflect.apply(read, this, []);
			const value = settlement.run(read, this, []);
			if (typeof value !== 'object' || value === null) return settle(value, settlement);
			if (!settled.has(value)) settled.set(value, settle(value, settlement));
			return settled.get(value);
		},
		set: setterFor(key, member),
	});
}

function setterFor(key: string, member: PropertyDescriptor) {
	if (member.set !== undefined) return member.set as (this: unknown, value: unknown) => void;
	if (member.get !== undefined || member.writable === false) return undefined;
	return function (this: unknown, value: unknown): void {
		if (typeof this === 'object' && this !== null) overrideProperty(this, key, value);
	};
}

/**
 * The same settlement, for the member's value: it has no member to follow itself, and what becomes of one value is not
 * the end of a result that may be read again. It keeps the result's consumption alive while the member's is.
 */
export class MemberSettlement implements Settlement {
	readonly #whole: Consumption;
	readonly watch = undefined;

	constructor(whole: Consumption) {
		this.#whole = whole;
	}

	get wantsItems(): boolean {
		return this.#whole.settlement.wantsItems;
	}

	get ended(): boolean {
		return this.#whole.settlement.ended;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return this.#whole.settlement.run(fn, self, args);
	}

	pace(): StreamTiming | undefined {
		return this.#whole.settlement.pace?.();
	}

	item(value: unknown): void {
		this.#whole.settlement.item(value);
	}

	done(value: unknown, kind?: string): void {
		this.#whole.settlement.done(value, kind);
	}

	failed(error: unknown): void {
		this.#whole.settlement.failed(error);
	}

	cancelled(kind?: string): void {
		this.#whole.settlement.cancelled(kind);
	}

	abandoned(): void {}
}
