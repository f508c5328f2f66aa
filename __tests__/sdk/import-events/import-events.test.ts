import { afterEach, describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { importEvents, type RecordedEvent } from '../../../sdk/import-events/import-events.js';
import { timesAsLong } from '../../support/rounds.js';
import {
	byCall,
	event,
	exporter,
	GARDEN,
	idOf,
	importedSpans,
	one,
	processors,
	type Type,
	unfinished,
} from './recording.js';

afterEach(() => exporter.reset());

describe('importEvents()', () => {
	it('exports one trace of calls with the recorded times, parents, links and exceptions', async () => {
		const resource = resourceFromAttributes({ 'service.name': 'origin' });
		const { traceId, spans, faults } = await importEvents(GARDEN, { processors, resource });
		expect([spans, faults]).toEqual([3, []]);
		const [tend, water, prune] = ['e1', 'e2', 'e5'].map((id) => byCall().get(id));
		for (const span of [tend, water, prune]) {
			expect(span?.spanContext()).toEqual({
				traceId,
				spanId: expect.any(String),
				traceFlags: 1,
				traceState: undefined,
			});
			expect(span?.kind).toBe(SpanKind.INTERNAL);
			expect(span?.resource.attributes).toEqual({ 'service.name': 'origin' });
			expect(span?.instrumentationScope.name).toBe('agentese-otel');
		}
		expect(water?.name).toBe('water');
		expect(water?.attributes).toEqual({
			'code.function.name': 'water',
			'code.file.path': 'soul.py',
			'code.line.number': 7,
			'agentese.recording.id': 'e2',
			'agentese.recording.source': 'main',
			'agentese.recording.depth': 1,
		});
		expect([tend?.startTime, tend?.endTime]).toEqual([
			[1_700_000_000, 125_000_000],
			[1_700_000_003, 0],
		]);
		expect([prune?.startTime, prune?.endTime]).toEqual([
			[1_700_000_001, 1_000],
			[1_700_000_002, 123_456_000],
		]);
		expect(water?.events).toEqual([
			{
				name: 'exception',
				time: [1_700_000_000, 375_000_000],
				attributes: {
					'exception.message': 'exception in water at soul.py:7',
					'code.file.path': 'soul.py',
					'code.line.number': 7,
				},
				droppedAttributesCount: 0,
			},
		]);
		expect(water?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'exception in water at soul.py:7' });
		expect([tend, prune].map((span) => [span?.events, span?.status])).toEqual([
			[[], { code: SpanStatusCode.OK }],
			[[], { code: SpanStatusCode.OK }],
		]);
		expect([tend, water, prune].map((span) => span?.parentSpanContext?.spanId)).toEqual([
			undefined,
			idOf(tend),
			idOf(tend),
		]);
		expect([tend, water, prune].map((span) => span?.links.map(({ context }) => context.spanId))).toEqual([
			[idOf(prune)],
			[],
			[idOf(water)],
		]);
	});

	it('exports the same trace for the same recording in any order, and another trace for another recording', async () => {
		const ids = async (events: RecordedEvent[]) => {
			const { traceId } = await importEvents(events, { processors });
			const spans = exporter.getFinishedSpans().map((span) => `${span.name} ${idOf(span)}`);
			exporter.reset();
			return { traceId, spans: spans.sort() };
		};
		const first = await ids(GARDEN);
		expect(await ids([...GARDEN].reverse())).toEqual(first);
		// SHA-256 of the sorted ids with a zero byte before each; of the trace and the call's id.
		expect(first).toEqual({
			traceId: '0e1030ce5fb4e9d7a210f3ce034b9786',
			spans: ['prune 0a31be2fc1f32392', 'tend 72d1e38a1fec2867', 'water 2c7aa628bb6f86f9'],
		});
		expect((await ids(GARDEN.slice(0, 4))).traceId).not.toBe(first.traceId);
	});

	it('pairs events by function, depth and nesting: recursion, interleaved sources, and events that depend on their own call', async () => {
		const { faults } = await importEvents(
			[
				event('a0', 'call', 'f', 0, 10),
				event('b0', 'call', 'f', 0, 11, [], 'other'),
				event('a1', 'call', 'f', 1, 12, ['a0']),
				event('b0r', 'return', 'f', 0, 13, [], 'other'),
				event('a1r', 'return', 'f', 1, 14),
				event('c', 'call', 'f', 0, 15),
				event('a0r', 'return', 'f', 0, 16, ['a0']),
				event('cr', 'return', 'f', 0, 17),
			],
			{ processors },
		);
		expect(faults).toEqual([]);
		expect(importedSpans()).toEqual([
			one('a0', 10, 16),
			one('b0', 11, 13),
			one('a1', 12, 14, { parent: 'a0' }),
			one('c', 15, 17),
		]);
	});

	it('ends a call without a recorded end where it began, without a status and marked as unfinished', async () => {
		const { spans, faults } = await importEvents(
			[
				event('a', 'call', 'a', 0, 10),
				event('lost', 'call', 'x', 1, 11, ['a']),
				event('ar', 'return', 'a', 0, 12),
				event('b', 'call', 'b', 0, 13),
				event('xr', 'return', 'x', 1, 14),
			],
			{ processors },
		);
		expect(importedSpans()).toEqual([
			one('a', 10, 12),
			one('lost', 11, 11, { parent: 'a', ...unfinished }),
			one('b', 13, 13, unfinished),
		]);
		// `x` was below `a`, which had returned: its late return belongs to no call.
		expect([spans, faults]).toEqual([
			3,
			[
				{
					index: 4,
					key: 'content',
					message:
						'events[4].content is a return in x at depth 1 that belongs to no open call of its source; it is left out.',
				},
			],
		]);
	});

	it('ends a call without return at its exception, unless a later event shows that it continued', async () => {
		await importEvents(
			[
				event('a', 'call', 'a', 0, 10),
				event('x', 'call', 'x', 1, 11, ['a']),
				event('x!', 'exception', 'x', 1, 12),
				event('a!', 'exception', 'a', 0, 13),
				event('y', 'call', 'y', 1, 14, ['a']),
				event('yr', 'return', 'y', 1, 15),
			],
			{ processors },
		);
		expect(importedSpans()).toEqual([
			one('a', 10, 10, { status: 'ERROR', unfinished: true }),
			one('x', 11, 12, { parent: 'a', status: 'ERROR' }),
			one('y', 14, 15, { parent: 'a' }),
		]);
	});

	it('treats a dependency on any event of a call as one on the call', async () => {
		await importEvents(
			[
				event('a', 'call', 'a', 0, 10),
				event('ar', 'return', 'a', 0, 11),
				event('b', 'call', 'b', 0, 12, ['ar', 'a']),
				event('br', 'return', 'b', 0, 13, ['b', 'c']),
				event('c', 'call', 'c', 0, 9),
				event('cr', 'return', 'c', 0, 14),
			],
			{ processors },
		);
		expect(importedSpans()).toEqual([
			one('c', 9, 14),
			one('a', 10, 11),
			one('b', 12, 13, { parent: 'a', links: ['c'] }),
		]);
	});

	it("accepts events without file, line, source and dependencies, and keeps more links than the SDK's limit", async () => {
		const bare = (id: string, type: Type, depth: number, timestamp: number, dependencies: string[] | null = null) => ({
			...{ id, timestamp, dependencies, source: null },
			content: { type, function: id, depth, file: null, line: null },
		});
		const many = Array.from({ length: 300 }, (_, i) => bare(`f${i}`, 'call', 1, i + 1));
		const last = bare('last', 'call', 1, 1000, ['f0', ...many.map(({ id }) => id)]);
		const { spans } = await importEvents([...many, last], { processors });
		expect(spans).toBe(301);
		const span = byCall().get('last');
		expect([span?.links.length, span?.droppedLinksCount]).toEqual([299, 0]);
		expect(span?.attributes).toEqual({
			'code.function.name': 'last',
			'agentese.recording.id': 'last',
			'agentese.recording.depth': 1,
			'agentese.recording.unfinished': true,
		});
	});

	it('imports 20,000 events in linear time, however they depend on each other', async () => {
		const importing = (calls: number) => {
			const events: RecordedEvent[] = [];
			for (let i = 0; i < calls; i++) {
				events.push(event(`c${i}`, 'call', 'f', 1, i, i === 0 ? [] : [`r${i - 1}`]));
				events.push(event(`r${i}`, 'return', 'f', 1, i + 0.5, [`c${i}`]));
			}
			return async () => {
				expect(await importEvents(events, { processors })).toMatchObject({ spans: calls, faults: [] });
				exporter.reset();
			};
		};
		await importing(500)();
		// Linear is 20 times as long, quadratic 400 times.
		expect(await timesAsLong(90, importing(500), importing(10_000))).toBeLessThan(90);
	});
});
