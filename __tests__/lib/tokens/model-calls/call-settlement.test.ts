import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { settle } from '../../../../lib/settling/settle.js';
import { type CallReaders, CallSettlement } from '../../../../lib/tokens/model-calls/call-settlement.js';
import type { ModelCall } from '../../../../lib/tokens/model-calls/model-call.js';
import type { TokenUsage } from '../../../../lib/usage/accounting/usage.js';

/** A call that records its reports. */
class RecordedCall implements ModelCall {
	readonly reports: (TokenUsage | undefined)[] = [];
	readonly context = ROOT_CONTEXT;
	report(usage: TokenUsage | undefined): void {
		this.reports.push(usage);
	}
}

/** Sums up the items; `complete` at an item of 0. */
const summing: CallReaders = {
	value: (value) => (typeof value === 'number' ? { input: value } : undefined),
	stream: () => {
		const gathered = { sum: 0, complete: false };
		return {
			add: (item) => {
				gathered.sum += Number(item);
				gathered.complete = item === 0;
			},
			usage: (whole) => (gathered.sum === 0 ? undefined : { input: gathered.sum, partial: !whole }),
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

function follow(result: unknown): { readonly call: RecordedCall; readonly result: unknown } {
	const call = new RecordedCall();
	return { call, result: settle(result, new CallSettlement(call, summing)) };
}

describe('a settled call reports once', () => {
	it('what is in its value', async () => {
		const { call, result } = follow(Promise.resolve(7));
		expect([await result, call.reports]).toEqual([7, [{ input: 7 }]]);
	});

	it('nothing, if there is no usage', async () => {
		const { call, result } = follow(Promise.resolve('text'));
		expect([await result, call.reports]).toEqual(['text', []]);
	});

	it('nothing for a failure, which is passed on as it is', async () => {
		const { call, result } = follow(Promise.reject(new Error('no')));
		await expect(result).rejects.toThrow('no');
		expect(call.reports).toEqual([]);
	});

	it('the sum of a stream at its end', async () => {
		const { call, result } = follow(items(1, 2, 3));
		for await (const _ of result as AsyncIterable<number>) expect(call.reports).toEqual([]);
		expect(call.reports).toEqual([{ input: 6, partial: false }]);
	});

	it('the sum of a stream as soon as nothing more can come', async () => {
		const { call, result } = follow(items(1, 2, 0, 5));
		const seen: number[] = [];
		for await (const item of result as AsyncIterable<number>) {
			seen.push(item);
			expect(call.reports.length).toBe(seen.length < 3 ? 0 : 1);
		}
		expect([seen, call.reports]).toEqual([[1, 2, 0, 5], [{ input: 3, partial: false }]]);
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
		expect([left.call.reports, failed.call.reports]).toEqual([
			[{ input: 3, partial: true }],
			[{ input: 1, partial: true }],
		]);
	});

	it('nothing if its readers throw', async () => {
		const fail = () => {
			throw new Error('a reader');
		};
		const call = new RecordedCall();
		const broken = { value: fail, stream: () => ({ add: fail, usage: fail }) };
		expect(await settle(Promise.resolve(1), new CallSettlement(call, broken))).toBe(1);
		const seen: unknown[] = [];
		for await (const item of settle(items(1, 2), new CallSettlement(call, broken)) as AsyncIterable<number>)
			seen.push(item);
		expect([seen, call.reports]).toEqual([[1, 2], []]);
	});
});
