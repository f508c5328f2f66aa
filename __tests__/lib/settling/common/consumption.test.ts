import { describe, expect, it } from '@jest/globals';
import { Consumption } from '../../../../lib/settling/common/consumption.js';
import { Recorder } from '../recorder.js';

describe('a consumption', () => {
	it('tells its settlement what became of it, once', () => {
		const recorder = new Recorder({ items: true });
		const consumption = new Consumption(recorder, 'Stream');
		consumption.item(1);
		consumption.finished(2);
		consumption.left();
		consumption.failed(3);
		expect(recorder.events).toEqual([
			['item', 1],
			['done', 2, 'Stream'],
		]);
	});

	it('tells no items to one that wants none', () => {
		const told: unknown[] = [];
		class Silent extends Recorder {
			override item(value: unknown): void {
				told.push(value);
			}
		}
		new Consumption(new Silent(), 'Stream').item(1);
		expect(told).toEqual([]);
	});

	it('was left when the last of its parts was, a part counting once', () => {
		const recorder = new Recorder();
		const whole = new Consumption(recorder, 'Stream');
		expect(whole.idle).toBe(true);
		const first = whole.part();
		const second = whole.part();
		first.left();
		first.left();
		expect([whole.idle, recorder.events]).toEqual([false, []]);
		second.part().left();
		expect(recorder.events).toEqual([['cancelled', 'Stream']]);
	});

	it('is finished with the first of its parts', () => {
		const recorder = new Recorder();
		const whole = new Consumption(recorder, 'Stream');
		whole.part().left();
		expect(recorder.events).toEqual([['cancelled', 'Stream']]);
		const other = new Recorder();
		const parts = new Consumption(other, 'Stream');
		parts.part();
		parts.part().finished();
		expect(other.events).toEqual([['done', undefined, 'Stream']]);
	});
});
