import { afterEach, describe, expect, it } from '@jest/globals';
import { importEvents, type RecordedEvent } from '../../../sdk/import-events/import-events.js';
import { event, exporter, GARDEN, idOf, importedSpans, one, processors, unfinished } from './recording.js';

afterEach(() => exporter.reset());

describe('importEvents()', () => {
	it('reports faulty events with index and key, and imports all others', async () => {
		const bad: unknown[] = [
			null,
			{ ...GARDEN[0], id: '' },
			{ ...GARDEN[0], content: { ...GARDEN[0]?.content, type: 'retrun', depth: -1 } },
			{ ...GARDEN[0], timestamp: 1_700_000_000_000 },
			{ ...GARDEN[0], timestamp: '12', source: 7, dependencies: 'e1' },
			{ ...GARDEN[0], content: 'call' },
			{ ...GARDEN[0], content: { type: 'call', function: '', file: 1, line: 1.5, depth: 0 }, dependencies: [3] },
			GARDEN[3],
		];
		const events = [...GARDEN, ...bad] as RecordedEvent[];
		const { spans, faults } = await importEvents(events, { processors });
		expect(spans).toBe(3);
		const ids = exporter.getFinishedSpans().map(idOf);
		exporter.reset();
		await importEvents(GARDEN, { processors });
		expect(exporter.getFinishedSpans().map(idOf)).toEqual(ids);
		expect(faults.map(({ message }) => message)).toEqual([
			'events[7] must be an object with id, content, timestamp, source, dependencies; it got null.',
			'events[8].id must be a text that is not empty; it got "".',
			'events[9].content.type must be call, return or exception (perhaps return); it got "retrun".',
			'events[9].content.depth must be a whole number from 0; it got -1.',
			'events[10].timestamp must be seconds since 1970; it got 1700000000000.',
			'events[11].timestamp must be seconds since 1970; it got "12".',
			'events[11].source must be a text; it got 7.',
			'events[11].dependencies must be a list of ids; it got "e1".',
			'events[12].content must be an object with type, function, file, line, depth; it got "call".',
			'events[13].content.function must be a text that is not empty; it got "".',
			'events[13].content.file must be a text; it got 1.',
			'events[13].content.line must be a whole number from 0; it got 1.5.',
			'events[13].dependencies[0] must be the id of an event; it got 3.',
			'events[14].id must be an id that no other event has; event 3 has it already; it got "e4".',
		]);
		expect(faults.map(({ index, key }) => `${index} ${key}`).slice(0, 3)).toEqual(['7 ', '8 id', '9 content.type']);
	});

	it('leaves out a dependency on an unknown event or on the call itself, and turns a cycle into a link', async () => {
		const { faults } = await importEvents(
			[
				event('a', 'call', 'a', 0, 10, ['b']),
				event('b', 'call', 'b', 0, 11, ['c']),
				event('c', 'call', 'c', 0, 12, ['a']),
				event('d', 'call', 'd', 0, 13, ['nobody', 'a']),
				event('e', 'call', 'e', 0, 14, ['e']),
			],
			{ processors },
		);
		expect(importedSpans()).toEqual([
			one('a', 10, 10, { ...unfinished, links: ['b'] }),
			one('b', 11, 11, { ...unfinished, parent: 'c' }),
			one('c', 12, 12, { ...unfinished, parent: 'a' }),
			one('d', 13, 13, { ...unfinished, links: ['a'] }),
			one('e', 14, 14, unfinished),
		]);
		const legal = 'must be the id of another event; it got';
		expect(faults.map(({ message }) => message)).toEqual([
			'events[0].dependencies[0] closes a cycle, since "b" depends on it; it became a link.',
			`events[3].dependencies[0] ${legal} "nobody", which no imported event has. It is left out.`,
			`events[4].dependencies[0] ${legal} "e", which is its own call. It is left out.`,
		]);
	});

	it('returns no spans for an empty list, and throws for what is no list and if no telemetry runs', async () => {
		expect(await importEvents([], { processors })).toEqual({ traceId: undefined, spans: 0, faults: [] });
		await expect(importEvents({} as never, { processors })).rejects.toThrow(
			new TypeError('importEvents() expects a list of events; it got object.'),
		);
		await expect(importEvents(GARDEN)).rejects.toThrow(
			'importEvents() exports through the running presets, and none of them exports traces. Await ' +
				'startTelemetry() first, or pass the option processors.',
		);
	});

	it('continues if a processor throws or cannot flush', async () => {
		const broken = {
			onStart: () => undefined,
			onEnd: () => {
				throw new Error('broken');
			},
			forceFlush: () => Promise.reject(new Error('unreachable')),
			shutdown: async () => undefined,
		};
		const result = await importEvents(GARDEN, { processors: [...processors, broken] as never });
		expect(result.faults).toEqual([]);
		expect(exporter.getFinishedSpans().length).toBe(3);
	});
});
