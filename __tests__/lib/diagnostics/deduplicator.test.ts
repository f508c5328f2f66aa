import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Deduplicator } from '../../../lib/diagnostics/deduplicator.js';

let said: string[];
let problems: Deduplicator;

beforeEach(() => {
	jest.useFakeTimers();
	said = [];
	problems = new Deduplicator((line) => said.push(line));
});
afterEach(() => {
	problems.close();
	jest.useRealTimers();
});

const away = (ms: number) => problems.occurred(`export to 127.0.0.1:4318 failed after ${ms} ms`, []);
const LINE = 'agentese-otel: OpenTelemetry says: export to 127.0.0.1:4318 failed after 1 ms';

describe('a problem', () => {
	it('is said once, counted once a minute while it goes on, and said to be over', () => {
		for (let second = 1; second <= 90; second++) {
			away(second);
			jest.advanceTimersByTime(1000);
		}
		expect(said).toEqual([LINE, `${LINE} (60 times so far)`]);
		jest.advanceTimersByTime(10 * 60_000);
		expect(said).toEqual([
			LINE,
			`${LINE} (60 times so far)`,
			`${LINE} (90 times so far)`,
			`${LINE} (over: not for 60 s, 90 times in all)`,
		]);
	});

	it('that comes back is counted again', () => {
		away(1);
		jest.advanceTimersByTime(5 * 60_000);
		away(2);
		jest.advanceTimersByTime(60_000);
		expect(said).toEqual([LINE, `${LINE} (over: not for 60 s, once in all)`, `${LINE} (2 times so far)`]);
	});

	it('of another address, or in other words, is another problem', () => {
		away(1);
		problems.occurred('export to 127.0.0.1:4317 failed after 1 ms', []);
		problems.occurred('the queue is full', []);
		expect(said).toEqual([LINE, LINE.replace('4318', '4317'), 'agentese-otel: OpenTelemetry says: the queue is full']);
	});

	it('is counted when the voice is taken away', () => {
		away(1);
		away(2);
		away(3);
		problems.close();
		expect(said).toEqual([LINE, `${LINE} (3 times in all)`]);
	});

	it('is one of a hundred at most', () => {
		for (let i = 0; i < 500; i++) problems.occurred(`problem x${i}`, []);
		expect(said.length).toBe(100);
	});

	it('holds no timer once it is over', () => {
		away(1);
		jest.advanceTimersByTime(3 * 60_000);
		expect(jest.getTimerCount()).toBe(0);
	});
});

it('what is told at the lower levels is said each time, up to a thousand lines a minute', () => {
	for (let i = 0; i < 1500; i++) problems.info('again', []);
	expect(said.length).toBe(1000);
	jest.advanceTimersByTime(60_000);
	problems.info('again', []);
	expect(said.length).toBe(1001);
});
