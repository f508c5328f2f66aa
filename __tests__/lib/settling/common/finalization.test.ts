import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
	abandonOpenSettlements,
	registerFinalization,
	unregisterFinalization,
} from '../../../../lib/settling/common/finalization.js';
import { Recorder, woven } from '../recorder.js';

describe('abandonOpenSettlements()', () => {
	it('abandons what nobody consumed, once', () => {
		const generator = woven((function* () {})());
		const promise = woven(Promise.resolve(1));
		const value = woven(1);
		abandonOpenSettlements();
		abandonOpenSettlements();
		expect([generator.events, promise.events, value.events]).toEqual([[['abandoned']], [], [['done', 1]]]);
		expect([...generator.result]).toEqual([]);
		expect(generator.events).toEqual([['abandoned']]);
	});

	it('ignores what ended or was unregistered', () => {
		const ended = woven((function* () {})());
		expect([...ended.result]).toEqual([]);
		const unregistered = new Recorder();
		registerFinalization({}, unregistered);
		unregisterFinalization(unregistered);
		unregisterFinalization(unregistered);
		abandonOpenSettlements();
		expect([ended.events, unregistered.events]).toEqual([[['done', undefined, 'Generator']], []]);
	});
});

describe('registerFinalization()', () => {
	it('records when the result was returned', () => {
		const times: number[] = [];
		class Timed extends Recorder {
			override abandoned(heldAt?: number): void {
				times.push(heldAt ?? Number.NaN);
			}
		}
		const before = performance.now();
		registerFinalization({}, new Timed());
		const after = performance.now();
		abandonOpenSettlements();
		expect(times.length).toBe(1);
		expect(times[0]).toBeGreaterThanOrEqual(before);
		expect(times[0]).toBeLessThanOrEqual(after);
	});

	it('ignores a settlement that ended already', () => {
		const recorder = new Recorder();
		recorder.done(1);
		const events = [...recorder.events];
		registerFinalization({}, recorder);
		abandonOpenSettlements();
		expect(recorder.events).toEqual(events);
	});

	it('removes what ended without being unregistered, so that the list does not grow without limit', () => {
		const recorders: WeakRef<Recorder>[] = [];
		let abandonedCount = 0;
		class Counting extends Recorder {
			override abandoned(): void {
				abandonedCount++;
			}
		}
		const target = {};
		for (let i = 0; i < 5000; i++) {
			const recorder = new Counting();
			registerFinalization(target, recorder);
			recorder.done(i);
			recorders.push(new WeakRef(recorder));
		}
		abandonOpenSettlements();
		expect(recorders.length).toBe(5000);
		expect(abandonedCount).toBeLessThan(1025);
	});
});

describe('garbage collection', () => {
	it('abandons each kind of result that cannot be consumed any more, and none that can', async () => {
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
