import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { importEvents, type RecordedEvent, startTelemetry } from '../../../sdk/index.js';
import { linesOf, spansOf, temporary } from '../../support/children.js';

let directory: string;
beforeEach(() => {
	directory = join(temporary(), 'telemetry');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

const EVENTS: RecordedEvent[] = [
	{ id: 'e1', content: { type: 'call', function: 'tend', depth: 0 }, timestamp: 1_700_000_000.123456 },
	{ id: 'e2', content: { type: 'call', function: 'water', depth: 1 }, timestamp: 1_700_000_001, dependencies: ['e1'] },
	{ id: 'e3', content: { type: 'exception', function: 'water', depth: 1 }, timestamp: 1_700_000_002 },
	{ id: 'e4', content: { type: 'return', function: 'water', depth: 1 }, timestamp: 1_700_000_002.5 },
	{
		id: 'e5',
		content: { type: 'call', function: 'prune', depth: 1 },
		timestamp: 1_700_000_003,
		dependencies: ['e1', 'e4'],
	},
];

it('imported spans are in the files of the json preset with the recorded times, whatever the sampling rate is', async () => {
	const telemetry = await startTelemetry({
		preset: ['json'],
		json: { directory },
		serviceName: 'garden',
		sampling: { rate: 0 },
	});
	const result = await importEvents(EVENTS);
	expect(result).toEqual({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/), spans: 3, faults: [] });
	expect(telemetry.stats().spans).toEqual({ created: 3, delivered: 3, queued: 0, dropped: 0, droppedBy: {} });
	await telemetry.shutdown();
	const [tend, water, prune] = spansOf(directory);
	const { traceId } = result;
	expect([tend, water, prune]).toEqual([
		expect.objectContaining({
			traceId,
			name: 'tend',
			startTimeUnixNano: '1700000000123456000',
			endTimeUnixNano: '1700000000123456000',
			status: { code: 0 },
			links: [],
			attributes: expect.arrayContaining([{ key: 'agentese.recording.unfinished', value: { boolValue: true } }]),
		}),
		expect.objectContaining({
			traceId,
			name: 'water',
			parentSpanId: tend?.spanId,
			startTimeUnixNano: '1700000001000000000',
			endTimeUnixNano: '1700000002500000000',
			status: { code: 2, message: 'exception in water' },
			events: [expect.objectContaining({ name: 'exception', timeUnixNano: '1700000002000000000' })],
		}),
		expect.objectContaining({
			traceId,
			name: 'prune',
			parentSpanId: tend?.spanId,
			links: [expect.objectContaining({ traceId, spanId: water?.spanId })],
		}),
	]);
	const [resource] = linesOf(directory, 'traces')[0]?.resourceSpans ?? [];
	expect(resource?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'garden' } });
	await expect(importEvents(EVENTS)).rejects.toThrow('none of them exports traces');
});
