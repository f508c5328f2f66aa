import { expect, it } from '@jest/globals';
import { Traced } from '../../index.js';
import { withSdk } from './each.js';
import { timeline } from './harness.js';

withSdk();

/** A stream of the application that is no generator: it ends without a value. */
class Feed implements AsyncIterable<number> {
	async *[Symbol.asyncIterator](): AsyncGenerator<number, void> {
		yield 1;
	}
}

/** The values that the callbacks have received. */
const seen: unknown[] = [];

class Shop {
	@Traced({ refused: (value) => value == null, result: (value) => void seen.push(value) })
	feed(): Feed {
		return new Feed();
	}
	@Traced({ refused: (value) => value == null, result: (value) => void seen.push(value) })
	web(): ReadableStream<number> {
		return new ReadableStream({
			start: (controller) => {
				controller.enqueue(1);
				controller.close();
			},
		});
	}
	@Traced({ refused: (value) => value > 1, result: (value) => void seen.push(value) })
	async *generator(): AsyncGenerator<number, number> {
		yield 1;
		return 2;
	}
}

it('a stream without a value is no refusal, and `result` receives undefined; a generator has its return value', async () => {
	const shop = new Shop();
	for (const stream of [shop.feed(), shop.web(), shop.generator()]) for await (const _ of stream);
	const statuses = (await timeline()).map(({ name, status }) => [name, status]);
	expect(statuses).toEqual([
		['Shop.feed', 'OK'],
		['Shop.web', 'OK'],
		// A refusal: the status is unset.
		['Shop.generator', 'UNSET'],
	]);
	expect(seen).toEqual([undefined, undefined, 2]);
});
