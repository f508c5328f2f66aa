import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { endOpen, hold, release } from '../../../../lib/settling/common/finalization.js';
import { Recorder, woven } from '../recorder.js';

describe('endOpen()', () => {
	it('abandons what nobody consumed, once', () => {
		const generator = woven((function* () {})());
		const promise = woven(Promise.resolve(1));
		const value = woven(1);
		endOpen();
		endOpen();
		expect([generator.events, promise.events, value.events]).toEqual([[['abandoned']], [], [['done', 1]]]);
		expect([...generator.result]).toEqual([]);
		expect(generator.events).toEqual([['abandoned']]);
	});

	it('leaves alone what ended or was released', () => {
		const ended = woven((function* () {})());
		expect([...ended.result]).toEqual([]);
		const released = new Recorder();
		hold({}, released);
		release(released);
		release(released);
		endOpen();
		expect([ended.events, released.events]).toEqual([[['done', undefined, 'Generator']], []]);
	});
});

describe('hold()', () => {
	it('remembers when the result was handed out', () => {
		const times: number[] = [];
		class Timed extends Recorder {
			override abandoned(heldAt?: number): void {
				times.push(heldAt ?? Number.NaN);
			}
		}
		const before = performance.now();
		hold({}, new Timed());
		const after = performance.now();
		endOpen();
		expect(times.length).toBe(1);
		expect(times[0]).toBeGreaterThanOrEqual(before);
		expect(times[0]).toBeLessThanOrEqual(after);
	});

	it('lists nothing that has ended already', () => {
		const recorder = new Recorder();
		recorder.done(1);
		const events = [...recorder.events];
		hold({}, recorder);
		endOpen();
		expect(recorder.events).toEqual(events);
	});

	it('forgets what ended without being released, before the list grows for ever', () => {
		const held: WeakRef<Recorder>[] = [];
		let asked = 0;
		class Counting extends Recorder {
			override abandoned(): void {
				asked++;
			}
		}
		const anchor = {};
		for (let i = 0; i < 5000; i++) {
			const recorder = new Counting();
			hold(anchor, recorder);
			recorder.done(i);
			held.push(new WeakRef(recorder));
		}
		endOpen();
		expect(held.length).toBe(5000);
		expect(asked).toBeLessThan(1025);
	});
});

describe('collection', () => {
	it('abandons each kind of result that nobody can consume any more, and none that somebody can', async () => {
		const child = fileURLToPath(new URL('./finalization.child.ts', import.meta.url));
		const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', child]);
		const report = JSON.parse(stdout) as { dropped: Record<string, unknown>; kept: Record<string, unknown> };
		expect(Object.keys(report.dropped)).toEqual([
			'generator',
			'async generator',
			'iterable',
			'thenable',
			'web stream',
			'node stream',
			'observable',
			'member',
		]);
		for (const [name, events] of Object.entries(report.dropped))
			expect([name, events]).toEqual([name, [['abandoned']]]);
		expect(report.kept).toEqual({
			'iterator of a dropped iterable': [['done', null, 'Object']],
			'branch of a dropped web stream': [['done', null, 'ReadableStream']],
			'reader of a dropped web stream': [['done', null, 'ReadableStream']],
			'stream of a dropped thenable': [['done', null, 'AsyncGenerator']],
			'member of a dropped result': [['done', null, 'AsyncGenerator']],
			'thenable that is under way': [['done', 'rows']],
		});
	});
});
