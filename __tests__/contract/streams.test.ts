import { beforeAll, describe, expect, it } from '@jest/globals';
import { CONSUMER, KINDS, type Kind, wait } from './streams/kinds.js';
import { AT_LEAST, atLeast, below, type Measured, measureAll, type Source } from './streams/measure.js';

/** Opens a stream of a kind, and consumes it with `work` on each chunk. */
function consumer({ name, make, consume }: Kind, work: () => Promise<void>) {
	return async (source: Source) => {
		const answer = name === 'a watched member' ? source.watched(null, make) : source.open(null, make);
		// A promise of a stream resolves to the stream; a lazy query is awaited by its consumer.
		await consume((answer instanceof Promise ? await answer : answer) as never, work);
	};
}

describe('a stream of each kind, consumed in each way', () => {
	let quick: Measured[] = [];
	let slow: Measured[] = [];
	beforeAll(async () => {
		quick = await measureAll(
			KINDS.map((kind) => consumer(kind, async () => {})),
			atLeast(AT_LEAST),
		);
		slow = await measureAll(
			KINDS.map((kind) => consumer(kind, () => wait(CONSUMER))),
			below(CONSUMER),
		);
	});
	const kinds = KINDS.map((kind, i) => [kind.name, kind, i] as const);

	it.each(kinds)('%s: what the consumer waits for is the producer’s time', (_, { bytes, chunks = 3 }, i) => {
		const { attributes = {}, streamed } = quick[i] ?? {};
		const size = bytes === undefined ? {} : { size: bytes };
		expect(attributes).toEqual({
			chunks,
			time_to_first_chunk: expect.any(Number),
			'stall.max': expect.any(Number),
			...size,
		});
		const { time_to_first_chunk: firstChunk, 'stall.max': stall } = attributes;
		expect(streamed).toEqual({ chunks, firstChunk, stall, ...(bytes === undefined ? {} : { bytes }) });
		expect(firstChunk).toBeGreaterThanOrEqual(AT_LEAST);
		expect(stall).toBeGreaterThanOrEqual(AT_LEAST);
	});

	it.each(kinds)('%s: the consumer’s own time does not count', (_, { ahead = false, chunks = 3 }, i) => {
		const { attributes = {} } = slow[i] ?? {};
		expect(attributes['chunks']).toBe(chunks);
		expect(attributes['time_to_first_chunk']).toBeLessThan(CONSUMER);
		expect(attributes['stall.max']).toBeLessThan(CONSUMER);
		if (!ahead) expect(attributes['stall.max']).toBeGreaterThanOrEqual(AT_LEAST);
	});
});
