import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { platform } from '../../../../lib/runtime/platform.js';
import { Consumption } from '../../../../lib/settling/common/consumption.js';
import { StreamTimer, withStreamed } from '../../../../lib/settling/common/stream-timing.js';
import { Recorder } from '../recorder.js';

const WORK = 30;
const OK = { threw: false };
const CANCELLED = { threw: false, left: true };

/** The clock, which only `work()` moves, so that all times are exact, also on a machine that pauses. */
let clock = 0;
beforeEach(() => {
	clock = 1000;
	jest.spyOn(platform, 'performanceNow').mockImplementation(() => clock);
});
afterEach(() => {
	jest.restoreAllMocks();
});

function work(ms = WORK): void {
	clock += ms;
}

describe('a stream timer', () => {
	it('without calls has measured no chunks', () => {
		expect(new StreamTimer().measured(OK)).toEqual({ chunks: 0 });
		expect(new StreamTimer().measured(CANCELLED)).toEqual({ chunks: 0 });
	});

	it('counts chunks that were not requested, and measures no time for them', () => {
		const timer = new StreamTimer();
		timer.chunk('a');
		work();
		timer.chunk('b');
		expect(timer.measured(OK)).toEqual({ chunks: 2 });
	});

	it('measures from the first of several requests to the first chunk, and then from chunk to chunk', () => {
		const timer = new StreamTimer();
		timer.asked();
		timer.asked();
		work();
		timer.chunk('a');
		work(2 * WORK);
		timer.chunk('b');
		work(4 * WORK);
		timer.asked();
		timer.chunk('c');
		expect(timer.measured(OK)).toEqual({ chunks: 3, firstChunk: WORK, stall: 2 * WORK });
	});

	it('waits for one chunk of a source that pushes, however often waiting() is called', () => {
		const timer = new StreamTimer();
		timer.waiting();
		timer.waiting();
		timer.chunk('a');
		work();
		timer.chunk('b');
		expect(timer.measured(OK)).toEqual({ chunks: 2, firstChunk: 0 });
	});

	it('does not wait after an answer without a chunk, and while the stream is paused', () => {
		const timer = new StreamTimer();
		timer.asked();
		timer.chunk('a');
		timer.asked();
		timer.noChunk();
		work();
		timer.chunk('b');
		timer.waiting();
		timer.paused();
		work();
		timer.chunk('c');
		expect(timer.measured(OK)).toEqual({ chunks: 3, firstChunk: 0 });
	});

	it('waits until the chunk is ready, unless that is withdrawn', () => {
		const timer = new StreamTimer();
		timer.waitingForFirst();
		timer.ready();
		work();
		timer.chunk('a');
		expect(timer.measured(OK)).toEqual({ chunks: 1, firstChunk: 0 });
		timer.waiting();
		timer.ready();
		timer.notReady();
		work();
		timer.chunk('b');
		expect(timer.measured(OK)).toEqual({ chunks: 2, firstChunk: 0, stall: WORK });
	});

	it.each([
		['failed', { threw: true }, WORK],
		['was cancelled', CANCELLED, WORK],
		['was abandoned', { ...CANCELLED, endedAt: 1 }, undefined],
		['was complete', OK, undefined],
	])('counts the last wait as a stall or not, if the stream %s', (_, ending, stall) => {
		const timer = new StreamTimer();
		timer.asked();
		timer.chunk('a');
		timer.asked();
		work();
		expect(timer.measured(ending)).toEqual({ chunks: 1, firstChunk: 0, ...(stall === undefined ? {} : { stall }) });
	});

	it('returns the consumption with the most chunks, and nothing if one could not be measured', () => {
		const root = new StreamTimer();
		const [first, second] = [root.part(), root.part()];
		first.chunk('a');
		second.chunk(new Uint8Array(2));
		second.chunk(new Uint8Array(3));
		expect([root, first, second].map((timer) => timer.measured(OK))).toEqual(Array(3).fill({ chunks: 2, bytes: 5 }));
		second.markUnmeasurable();
		expect([root, first, second].map((timer) => timer.measured(OK))).toEqual(Array(3).fill(undefined));
	});

	it('knows when a chunk was last requested', () => {
		const root = new StreamTimer();
		const part = root.part();
		expect(root.lastRequestAt).toBe(0);
		work();
		part.asked();
		expect(root.lastRequestAt).toBe(clock);
	});

	it('keeps no chunk of a stream that is still open', async () => {
		const child = fileURLToPath(new URL('stream-timing.child.ts', import.meta.url));
		const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', child]);
		expect(JSON.parse(stdout)).toEqual([3, ['async generator', 3, 0], ['web stream', 3, 0], ['Node stream', 3, 0]]);
	});
});

describe('an outcome', () => {
	it('is returned itself if no stream was measured', () => {
		const outcome = { kind: 'ok' };
		const unmeasured = new StreamTimer();
		unmeasured.markUnmeasurable();
		expect([withStreamed(outcome, undefined, OK), withStreamed(outcome, unmeasured, OK)]).toEqual([outcome, outcome]);
		expect(withStreamed(outcome, undefined, OK)).toBe(outcome);
		expect(withStreamed(outcome, new StreamTimer(), OK)).toEqual({ kind: 'ok', streamed: { chunks: 0 } });
	});
});

describe('a consumption', () => {
	it('reports to its timer, and to its settlement what that wants, until its end', () => {
		const timer = new StreamTimer();
		const recorder = new Recorder();
		const consumption = new Consumption(recorder, 'Stream', timer);
		consumption.item('a');
		consumption.done();
		consumption.item('b');
		expect([consumption.needsItems, recorder.events, timer.measured(OK)]).toEqual([
			true,
			[['done', undefined, 'Stream']],
			{ chunks: 1 },
		]);
	});
});
