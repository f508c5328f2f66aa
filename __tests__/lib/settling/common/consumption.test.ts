import { describe, expect, it } from '@jest/globals';
import { Consumption } from '../../../../lib/settling/common/consumption.js';
import { Recorder } from '../recorder.js';

describe('a consumption', () => {
	it('reports its end to its settlement, once', () => {
		const recorder = new Recorder({ items: true });
		const consumption = new Consumption(recorder, 'Stream');
		consumption.item(1);
		consumption.done(2);
		consumption.cancelled();
		consumption.failed(3);
		expect(recorder.events).toEqual([
			['item', 1],
			['done', 2, 'Stream'],
		]);
	});

	it('reports no items to a settlement that wants none', () => {
		const items: unknown[] = [];
		class Silent extends Recorder {
			override item(value: unknown): void {
				items.push(value);
			}
		}
		new Consumption(new Silent(), 'Stream').item(1);
		expect(items).toEqual([]);
	});

	it('is cancelled when the last of its parts is, each part counting once', () => {
		const recorder = new Recorder();
		const whole = new Consumption(recorder, 'Stream');
		expect(whole.idle).toBe(true);
		const first = whole.part();
		const second = whole.part();
		first.cancelled();
		first.cancelled();
		expect([whole.idle, recorder.events]).toEqual([false, []]);
		second.part().cancelled();
		expect(recorder.events).toEqual([['cancelled', 'Stream']]);
	});

	it('is done when the first of its parts is', () => {
		const recorder = new Recorder();
		const whole = new Consumption(recorder, 'Stream');
		whole.part().cancelled();
		expect(recorder.events).toEqual([['cancelled', 'Stream']]);
		const other = new Recorder();
		const parts = new Consumption(other, 'Stream');
		parts.part();
		parts.part().done();
		expect(other.events).toEqual([['done', undefined, 'Stream']]);
	});
});
