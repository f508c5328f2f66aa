import { describe, expect, it } from '@jest/globals';
import { settle } from '../../../../lib/settling/settle.js';
import { type CallReaders, CallSettlement } from '../../../../lib/tokens/model-calls/call-settlement.js';
import type { ModelCall } from '../../../../lib/tokens/model-calls/model-call.js';
import type { TokenUsage } from '../../../../lib/usage/accounting/usage.js';

/** A call that notes what it was told. */
class Noted implements ModelCall {
	readonly told: (TokenUsage | undefined)[] = [];
	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return Reflect.apply(fn, self, args);
	}
	report(usage: TokenUsage | undefined): void {
		this.told.push(usage);
	}
}

/** Sums up the items; `complete` at an item of 0. */
const summing: CallReaders = {
	value: (value) => (typeof value === 'number' ? { in: value } : undefined),
	stream: () => {
		const gathered = { sum: 0, complete: false };
		return {
			see: (item) => {
				gathered.sum += Number(item);
				gathered.complete = item === 0;
			},
			usage: (whole) => (gathered.sum === 0 ? undefined : { in: gathered.sum, partial: !whole }),
			get complete() {
				return gathered.complete;
			},
		};
	},
};

async function* items(...all: number[]): AsyncGenerator<number> {
	for (const item of all) {
		if (item < 0) throw new Error('broken');
		yield item;
	}
}

function follow(result: unknown): { readonly call: Noted; readonly result: unknown } {
	const call = new Noted();
	return { call, result: settle(result, new CallSettlement(call, summing)) };
}

describe('a settled call says once', () => {
	it('what is in its value', async () => {
		const { call, result } = follow(Promise.resolve(7));
		expect([await result, call.told]).toEqual([7, [{ in: 7 }]]);
	});

	it('nothing, where there is nothing', async () => {
		const { call, result } = follow(Promise.resolve('text'));
		expect([await result, call.told]).toEqual(['text', []]);
	});

	it('nothing of a failure, which stays what it is', async () => {
		const { call, result } = follow(Promise.reject(new Error('no')));
		await expect(result).rejects.toThrow('no');
		expect(call.told).toEqual([]);
	});

	it('the sum of a stream at its end', async () => {
		const { call, result } = follow(items(1, 2, 3));
		for await (const _ of result as AsyncIterable<number>) expect(call.told).toEqual([]);
		expect(call.told).toEqual([{ in: 6, partial: false }]);
	});

	it('the sum of a stream as soon as nothing more can come', async () => {
		const { call, result } = follow(items(1, 2, 0, 5));
		const seen: number[] = [];
		for await (const item of result as AsyncIterable<number>) {
			seen.push(item);
			expect(call.told.length).toBe(seen.length < 3 ? 0 : 1);
		}
		expect([seen, call.told]).toEqual([[1, 2, 0, 5], [{ in: 3, partial: false }]]);
	});

	it('what came before a stream was left, or failed', async () => {
		const left = follow(items(1, 2, 3));
		for await (const item of left.result as AsyncIterable<number>) if (item === 2) break;
		const failed = follow(items(1, -1));
		await expect(
			(async () => {
				for await (const _ of failed.result as AsyncIterable<number>);
			})(),
		).rejects.toThrow('broken');
		expect([left.call.told, failed.call.told]).toEqual([[{ in: 3, partial: true }], [{ in: 1, partial: true }]]);
	});

	it('nothing where its readers throw', async () => {
		const fail = () => {
			throw new Error('a reader');
		};
		const call = new Noted();
		const broken = { value: fail, stream: () => ({ see: fail, usage: fail }) };
		expect(await settle(Promise.resolve(1), new CallSettlement(call, broken))).toBe(1);
		const seen: unknown[] = [];
		for await (const item of settle(items(1, 2), new CallSettlement(call, broken)) as AsyncIterable<number>)
			seen.push(item);
		expect([seen, call.told]).toEqual([[1, 2], []]);
	});
});
