import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
	encodeFrames,
	encodeSegmentHeader,
	type Frame,
	type FramePlace,
	newTag,
	PREAMBLE,
	stateByte,
	UNIT,
} from '../../../../delivery/journal/segments/frame.js';
import { scanSegment } from '../../../../delivery/journal/segments/scan.js';

const MOMENT = { wall: 1_800_000_000_000, sinceBoot: 5000, boot: '00000000-0000-4000-8000-00000000000a' };
const MIB = 2 ** 20;

const frameOf = (body: Uint8Array, more: Partial<Frame> = {}): Frame => ({
	...{ encoding: 'json', count: 1, time: 7, body },
	...more,
});

/** Returns a segment whose writes had those frames, and where each of them is. */
function segmentOf(writes: readonly (readonly Frame[])[], tag = newTag()) {
	const parts: Buffer[] = [encodeSegmentHeader(tag, MOMENT)];
	const places: FramePlace[] = [];
	let size = UNIT;
	for (const frames of writes) {
		const { data, places: found } = encodeFrames(frames, 'traces', tag, size, MOMENT);
		parts.push(data);
		places.push(...found);
		size += data.length;
	}
	return { bytes: Buffer.concat(parts), places, tag };
}

/** Scans bytes, and counts how many of them are read. */
async function scan(bytes: Buffer, size = bytes.length) {
	let bytesRead = 0;
	const read = async (length: number, offset: number) => {
		const part = bytes.subarray(offset, Math.min(offset + length, size));
		bytesRead += part.length;
		return part;
	};
	const found = await scanSegment(read, size);
	/** The bodies of the frames that are whole, as the sender reads them. */
	const bodies = found.frames.flatMap(({ offset, size: length, crc }) => {
		const body = bytes.subarray(offset, offset + length);
		return crc32(body) === crc ? [body.toString('latin1')] : [];
	});
	return { ...found, bodies, bytesRead };
}

const texts = (count: number, size = 100) =>
	Array.from({ length: count }, (_, index) => `body ${index} `.padEnd(size + index, '.'));

/** One write for each text. */
const written = (bodies: readonly string[]) => segmentOf(bodies.map((body) => [frameOf(Buffer.from(body))]));

describe('a scan of a sound segment', () => {
	it('finds each frame of each write by its place, with what is known of it, and reads no body', async () => {
		const checkpoint = frameOf(Buffer.from('open'), { kind: 'checkpoint', time: 9 });
		const { bytes, places } = segmentOf([
			[frameOf(Buffer.from('{"a":1}'), { count: 3 }), frameOf(Buffer.alloc(0), { count: 0 })],
			[checkpoint],
			[frameOf(Buffer.alloc(3 * MIB, 'x'), { encoding: 'protobuf', count: 512 })],
		]);
		const { frames, version, damaged, skippedBytes, newest, bytesRead } = await scan(bytes);
		const known = { signal: 'traces', state: 'pending' } as const;
		expect(frames).toEqual([
			{ kind: 'records', encoding: 'json', count: 3, time: 7, size: 7, ...known, ...places[0] },
			{ kind: 'records', encoding: 'json', count: 0, time: 7, size: 0, ...known, ...places[1] },
			{ kind: 'checkpoint', encoding: 'json', count: 1, time: 9, size: 4, ...known, ...places[2] },
			{ kind: 'records', encoding: 'protobuf', count: 512, time: 7, size: 3 * MIB, ...known, ...places[3] },
		]);
		expect({ version, damaged, skippedBytes, newest }).toEqual({
			...{ version: 2, damaged: 0, skippedBytes: 0 },
			newest: MOMENT,
		});
		expect(bytesRead).toBeLessThan(MIB);
	});

	it('finds the frames of one write of more than 1024 bodies', async () => {
		const { bytes } = segmentOf([texts(2500, 5).map((text) => frameOf(Buffer.from(text)))]);
		expect((await scan(bytes)).bodies).toEqual(texts(2500, 5));
	});

	it.each(['acknowledged', 'refused', 'held'] as const)('finds that one byte made a frame %s', async (state) => {
		const { bytes, places } = segmentOf([texts(3).map((text) => frameOf(Buffer.from(text)))]);
		bytes.set(stateByte(state), places[1]?.stateAt);
		const { frames, damaged } = await scan(bytes);
		expect([frames.map((frame) => frame.state), damaged]).toEqual([['pending', state, 'pending'], 0]);
	});

	it('takes a damaged state for pending: a body that is sent twice is better than one that is never sent', async () => {
		const { bytes, places } = segmentOf([[frameOf(Buffer.from('a'))]]);
		bytes.fill(0, places[0]?.stateAt, (places[0]?.stateAt ?? 0) + 1);
		expect((await scan(bytes)).frames.map(({ state }) => state)).toEqual(['pending']);
	});

	it('has no boot id if the machine that wrote it has none', async () => {
		const tag = newTag();
		const header = encodeSegmentHeader(tag, { ...MOMENT, boot: undefined });
		const { data } = encodeFrames([frameOf(Buffer.from('a'))], 'traces', tag, UNIT, MOMENT);
		expect((await scan(Buffer.concat([header, data]))).newest).toEqual({ ...MOMENT, boot: undefined });
	});
});

describe('a scan of a segment that a kill has cut off', () => {
	it('finds what is whole, wherever it is cut', async () => {
		const bodies = texts(4);
		const { bytes, places } = segmentOf(
			[bodies.slice(0, 2), bodies.slice(2)].map((some) => some.map((t) => frameOf(Buffer.from(t)))),
		);
		for (let length = 0; length < bytes.length; length++) {
			const whole = bodies.filter((body, index) => (places[index]?.offset ?? 0) + body.length <= length);
			const cut = await scan(bytes.subarray(0, length));
			// The index of a block comes before its bodies.
			expect(cut.bodies).toEqual(whole);
			expect(cut.version).toBe(2);
			expect(cut.frames).toHaveLength(whole.length);
		}
	});

	it('counts the end that is not whole as one place, with its bytes', async () => {
		const { bytes, places } = written(texts(2));
		const cut = (places[1]?.offset ?? 0) + 10;
		const { damaged, skippedBytes } = await scan(bytes.subarray(0, cut));
		expect([damaged, skippedBytes]).toEqual([1, cut - 5 * UNIT]);
	});
});

it('a file of another version, or of none, is not read', async () => {
	const { bytes } = written(texts(2));
	const other = Buffer.from(bytes);
	other.set(Buffer.from('agentese-otel/7\n'));
	expect(await scan(other)).toMatchObject({ version: 7, frames: [], damaged: 0 });
	expect(await scan(Buffer.from('root:x:0:0'))).toMatchObject({ version: undefined, frames: [], damaged: 0 });
});

describe('a scan of a damaged segment', () => {
	it('finds every frame whose block is not hit, and none that was not there, whatever bytes change', async () => {
		const bodies = texts(12, 90);
		const { bytes: sound, places } = written(bodies);
		// Of each block: its header, index and state, the body, and what fills its last unit.
		const starts = [...places.map(({ offset }) => offset - UNIT - 33), sound.length];
		await fc.assert(
			fc.asyncProperty(
				fc.array(
					fc.record({
						at: fc.integer({ min: 16, max: sound.length - 1 }),
						by: fc.nat(255),
						length: fc.integer({ min: 1, max: 200 }),
					}),
					{ minLength: 1, maxLength: 4 },
				),
				async (hits) => {
					const bytes = Buffer.from(sound);
					for (const { at, by, length } of hits) {
						for (let i = at; i < Math.min(at + length, bytes.length); i++) bytes[i] = (bytes[i] ?? 0) ^ by;
					}
					const hit = (from: number, to: number) => hits.some(({ at, length }) => at < to && at + length > from);
					// With the header of the segment and the first block gone, nothing authenticates the others.
					const lost = hit(0, UNIT) && hit(UNIT, starts[1] ?? 0);
					const { bodies: found, lookedAt, bytesRead } = await scan(bytes);
					if (!lost) {
						bodies.forEach((body, index) => {
							if (!hit(starts[index] ?? 0, starts[index + 1] ?? 0)) expect(found).toContain(body);
						});
					}
					for (const body of found) expect(bodies).toContain(body);
					expect(new Set(found).size).toBe(found.length);
					expect(lookedAt).toBeLessThanOrEqual(bytes.length / UNIT + hits.length + 1);
					expect(bytesRead).toBeLessThanOrEqual(bytes.length * 2);
				},
			),
			{ numRuns: 400 },
		);
	});

	it('counts what it skips', async () => {
		const { bytes, places } = written(texts(3));
		const second = (places[1]?.offset ?? 0) - UNIT - 33;
		bytes.fill(0, second, second + UNIT);
		expect(await scan(bytes)).toMatchObject({
			damaged: 1,
			skippedBytes: (places[2]?.offset ?? 0) - UNIT - 33 - second,
		});
	});

	it('finds all blocks behind a damaged header of the segment, by the tag of the first one', async () => {
		const { bytes } = written(texts(3));
		bytes.fill(0xff, 16, UNIT);
		expect(await scan(bytes)).toMatchObject({
			bodies: texts(3),
			damaged: 1,
			skippedBytes: UNIT,
			newest: { boot: undefined },
		});
	});

	it('skips all of a segment of which neither the header nor the first block is sound', async () => {
		const { bytes } = written(texts(3));
		bytes.fill(0xff, 16, UNIT + 20);
		expect(await scan(bytes)).toMatchObject({ frames: [], skippedBytes: bytes.length });
	});

	it('skips a block of which the index is damaged, and finds the next one', async () => {
		const { bytes, places } = written(texts(3));
		const index = (places[1]?.offset ?? 0) - 33;
		for (let at = index; at < index + 32; at++) {
			const copy = Buffer.from(bytes);
			copy[at] = (copy[at] ?? 0) ^ 0x10;
			expect((await scan(copy)).bodies).toEqual([texts(3)[0], texts(3)[2]]);
		}
	});
});

describe('what a user writes into a span', () => {
	/** A body that contains a whole segment and whole blocks, so that they begin at every place where a block may begin. */
	const trap = (tag: Buffer, fileOffset: number, bodyOffset: number): Buffer => {
		const stolen = frameOf(Buffer.from('{"sent":"as a request of ours"}'));
		const body = Buffer.alloc(UNIT * 40, '.');
		for (let at = (UNIT - (bodyOffset % UNIT)) % UNIT; at + 3 * UNIT < body.length; at += 3 * UNIT) {
			body.set(encodeFrames([stolen], 'traces', tag, fileOffset + at, MOMENT).data.subarray(0, 3 * UNIT), at);
		}
		return body;
	};

	it('is never a frame, although it is a valid one of another segment, wherever damage makes a scan search', async () => {
		const tag = newTag();
		const body = trap(newTag(), UNIT + UNIT + 33, UNIT + UNIT + 33);
		const { bytes } = segmentOf([[frameOf(body)], [frameOf(Buffer.from('next'))]], tag);
		bytes.fill(0, UNIT, 2 * UNIT);
		expect((await scan(bytes)).bodies).toEqual(['next']);
		// The write was cut off, and another one follows.
		const cut = Buffer.concat([bytes.subarray(0, UNIT), body]);
		expect((await scan(cut)).frames).toEqual([]);
	});

	it('is never a frame, although it is copied out of this very file', async () => {
		const tag = newTag();
		// The tag is right, and the place is that of the copied block.
		const body = trap(tag, 0, UNIT + UNIT + 33);
		const { bytes } = segmentOf([[frameOf(body)], [frameOf(Buffer.from('next'))]], tag);
		bytes.fill(0, UNIT, 2 * UNIT);
		expect((await scan(bytes)).bodies).toEqual(['next']);
	});

	it('is found with the right tag at the right place, so that the two tests above are no coincidence', async () => {
		const tag = newTag();
		const bodyAt = UNIT + UNIT + 33;
		const { bytes } = segmentOf([[frameOf(trap(tag, bodyAt, bodyAt))], [frameOf(Buffer.from('next'))]], tag);
		bytes.fill(0, UNIT, 2 * UNIT);
		expect((await scan(bytes)).bodies).toContain('{"sent":"as a request of ours"}');
	});
});

describe('the work of a scan is bounded', () => {
	/** Returns 4 MiB whose every unit is a header that `change` makes of a sound one. */
	function hostile(change: (header: Buffer, offset: number) => void): Buffer {
		const tag = newTag();
		const bytes = Buffer.alloc(4 * MIB);
		bytes.set(encodeSegmentHeader(tag, MOMENT));
		for (let at = UNIT; at < bytes.length; at += UNIT) {
			const header = encodeFrames([frameOf(Buffer.from('a'))], 'traces', tag, at, MOMENT).data.subarray(0, UNIT);
			change(header, at);
			header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
			bytes.set(header, at);
		}
		return bytes;
	}

	it.each<[string, (header: Buffer, offset: number) => void]>([
		['the rest of the file', (header, offset) => header.writeUInt32LE((4 * MIB - offset) / UNIT, 24)],
		['more than the file', (header) => header.writeUInt32LE(0xffffffff, 24)],
		['nothing', (header) => header.writeUInt32LE(0, 24)],
		['one unit, with the most bodies', (header) => header.writeUInt16LE(1024, 20)],
		['more bodies than a block may have', (header) => header.writeUInt16LE(0xffff, 20)],
		['a damaged index', () => undefined],
	])('if every place of 4 MiB is a header that claims %s', async (_, change) => {
		const bytes = hostile(change);
		const { frames, lookedAt, bytesRead, damaged } = await scan(bytes);
		expect(frames).toEqual([]);
		expect(damaged).toBeGreaterThan(0);
		expect(lookedAt).toBeLessThanOrEqual(bytes.length / UNIT + 1);
		expect(bytesRead).toBeLessThanOrEqual(bytes.length * 1.2);
	});

	it('if it is full of the magic words of all layouts', async () => {
		const tag = newTag();
		const bytes = Buffer.concat([
			encodeSegmentHeader(tag, MOMENT),
			Buffer.alloc(4 * MIB, Buffer.concat([tag, PREAMBLE])),
		]);
		const { frames, lookedAt } = await scan(bytes);
		expect([frames, lookedAt]).toEqual([[], Math.ceil((4 * MIB) / UNIT)]);
	});

	it('if it is sparse: 64 MiB are searched, and no byte behind them', async () => {
		const header = encodeSegmentHeader(newTag(), MOMENT);
		let bytesRead = 0;
		const size = 2 ** 30;
		const { frames, skippedBytes } = await scanSegment(async (length, offset) => {
			bytesRead += length;
			const part = Buffer.alloc(Math.min(length, size - offset));
			if (offset === 0) part.set(header);
			return part;
		}, size);
		expect([frames, skippedBytes]).toEqual([[], size - UNIT]);
		expect(bytesRead).toBeLessThan(66 * MIB);
	});

	it('if it has more frames than a segment of ours: the rest is skipped and counted', async () => {
		const tag = newTag();
		const group = Array.from({ length: 1024 }, () => frameOf(Buffer.from('a')));
		const { data } = encodeFrames(group, 'traces', tag, UNIT, MOMENT);
		const blocks = 200;
		const bytes = Buffer.concat([encodeSegmentHeader(tag, MOMENT), ...Array.from({ length: blocks }, () => data)]);
		for (let block = 1; block < blocks; block++) {
			const at = UNIT + block * data.length;
			bytes.writeUInt32LE(at / UNIT, at + 16);
			bytes.writeUInt32LE(crc32(bytes.subarray(at, at + 60)), at + 60);
		}
		const { frames, damaged, skippedBytes } = await scan(bytes);
		expect([frames.length, damaged, skippedBytes]).toEqual([2 ** 17, 1, (blocks - 128) * data.length]);
	});

	it('for random bytes behind a sound header', async () => {
		const header = encodeSegmentHeader(newTag(), MOMENT);
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 5000, size: 'max' }), async (noise) => {
				const bytes = Buffer.concat([header, noise]);
				const { frames, lookedAt, bytesRead, skippedBytes } = await scan(bytes);
				expect([frames, skippedBytes]).toEqual([[], noise.length]);
				expect(lookedAt).toBeLessThanOrEqual(bytes.length / UNIT + 1);
				expect(bytesRead).toBeLessThanOrEqual(bytes.length * 2);
			}),
		);
	});
});

describe('an index that somebody wrote on purpose is skipped', () => {
	/** Returns a segment of one block whose index is changed, with checksums that are right. */
	function forged(change: (index: Buffer) => void): Buffer {
		const { bytes } = written(['first body', 'second body']);
		const index = bytes.subarray(2 * UNIT, 2 * UNIT + 32);
		change(index);
		bytes.writeUInt32LE(crc32(index), UNIT + 56);
		bytes.writeUInt32LE(crc32(bytes.subarray(UNIT, UNIT + 60)), UNIT + 60);
		return bytes;
	}

	it.each<[string, (index: Buffer) => void]>([
		['more records than bytes', (index) => index.writeUInt32LE(11, 4)],
		['a body that ends behind its block', (index) => index.writeUInt32LE(64, 8)],
		['a body of 4 GiB', (index) => index.writeUInt32LE(0xffffffff, 8)],
		['an unknown kind', (index) => index.writeUInt8(9, 0)],
		['an unknown signal', (index) => index.writeUInt8(3, 1)],
		['an unknown encoding', (index) => index.writeUInt8(2, 2)],
	])('with %s', async (_, change) => {
		expect(await scan(forged(change))).toMatchObject({ bodies: ['second body'], damaged: 1 });
	});

	it('with a time that is no number: the time is 0', async () => {
		const { frames } = await scan(forged((index) => index.writeDoubleLE(Number.NaN, 16)));
		expect(frames.map(({ time }) => time)).toEqual([0, 7]);
	});

	it('and the same index without a change is read', async () => {
		expect(await scan(forged(() => undefined))).toMatchObject({ bodies: ['first body', 'second body'], damaged: 0 });
	});
});
