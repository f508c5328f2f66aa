import { beforeEach, describe, expect, it } from '@jest/globals';
import { Counts } from '../../../delivery/common/counts.js';
import { Backlog } from '../../../delivery/sending/backlog.js';
import type { DeadLetters } from '../../../delivery/sending/dead-letters.js';
import { Sender } from '../../../delivery/sending/sender.js';
import type { SendResult } from '../../../delivery/sending/transport.js';

/** A backend that answers as a function of the texts of a request decides. */
type Script = (texts: string[], number: number) => SendResult;

const ACCEPTED: SendResult = { kind: 'accepted', rejected: 0 };
const BAD: SendResult = { kind: 'badBody', error: new Error('400 Bad Request'), answer: 'bad' };
const TOO_LARGE: SendResult = { kind: 'badBody', tooLarge: true, error: new Error('413') };
const BUSY: SendResult = { kind: 'retry', error: new Error('503') };
const CUT: SendResult = { kind: 'retry', error: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) };
const WRONG: SendResult = { kind: 'badBackend', error: new Error('401') };

let counts: Counts;
let backlog: Backlog;
let sent: string[][];
let accepted: string[];
let letters: { texts: string[]; count: number; reason: string; answer?: string | undefined }[];
let events: string[];

beforeEach(() => {
	counts = new Counts();
	backlog = new Backlog(counts, 1e6);
	[sent, accepted, letters, events] = [[], [], [], []];
});

/** An OTLP request in JSON with a span for each text. */
const bodyOf = (texts: readonly string[]) =>
	Buffer.from(`${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: texts.map((name) => ({ name })) }] }] })}\n`);
interface Request {
	resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[];
}
const textsIn = (body: Uint8Array) =>
	(JSON.parse(Buffer.from(body).toString()) as Request).resourceSpans.flatMap(({ scopeSpans }) =>
		scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
	);

function add(texts: readonly string[]): void {
	counts.created += texts.length;
	counts.queued += texts.length;
	backlog.add({ encoding: 'json', count: texts.length, time: Date.now(), body: bodyOf(texts) });
}

function senderTo(script: Script, { local = false } = {}): Sender {
	return new Sender(
		{
			transport: {
				send: async (body) => {
					const texts = textsIn(body);
					sent.push(texts);
					const result = script(texts, sent.length);
					if (result.kind === 'accepted') accepted.push(...texts);
					return result;
				},
				close: () => undefined,
			},
			observer: {
				target: 'there',
				failed: (error) => void events.push(`failed: ${(error as Error).message}`),
				failedAlone: (error) => void events.push(`alone: ${(error as Error).message}`),
				delivered: () => void events.push('delivered'),
				refused: (error) => void events.push(`refused: ${(error as Error).message}`),
				reasonOf: (error) => (error as Error).message,
			},
			metrics: false,
			batch: 512,
			journal: undefined,
			deadLetters: {
				keep: async (
					{ count, reason, answer }: { count: number; reason: string; answer?: string },
					body: Uint8Array,
				) => {
					letters.push({ texts: textsIn(body), count, reason, answer });
					return true;
				},
			} as unknown as DeadLetters,
			local,
		},
		backlog,
		counts,
	);
}

const law = () => expect(counts.created).toBe(counts.delivered + counts.queued + counts.onDisk + counts.dropped);

/** Sends until nothing more may be sent at once, and checks the law after each request. */
async function drain(sender: Sender, max = 2000): Promise<void> {
	for (let i = 0; i < max && !backlog.isEmpty; i++) {
		const goesOn = await sender.send();
		law();
		if (!goesOn) return;
	}
}

const names = (count: number, prefix = 's') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('a request that is refused for what is in it', () => {
	it.each([
		[2, 1],
		[3, 0],
		[41, 20],
		[100, 99],
		[512, 0],
		[512, 511],
		[512, 300],
	])('of %d records: the bad one, at %d, is set aside within 2 log2(N) + 8 requests', async (count, at) => {
		const texts = names(count);
		texts[at] = 'bad';
		add(texts);
		await drain(senderTo((asked) => (asked.includes('bad') ? BAD : ACCEPTED)));
		expect(accepted.sort()).toEqual(texts.filter((text) => text !== 'bad').sort());
		expect(letters).toEqual([{ texts: ['bad'], count: 1, reason: '400 Bad Request', answer: 'bad' }]);
		expect(sent.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count)) + 8);
		expect(counts.stats()).toMatchObject({
			...{ created: count, delivered: count - 1, queued: 0, droppedBy: { refused: 1 }, rejected: 1 },
		});
		expect([backlog.isEmpty, backlog.count, backlog.totalBytes, backlog.memoryBytes]).toEqual([true, 0, 0, 0]);
		expect(events).toContain('refused: 400 Bad Request');
		expect(events.filter((event) => event.startsWith('failed'))).toEqual([]);
	});

	it('divides a joined request by its bodies first, and sends none of them twice', async () => {
		for (const text of names(64)) add([text]);
		add(['bad']);
		for (const text of names(64, 't')) add([text]);
		await drain(senderTo((asked) => (asked.includes('bad') ? BAD : ACCEPTED)));
		expect(accepted.length).toBe(128);
		expect(new Set(accepted).size).toBe(128);
		expect(letters.map(({ texts }) => texts)).toEqual([['bad']]);
		expect(sent.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(129)) + 8);
	});

	it('does not send the half again whose sibling was accepted: it is divided at once', async () => {
		add(['a', 'b', 'c', 'bad']);
		await drain(senderTo((asked) => (asked.includes('bad') ? BAD : ACCEPTED)));
		expect(sent).toEqual([['a', 'b', 'c', 'bad'], ['a', 'b'], ['c'], ['bad']]);
	});

	it('of which many records are bad takes no more requests; the smallest refused parts are set aside', async () => {
		const texts = names(512).map((text, index) => (index % 7 === 3 ? `bad${text}` : text));
		add(texts);
		const isBad = (text: string) => text.startsWith('bad');
		await drain(senderTo((asked) => (asked.some(isBad) ? BAD : ACCEPTED)));
		// The first good record proves that the backend accepts something.
		expect(sent.length).toBeLessThanOrEqual(2 * 9 + 8);
		expect(accepted.length).toBeGreaterThan(0);
		expect(accepted.filter(isBad)).toEqual([]);
		expect([...accepted, ...letters.flatMap((letter) => letter.texts)].sort()).toEqual([...texts].sort());
		expect(letters.reduce((sum, { count }) => sum + count, 0)).toBe(512 - accepted.length);
		expect(backlog.isEmpty).toBe(true);
	});

	it('keeps everything if single records are refused and nothing is accepted', async () => {
		add(names(512));
		const sender = senderTo(() => BAD);
		await drain(sender);
		// 512, 256, ... 1, and the other 1.
		expect(sent.length).toBe(11);
		expect(letters).toEqual([]);
		expect(counts.stats()).toMatchObject({ delivered: 0, queued: 512, dropped: 0, retries: 1 });
		expect(events).toEqual(['failed: it refuses every record: 400 Bad Request']);
		expect(sender.waitMs).toBeGreaterThan(300);
		// Each further try is one request.
		await sender.send();
		await sender.send();
		expect(sent.length).toBe(13);
		expect(counts.dropped).toBe(0);
	});

	it('is delivered whole if the backend was mended', async () => {
		add(names(64));
		let isMended = false;
		const sender = senderTo(() => (isMended ? ACCEPTED : BAD));
		await drain(sender);
		isMended = true;
		await drain(sender);
		expect(accepted.sort()).toEqual(names(64).sort());
		expect([letters, counts.delivered, counts.dropped]).toEqual([[], 64, 0]);
	});

	it('and holds one record waits until the backend accepts another one, and is set aside then', async () => {
		add(['bad']);
		const sender = senderTo((asked) => (asked.includes('bad') ? BAD : ACCEPTED));
		await drain(sender);
		expect([letters, counts.queued]).toEqual([[], 1]);
		add(['good']);
		for (let i = 0; i < 5; i++) await sender.send();
		expect(accepted).toEqual(['good']);
		expect(letters.map(({ texts }) => texts)).toEqual([['bad']]);
		expect(counts.stats()).toMatchObject({ delivered: 1, queued: 0, dropped: 1 });
	});

	it('is not taken for the reason by an outage in the middle of the search', async () => {
		add([...names(31), 'bad']);
		let outage = 3;
		const sender = senderTo((asked, number) => {
			if (number > 4 && outage-- > 0) return number % 2 === 0 ? BUSY : WRONG;
			return asked.includes('bad') ? BAD : ACCEPTED;
		});
		for (let i = 0; i < 60 && !backlog.isEmpty; i++) await sender.send();
		expect(accepted.sort()).toEqual(names(31).sort());
		expect(letters.map(({ texts }) => texts)).toEqual([['bad']]);
		expect(new Set(accepted).size).toBe(accepted.length);
	});
});

describe('a request that is too large', () => {
	it('is sent in parts that are small enough, and the next one is divided before it is sent', async () => {
		const limit = 400;
		const script: Script = (asked) => (bodyOf(asked).length > limit ? TOO_LARGE : ACCEPTED);
		const sender = senderTo(script);
		add(names(100));
		await drain(sender);
		const first = sent.length;
		expect(accepted.sort()).toEqual(names(100).sort());
		expect([letters, counts.dropped]).toEqual([[], 0]);
		add(names(100, 't'));
		sent = [];
		await drain(sender);
		expect(sent.filter((asked) => bodyOf(asked).length > limit * 1.5)).toEqual([]);
		expect(sent.length).toBeLessThan(first);
		expect(counts.delivered).toBe(200);
	});

	it('and holds one record that is too large: that one is set aside', async () => {
		add([...names(10), 'x'.repeat(5000), ...names(10, 't')]);
		await drain(senderTo((asked) => (bodyOf(asked).length > 2000 ? TOO_LARGE : ACCEPTED)));
		expect(accepted.length).toBe(20);
		expect(letters.map(({ texts }) => texts[0]?.length)).toEqual([5000]);
	});

	it('for ever: a search, and then single requests, ever later', async () => {
		add(names(512));
		const sender = senderTo(() => TOO_LARGE);
		await drain(sender);
		expect(sent.length).toBeLessThanOrEqual(12);
		for (let i = 0; i < 4; i++) await sender.send();
		expect(sent.length).toBeLessThanOrEqual(16);
		expect(counts.stats()).toMatchObject({ queued: 512, dropped: 0 });
		expect(sender.waitMs).toBeGreaterThan(4000);
	});
});

describe('a request that fails', () => {
	it.each([
		['busy', BUSY],
		['a bad backend', WRONG],
	])('%s four of five times is delivered, and nothing is set aside', async (_, failure) => {
		for (let i = 0; i < 6; i++) add(names(200, `b${i}-`));
		const sender = senderTo((_asked, number) => (number % 5 === 0 ? ACCEPTED : failure));
		for (let i = 0; i < 200 && !backlog.isEmpty; i++) {
			sender.retryAll();
			await sender.send();
			law();
		}
		expect(accepted.length).toBe(1200);
		expect([letters, counts.dropped]).toEqual([[], 0]);
	});

	it('at random, 80 % of the time and by a cut connection too, is delivered, and nothing is set aside', async () => {
		let seed = 42;
		const random = () => {
			seed = (seed * 1103515245 + 12345) % 2147483648;
			return seed / 2147483648;
		};
		for (let i = 0; i < 60; i++) add(names(100, `b${i}-`));
		const sender = senderTo(() => (random() < 0.8 ? CUT : ACCEPTED));
		for (let i = 0; i < 5000 && !backlog.isEmpty; i++) {
			sender.retryAll();
			await sender.send();
		}
		expect(new Set(accepted).size).toBe(6000);
		expect(accepted.length).toBe(6000);
		expect([letters, counts.dropped]).toEqual([[], 0]);
	});

	it('alone while others are accepted does not hold them up, and is never set aside', async () => {
		add(['sick']);
		const sender = senderTo((asked) => (asked.includes('sick') ? WRONG : ACCEPTED));
		for (let i = 0; i < 30; i++) {
			add([`good${i}`]);
			sender.retryAll();
			await sender.send();
			await sender.send();
		}
		expect(accepted.length).toBe(30);
		expect(letters).toEqual([]);
		expect(counts.stats()).toMatchObject({ queued: 1, delivered: 30, dropped: 0 });
		expect(events).toContain('alone: 401');
		expect(events.filter((event) => event.startsWith('failed')).length).toBeLessThan(4);
	});

	it('by a connection that one record alone cuts, while others pass: that record is set aside, the others arrive', async () => {
		add([...names(7), 'poison', ...names(8, 't')]);
		const sender = senderTo((asked) => (asked.includes('poison') ? CUT : ACCEPTED));
		for (let i = 0; i < 60 && letters.length === 0; i++) {
			add([`good${i}`]);
			sender.retryAll();
			await sender.send();
			await sender.send();
			law();
		}
		for (let i = 0; i < 20 && !backlog.isEmpty; i++) await sender.send();
		expect(letters.map(({ texts }) => texts)).toEqual([['poison']]);
		expect(letters[0]?.reason).toMatch(/closes the connection, while others are accepted/);
		expect(names(7).every((name) => accepted.includes(name))).toBe(true);
		expect(backlog.isEmpty).toBe(true);
		// Not before the fifth time.
		expect(sent.filter((asked) => asked.includes('poison')).length).toBeGreaterThan(5);
	});

	it('by a connection that is cut for all is never set aside', async () => {
		add(['one']);
		add(['two']);
		const sender = senderTo(() => CUT);
		for (let i = 0; i < 60; i++) {
			sender.retryAll();
			await sender.send();
		}
		expect([letters, counts.queued]).toEqual([[], 2]);
	});

	it('is sent again after the time that the backend asks for', async () => {
		add(['one']);
		const sender = senderTo(() => ({ kind: 'retry', error: new Error('429'), afterMs: 5000 }));
		expect([await sender.send(), sender.isThrottled]).toEqual([false, true]);
		expect(sender.waitMs).toBeGreaterThan(4500);
		expect(sender.waitMs).toBeLessThanOrEqual(5000);
	});

	it('alone because the backend throttles it is left out for no longer than the backend asks for', async () => {
		add(['first']);
		let isFull = true;
		const throttle: SendResult = { kind: 'retry', error: new Error('429'), afterMs: 1 };
		const sender = senderTo((asked) => (asked.includes('first') && isFull ? throttle : ACCEPTED));
		add(['second']);
		for (let i = 0; i < 12; i++) await sender.send();
		expect(accepted).toEqual(['second']);
		isFull = false;
		expect([await sender.send(), accepted]).toEqual([true, ['second', 'first']]);
	});

	it('waits 0.5 s, then twice as long each time, up to 30 s, give or take a quarter', async () => {
		add(['one']);
		const sender = senderTo(() => BUSY);
		for (let i = 0; i < 10; i++) {
			expect(await sender.send()).toBe(false);
			const expected = Math.min(30_000, 500 * 2 ** i);
			expect(sender.waitMs).toBeGreaterThan(expected * 0.74 - 50);
			expect(sender.waitMs).toBeLessThanOrEqual(expected * 1.25);
			expect(sender.isThrottled).toBe(false);
		}
	});

	it('because its connection was closed meanwhile is sent again at once', async () => {
		add(['one']);
		await drain(senderTo((_, number) => (number === 1 ? CUT : ACCEPTED)));
		expect([accepted, counts.retries, events]).toEqual([['one'], 1, ['delivered']]);
	});
});

it('counts what a partial success rejects, for several bodies too, and reports the reason', async () => {
	add(names(3));
	add(names(3, 't'));
	await drain(senderTo(() => ({ kind: 'accepted', rejected: 4, message: 'too old' })));
	expect(counts.stats()).toMatchObject({ delivered: 2, dropped: 4, droppedBy: { refused: 4 } });
	expect(events).toEqual(['delivered', 'refused: 4 records of a request: too old']);
});

it('a local destination gets one body after the other, in their order', async () => {
	for (const text of names(5)) add([text]);
	let failures = 3;
	const sender = senderTo(() => (failures-- > 0 ? BUSY : ACCEPTED), { local: true });
	for (let i = 0; i < 10; i++) await sender.send();
	expect(sent.slice(0, 4)).toEqual([['s0'], ['s0'], ['s0'], ['s0']]);
	expect(accepted).toEqual(names(5));
});
