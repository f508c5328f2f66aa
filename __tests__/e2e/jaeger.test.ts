import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SpanRead } from '../../examples/garden/read.js';
import { backend } from '../../scripts/backends.mjs';
import { type GardenRun, runGarden } from './support/garden.js';
import { type JaegerAnswer, type JaegerSpan, parentOf } from './support/jaeger.js';
import { ask, eventually, newFolder, type Server, startJaeger } from './support/servers.js';

/** The part of a span that must be equal in Jaeger and in the file. */
function told(span: SpanRead): object {
	return {
		id: span.spanId,
		parent: span.parentSpanId,
		name: span.name,
		error: span.failed,
		attributes: span.attributes,
	};
}

function answered(span: JaegerSpan): object {
	const tags = new Map(span.tags.map(({ key, value }) => [key, String(value)]));
	const attributes = [...tags].filter(([key]) => /^(agentese\.|code\.|error\.|garden\.|session\.)/.test(key));
	return {
		id: span.spanID,
		parent: parentOf(span),
		name: span.operationName,
		error: tags.get('otel.status_code') === 'ERROR' ? (tags.get('otel.status_description') ?? '') : undefined,
		attributes: Object.fromEntries(attributes),
	};
}

const byId = (a: object, b: object) => ((a as { id: string }).id < (b as { id: string }).id ? -1 : 1);
const binary = await backend('jaeger');

(binary === undefined ? describe.skip : describe)('a real Jaeger', () => {
	let jaeger: Server;
	let garden: GardenRun;

	beforeAll(async () => {
		jaeger = await startJaeger(binary ?? '');
		garden = await runGarden({
			serviceName: 'garden',
			preset: ['json', 'jaeger'],
			jaeger: { endpoint: jaeger.urls['otlp'] },
			json: { directory: newFolder('garden') },
		});
		expect((await garden.end()).stderr).toBe('');
	});
	afterAll(() => jaeger?.stop());

	it('answers every trace that was made, with its tree, attributes, statuses and errors', async () => {
		const traces = Map.groupBy(garden.spans, (span) => span.traceId);
		expect(traces.size).toBe(10);
		for (const [id, spans] of traces) {
			const trace = await eventually(async () => {
				const answer = await ask<JaegerAnswer>(`${jaeger.urls['query']}/api/traces/${id}`);
				return answer?.data[0]?.spans.length === spans.length ? answer.data[0] : undefined;
			}, `trace ${id}`);
			expect(trace.spans.map(answered).sort(byId)).toEqual(spans.map(told).sort(byId));
			const failures = spans.filter(({ failed }) => failed !== undefined).length;
			expect(trace.spans.filter(({ logs }) => logs.length > 0).length).toBe(failures);
		}
	});

	it('lists the service and its operations', async () => {
		const services = await ask<{ data: string[] }>(`${jaeger.urls['query']}/api/services`);
		expect(services?.data).toEqual(['garden']);
		const operations = await ask<{ data: string[] }>(`${jaeger.urls['query']}/api/services/garden/operations`);
		const names = new Set(garden.spans.map(({ name }) => name));
		expect(operations?.data.sort()).toEqual([...names].sort());
		expect(operations?.data).toContain('world.town.:citizen.manifest');
		expect(operations?.data).not.toContain('agentese.invoke');
	});

	it('draws a parent around its awaited children without a warning of clock skew', async () => {
		const answer = await ask<JaegerAnswer>(`${jaeger.urls['query']}/api/traces?service=garden&limit=1000&lookback=1h`);
		const spans = answer?.data.flatMap((trace) => trace.spans) ?? [];
		expect(spans.length).toBe(garden.spans.length);
		expect(spans.filter(({ warnings }) => (warnings ?? []).length > 0)).toEqual([]);
	});

	it("opens the json preset's files: its transform endpoint takes them as they are", async () => {
		const lines = garden.files
			.filter((file) => file.includes('/traces/'))
			.flatMap((file) => readFileSync(file, 'utf8'));
		const body = {
			resourceSpans: lines
				.join('')
				.trimEnd()
				.split('\n')
				.flatMap((line) => JSON.parse(line).resourceSpans),
		};
		const response = await fetch(`${jaeger.urls['query']}/api/transform`, {
			method: 'POST',
			body: JSON.stringify(body),
		});
		expect(response.status).toBe(200);
		const answer = (await response.json()) as JaegerAnswer;
		const ids = answer.data.flatMap(({ spans }) => spans.map(({ spanID }) => spanID));
		expect(ids.sort()).toEqual(garden.spans.map(({ spanId }) => spanId).sort());
	});
});
