import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backend } from '../../scripts/backends.mjs';
import { type JaegerAnswer, type JaegerSpan, parentOf, tag } from './support/jaeger.js';
import { ask, eventually, type Server, startJaeger } from './support/servers.js';

const CHILD = fileURLToPath(new URL('./support/import.child.mjs', import.meta.url));

/** A recording in kgents's format: a call that contains two others, one of which failed and depends on the other. */
const EVENTS = [
	{
		id: 'e1',
		content: { type: 'call', function: 'tend', file: 'garden.py', line: 3, depth: 0 },
		timestamp: 1_700_000_000,
	},
	{
		id: 'e2',
		content: { type: 'call', function: 'water', depth: 1 },
		timestamp: 1_700_000_000.25,
		dependencies: ['e1'],
	},
	{ id: 'e3', content: { type: 'return', function: 'water', depth: 1 }, timestamp: 1_700_000_000.5 },
	{
		id: 'e4',
		content: { type: 'call', function: 'prune', depth: 1 },
		timestamp: 1_700_000_000.5,
		dependencies: ['e1', 'e2'],
	},
	{ id: 'e5', content: { type: 'exception', function: 'prune', depth: 1 }, timestamp: 1_700_000_000.75 },
	{ id: 'e6', content: { type: 'return', function: 'prune', depth: 1 }, timestamp: 1_700_000_000.875 },
	{ id: 'e7', content: { type: 'return', function: 'tend', depth: 0 }, timestamp: 1_700_000_001 },
];

function importInto(endpoint: string): Promise<{ traceId: string; spans: number; faults: unknown[] }> {
	const config = JSON.stringify({ serviceName: 'origin', preset: 'jaeger', jaeger: { endpoint } });
	return new Promise((resolve, reject) => {
		const child = execFile(process.execPath, [CHILD, config], (error, stdout) =>
			error === null ? resolve(JSON.parse(stdout)) : reject(error),
		);
		child.stdin?.end(JSON.stringify(EVENTS));
	});
}

const binary = await backend('jaeger');

(binary === undefined ? describe.skip : describe)('recorded events in a real Jaeger', () => {
	let jaeger: Server;
	beforeAll(async () => {
		jaeger = await startJaeger(binary ?? '');
	});
	afterAll(() => jaeger?.stop());

	it('are one trace with their own times, parents, links and failures, the same one each time', async () => {
		const endpoint = jaeger.urls['otlp'] ?? '';
		const result = await importInto(endpoint);
		expect([result.spans, result.faults]).toEqual([3, []]);
		expect((await importInto(endpoint)).traceId).toBe(result.traceId);
		const { spans } = await eventually(async () => {
			const answer = await ask<JaegerAnswer>(`${jaeger.urls['query']}/api/traces/${result.traceId}`);
			return (answer?.data[0]?.spans.length ?? 0) >= 3 ? answer?.data[0] : undefined;
		}, 'the trace');
		const byName = new Map<string, JaegerSpan>(spans.map((span) => [span.operationName, span]));
		const shown = ['tend', 'water', 'prune'].map((name) => {
			const span = byName.get(name) as JaegerSpan;
			const parent = spans.find(({ spanID }) => spanID === parentOf(span));
			const links = span.references
				.filter(({ refType }) => refType === 'FOLLOWS_FROM')
				.map(({ spanID }) => spans.find((one) => one.spanID === spanID)?.operationName);
			return {
				name,
				parent: parent?.operationName,
				start: span.startTime,
				duration: span.duration,
				error: tag(span, 'otel.status_code'),
				exceptions: span.logs.map(({ timestamp }) => timestamp),
				linked: links.includes('water'),
			};
		});
		expect(shown).toEqual([
			{ name: 'tend', parent: undefined, start: 17e14, duration: 1e6, error: 'OK', exceptions: [], linked: false },
			{
				name: 'water',
				parent: 'tend',
				start: 17e14 + 250_000,
				duration: 250_000,
				error: 'OK',
				exceptions: [],
				linked: false,
			},
			{
				name: 'prune',
				parent: 'tend',
				start: 17e14 + 500_000,
				duration: 375_000,
				error: 'ERROR',
				exceptions: [17e14 + 750_000],
				linked: true,
			},
		]);
	});
});
