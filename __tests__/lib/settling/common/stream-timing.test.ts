import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Consumption } from '../../../../lib/settling/common/consumption.js';
import { StreamTimer, withStreamed } from '../../../../lib/settling/common/stream-timing.js';
import { Recorder } from '../recorder.js';

const WORK = 30;
const OK = { threw: false };
const LEFT = { threw: false, left: true };

/** The clock, which only work moves, so that the times are as they are said here, on a machine that pauses too. */
let clock = 0;
beforeEach(() => {
	clock = 1000;
	jest.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => {
	jest.restoreAllMocks();
});

function work(ms = WORK): void {
	clock += ms;
}

describe('a pace', () => {
	it('that was told nothing has no chunks', () => {
		expect(new StreamTimer().measured(OK)).toEqual({ chunks: 0 });
		expect(new StreamTimer().measured(LEFT)).toEqual({ chunks: 0 });
	});

	it('counts chunks that nobody asked for, and knows no time of them', () => {
		const pace = new StreamTimer();
		pace.chunk('a');
		work();
		pace.chunk('b');
		expect(pace.measured(OK)).toEqual({ chunks: 2 });
	});

	it('measures from the first of several asks to the first chunk, and then from chunk to chunk', () => {
		const pace = new StreamTimer();
		pace.asked();
		pace.asked();
		work();
		pace.chunk('a');
		work(2 * WORK);
		pace.chunk('b');
		work(4 * WORK);
		pace.asked();
		pace.chunk('c');
		expect(pace.measured(OK)).toEqual({ chunks: 3, firstChunk: WORK, stall: 2 * WORK });
	});

	it('waits once, however often that is said of a source that pushes', () => {
		const pace = new StreamTimer();
		pace.waits();
		pace.waits();
		pace.chunk('a');
		work();
		pace.chunk('b');
		expect(pace.measured(OK)).toEqual({ chunks: 2, firstChunk: 0 });
	});

	it('is not waiting after what was no chunk, and while it is stopped', () => {
		const pace = new StreamTimer();
		pace.asked();
		pace.chunk('a');
		pace.asked();
		pace.answered();
		work();
		pace.chunk('b');
		pace.waits();
		pace.stopped();
		work();
		pace.chunk('c');
		expect(pace.measured(OK)).toEqual({ chunks: 3, firstChunk: 0 });
	});

	it('has waited until the chunk lay ready, unless it turned out to be none', () => {
		const pace = new StreamTimer();
		pace.begins();
		pace.ready();
		work();
		pace.chunk('a');
		expect(pace.measured(OK)).toEqual({ chunks: 1, firstChunk: 0 });
		pace.waits();
		pace.ready();
		pace.notReady();
		work();
		pace.chunk('b');
		expect(pace.measured(OK)).toEqual({ chunks: 2, firstChunk: 0, stall: WORK });
	});

	it.each([
		['failed', { threw: true }, WORK],
		['was left', LEFT, WORK],
		['was abandoned', { ...LEFT, endedAt: 1 }, undefined],
		['was whole', OK, undefined],
	])('takes a wait that nothing came of, because the stream %s, for a stall or not', (_, ending, stall) => {
		const pace = new StreamTimer();
		pace.asked();
		pace.chunk('a');
		pace.asked();
		work();
		expect(pace.measured(ending)).toEqual({ chunks: 1, firstChunk: 0, ...(stall === undefined ? {} : { stall }) });
	});

	it('answers the consumption that got furthest, and nothing where one was not seen', () => {
		const whole = new StreamTimer();
		const [first, second] = [whole.part(), whole.part()];
		first.chunk('a');
		second.chunk(new Uint8Array(2));
		second.chunk(new Uint8Array(3));
		expect([whole, first, second].map((pace) => pace.measured(OK))).toEqual(Array(3).fill({ chunks: 2, bytes: 5 }));
		second.unseen();
		expect([whole, first, second].map((pace) => pace.measured(OK))).toEqual(Array(3).fill(undefined));
	});

	it('knows when anything was last asked for', () => {
		const whole = new StreamTimer();
		const part = whole.part();
		expect(whole.touchedAt).toBe(0);
		work();
		part.asked();
		expect(whole.touchedAt).toBe(clock);
	});

	it('keeps no chunk of a stream that is still open', async () => {
		const child = fileURLToPath(new URL('stream-timing.child.ts', import.meta.url));
		const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', child]);
		expect(JSON.parse(stdout)).toEqual([3, ['async generator', 3, 0], ['web stream', 3, 0], ['Node stream', 3, 0]]);
	});
});

describe('an outcome', () => {
	it('is the same where no stream was measured', () => {
		const outcome = { kind: 'ok' };
		const unseen = new StreamTimer();
		unseen.unseen();
		expect([withStreamed(outcome, undefined, OK), withStreamed(outcome, unseen, OK)]).toEqual([outcome, outcome]);
		expect(withStreamed(outcome, undefined, OK)).toBe(outcome);
		expect(withStreamed(outcome, new StreamTimer(), OK)).toEqual({ kind: 'ok', streamed: { chunks: 0 } });
	});
});

describe('a consumption', () => {
	it('tells its pace, and its settlement only what that wants; after the end neither', () => {
		const pace = new StreamTimer();
		const recorder = new Recorder();
		const consumption = new Consumption(recorder, 'Stream', pace);
		consumption.item('a');
		consumption.finished();
		consumption.item('b');
		expect([consumption.seesItems, recorder.events, pace.measured(OK)]).toEqual([
			true,
			[['done', undefined, 'Stream']],
			{ chunks: 1 },
		]);
	});
});
