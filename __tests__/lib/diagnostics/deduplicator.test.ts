import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Deduplicator } from '../../../lib/diagnostics/deduplicator.js';
import { useFakeTimers, useRealTimers } from '../../support/platform.js';

let lines: string[];
let problems: Deduplicator;

beforeEach(() => {
	useFakeTimers();
	lines = [];
	problems = new Deduplicator((line) => lines.push(line));
});
afterEach(() => {
	problems.close();
	useRealTimers();
});

const fail = (ms: number) => problems.occurred(`export to 127.0.0.1:4318 failed after ${ms} ms`, []);
const LINE = 'agentese-otel: OpenTelemetry reported: export to 127.0.0.1:4318 failed after 1 ms';

describe('a problem', () => {
	it('is reported once, counted once a minute while it is ongoing, and reported when it ended', () => {
		for (let second = 1; second <= 90; second++) {
			fail(second);
			jest.advanceTimersByTime(1000);
		}
		expect(lines).toEqual([LINE, `${LINE} (60 times so far)`]);
		jest.advanceTimersByTime(10 * 60_000);
		expect(lines).toEqual([
			LINE,
			`${LINE} (60 times so far)`,
			`${LINE} (90 times so far)`,
			`${LINE} (ended: none for 60 s, 90 times in total)`,
		]);
	});

	it('that occurs again after its end is counted again', () => {
		fail(1);
		jest.advanceTimersByTime(5 * 60_000);
		fail(2);
		jest.advanceTimersByTime(60_000);
		expect(lines).toEqual([LINE, `${LINE} (ended: none for 60 s, once in total)`, `${LINE} (2 times so far)`]);
	});

	it('with another address or another text is another problem', () => {
		fail(1);
		problems.occurred('export to 127.0.0.1:4317 failed after 1 ms', []);
		problems.occurred('the queue is full', []);
		expect(lines).toEqual([
			LINE,
			LINE.replace('4318', '4317'),
			'agentese-otel: OpenTelemetry reported: the queue is full',
		]);
	});

	it('has its count reported by close()', () => {
		fail(1);
		fail(2);
		fail(3);
		problems.close();
		expect(lines).toEqual([LINE, `${LINE} (3 times in total)`]);
	});

	it('is dropped if 100 others are known', () => {
		for (let i = 0; i < 500; i++) problems.occurred(`problem x${i}`, []);
		expect(lines.length).toBe(100);
	});

	it('keeps no timer once it ended', () => {
		fail(1);
		jest.advanceTimersByTime(3 * 60_000);
		expect(jest.getTimerCount()).toBe(0);
	});
});

it('a message of a lower level is written each time, up to 1,000 lines a minute', () => {
	for (let i = 0; i < 1500; i++) problems.info('again', []);
	expect(lines.length).toBe(1000);
	jest.advanceTimersByTime(60_000);
	problems.info('again', []);
	expect(lines.length).toBe(1001);
});
