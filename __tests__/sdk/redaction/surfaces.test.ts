import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
	createTraceState,
	diag,
	logs,
	metrics,
	ROOT_CONTEXT,
	type Span,
	SpanStatusCode,
	trace,
} from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { Metered, Resolver, Traced } from '../../../index.js';
import { startTelemetry, type TelemetryConfig } from '../../../sdk/index.js';
import { MODEL_CASE, PLANTED, SHAPES } from '../../lib/redaction/planted.js';
import { temporary } from '../../support/children.js';
import { type Backend, httpBackend } from '../../support/otlp-servers.js';

/** The module of a custom preset that records everything it receives. */
const CUSTOM = `export default { name: 'mine', create: () => ({ spanProcessors: [{
	onStart(span) { globalThis.seenAtStart = span; globalThis.seen.push(JSON.stringify([span.name, span.attributes])); },
	onEnding(span) { globalThis.seen.push(JSON.stringify([span.name, span.attributes, span.events, span.status])); },
	onEnd(span) {
		globalThis.seenAtEnd = span;
		globalThis.seen.push(JSON.stringify([span.name, span.attributes, span.events, span.links, span.status, span.resource.attributes]));
	},
	forceFlush: async () => {}, shutdown: async () => {},
}] }) };`;

const host = globalThis as { seen?: string[]; seenAtStart?: unknown; seenAtEnd?: ReadableSpan };

let directory: string;
let backends: Backend[];
let errors: string[];
let write: typeof process.stderr.write;

beforeEach(async () => {
	directory = temporary();
	backends = [await httpBackend(), await httpBackend()];
	writeFileSync(join(directory, 'mine.mjs'), CUSTOM);
	host.seen = [];
	errors = [];
	write = process.stderr.write;
	process.stderr.write = (text: string | Uint8Array) => {
		errors.push(String(text));
		return true;
	};
});
afterEach(async () => {
	process.stderr.write = write;
	for (const backend of backends) await backend.close();
	rmSync(directory, { recursive: true, force: true });
});

const config = (more: TelemetryConfig = {}): TelemetryConfig => ({
	preset: ['json', 'otlp', 'jaeger', 'prometheus', 'console', join(directory, 'mine.mjs')],
	json: { directory: join(directory, 'telemetry') },
	otlp: { endpoint: backends[0]?.url ?? '', protocol: 'http/protobuf' },
	jaeger: { endpoint: backends[1]?.url ?? '', protocol: 'http/json' },
	prometheus: { host: '127.0.0.1', port: 0 },
	capture: 'full',
	...more,
});

@Resolver('self.keeper')
class Keeper {
	@Traced({ attributes: ([, text]) => ({ 'kept.text': text }), result: (text) => String(text) })
	@Metered()
	keep(_umwelt: unknown, text: string): unknown {
		return text;
	}

	@Traced()
	@Metered()
	fail(_umwelt: unknown, text: string): never {
		throw new Error(`refused: ${text}`);
	}
}

/** Returns the span context of a request whose caller put a text into its trace state. */
const from = (text: string, span: Span) => ({ ...span.spanContext(), traceState: createTraceState(`vendor=${text}`) });

/** Puts a text into every part of telemetry that may contain one. */
function plant(text: string): void {
	const tracer = trace.getTracer('application');
	const other = tracer.startSpan('other');
	const span = tracer.startSpan(`GET ${text}`, {
		attributes: { 'early.text': text },
		links: [{ context: from(text, other), attributes: { 'link.text': text } }, { context: from(text, other) }],
	});
	tracer.startSpan('of a request', {}, trace.setSpanContext(ROOT_CONTEXT, from(text, other))).end();
	other.end();
	span.setAttribute('text', text);
	span.setAttribute('texts', ['a', text]);
	span.setAttribute('deep', { list: [{ text }] } as never);
	span.setAttribute(`key.${text}`, 1);
	span.addEvent(`event ${text}`, { 'event.text': text });
	span.recordException(new Error(text));
	span.setStatus({ code: SpanStatusCode.ERROR, message: text });
	span.end();
	const meter = metrics.getMeter('application');
	meter.createCounter('asked').add(1, { text });
	meter.createHistogram('took').record(5, { text });
	meter.createCounter(`asked.${text}`, { unit: text }).add(1);
	meter.createUpDownCounter('open', { description: `what ${text} opened` }).add(1);
	meter.createObservableGauge('level').addCallback((result) => result.observe(3, { text }));
	logs.getLogger('application').emit({ body: `said ${text}`, attributes: { text, deep: { text } } });
	logs.getLogger('application').emit({ body: { message: [text] }, eventName: text });
	const keeper = new Keeper();
	keeper.keep({ id: 'kent' }, text);
	expect(() => keeper.fail({ id: 'kent' }, text)).toThrow(text);
	diag.warn(`a library says ${text}`);
	diag.error(`a library failed`, new Error(text));
}

/** Stops telemetry and returns everything that left the process, as texts by surface. */
async function exportedBy(telemetry: Awaited<ReturnType<typeof startTelemetry>>): Promise<Record<string, string>> {
	const page = telemetry.stats().backends.find(({ preset }) => preset === 'prometheus')?.endpoint ?? '';
	const scraped = await (await fetch(page, { headers: { connection: 'close' } })).text();
	await telemetry.shutdown();
	const all: Record<string, string> = {
		page: scraped,
		stderr: errors.join(''),
		custom: (host.seen ?? []).join('\n'),
		protobuf: sent(backends[0]),
		json: sent(backends[1]),
	};
	for (const file of readdirSync(join(directory, 'telemetry'), { recursive: true, withFileTypes: true })) {
		if (!file.isFile() || !file.name.endsWith('.jsonl')) continue;
		const path = join(file.parentPath, file.name);
		all[path.includes('metrics') ? 'metric file' : path.includes('logs') ? 'log file' : 'trace file'] = readFileSync(
			path,
			'utf8',
		);
	}
	return all;
}

const sent = (backend: Backend | undefined) =>
	(backend?.got ?? []).map(({ body }) => body.toString('latin1')).join('\n');

const SURFACES = ['page', 'stderr', 'custom', 'protobuf', 'json', 'trace file', 'metric file', 'log file'];

describe('secrets in every part of telemetry', () => {
	it('do not leave the process by any surface', async () => {
		const resource = Object.fromEntries(Object.values(PLANTED).map(({ text }, at) => [`planted.${at}`, text]));
		const telemetry = await startTelemetry(config({ resource: { ...resource, 'garden.password': 'hunter2-of-kent' } }));
		for (const { text } of Object.values(PLANTED)) plant(text);
		plant(MODEL_CASE);
		const all = await exportedBy(telemetry);
		expect(Object.keys(all).sort()).toEqual([...SURFACES].sort());
		for (const [surface, text] of Object.entries(all)) {
			// Telemetry arrived there, and the marker shows that a secret was replaced.
			expect([surface, text.includes('[redacted]')]).toEqual([surface, true]);
			for (const [name, { secret }] of Object.entries(PLANTED)) {
				for (const form of [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')]) {
					expect([surface, name, text.includes(form)]).toEqual([surface, name, false]);
				}
			}
		}
		expect(all['custom']).toContain('Incorrect API key provided: [redacted]. You can find your API key at');
	});

	it("are kept in the application's span", async () => {
		const telemetry = await startTelemetry(config());
		const key = SHAPES['anthropic']?.text ?? '';
		const span = trace
			.getTracer('application')
			.startSpan(`GET ${key}`, { attributes: { key } }) as unknown as ReadableSpan;
		(span as unknown as { end(): void }).end();
		expect([span.name, span.attributes['key']]).toEqual([`GET ${key}`, key]);
		expect(host.seenAtEnd).toBe(host.seenAtStart);
		expect(host.seenAtEnd).not.toBe(span);
		expect(host.seenAtEnd?.attributes).toEqual({ key: '[redacted]' });
		await telemetry.shutdown();
	});

	it('are counted together if the redacted labels are equal', async () => {
		const telemetry = await startTelemetry(config());
		const counter = metrics.getMeter('application').createCounter('asked');
		const histogram = metrics.getMeter('application').createHistogram('took');
		for (const name of ['openai', 'github', 'npm']) {
			counter.add(2, { by: SHAPES[name]?.text ?? '' });
			histogram.record(5, { by: SHAPES[name]?.text ?? '' });
		}
		const { page } = await exportedBy(telemetry);
		const lines = page?.split('\n') ?? [];
		expect(lines.filter((line) => line.startsWith('asked_total'))).toEqual([
			expect.stringMatching(/by="\[redacted\]".*} 6/),
		]);
		expect(lines.filter((line) => line.startsWith('took_count'))).toEqual([
			expect.stringMatching(/by="\[redacted\]".*} 3/),
		]);
	});

	it('leave the process with redact: false', async () => {
		const telemetry = await startTelemetry(config({ redact: false }));
		const { text = '' } = SHAPES['openai'] ?? {};
		plant(text);
		const all = await exportedBy(telemetry);
		for (const surface of SURFACES) {
			// Log lines on stderr are redacted in any case; the console preset writes spans to stderr too.
			expect([surface, all[surface]?.includes(text)]).toEqual([surface, true]);
		}
	});
});

describe('a custom redact function', () => {
	it('redacts the values that it returns undefined for', async () => {
		const telemetry = await startTelemetry(
			config({
				redact: { keys: ['plot'], values: ['acme-*'], replace: (key, value) => (key === 'text' ? undefined : value) },
			}),
		);
		const span = trace.getTracer('application').startSpan('a span of acme-1');
		span.setAttributes({ text: 'a', 'garden.plot': 'b', said: 'by acme-22, c' }).end();
		const { custom } = await exportedBy(telemetry);
		expect(custom?.split('\n').at(-1)).toContain(
			'["a span of [redacted]",{"text":"[redacted]","garden.plot":"[redacted]","said":"by [redacted], c"}',
		);
	});

	it('that throws redacts everything of that span, which is logged once', async () => {
		const telemetry = await startTelemetry(
			config({
				redact: {
					replace: (key, value) => {
						if (key === 'text') throw new Error('a fault of the application');
						return value;
					},
				},
			}),
		);
		const tracer = trace.getTracer('application');
		const span = tracer.startSpan('private name', { attributes: { text: 'private', other: 5 } });
		span.addEvent('private event', { 'event.other': 'private' });
		span.setStatus({ code: SpanStatusCode.ERROR, message: 'private' }).end();
		tracer.startSpan('public name', { attributes: { other: 5 } }).end();
		logs.getLogger('application').emit({ body: 'private', attributes: { text: 'private' } });
		metrics.getMeter('application').createCounter('asked').add(1, { text: 'private', other: 'private' });
		const all = await exportedBy(telemetry);
		expect(
			Object.entries(all)
				.filter(([, text]) => text.includes('private'))
				.map(([surface]) => surface),
		).toEqual([]);
		expect(all['custom']).toContain('["[redacted]",{"text":"[redacted]","other":"[redacted]"},[{"name":"[redacted]"');
		expect(all['custom']).toContain('["public name",{"other":5}');
		expect(all['page']).toMatch(/^asked_total\{.*text="\[redacted\]"/m);
		const line = all['stderr']?.split('\n').filter((text) => text.includes('redaction threw an error'));
		expect(line?.[0]).toContain('a fault of the application');
	});
});

it("errors: 'type' exports no message and no stack, whoever recorded the error", async () => {
	const telemetry = await startTelemetry(config({ errors: 'type', redact: false, capture: 'off' }));
	const span = trace.getTracer('application').startSpan('a span');
	span.recordException(new RangeError('a private message'));
	span.setStatus({ code: SpanStatusCode.ERROR, message: 'a private message' }).end();
	const error = { 'exception.type': 'RangeError', 'exception.message': 'a private message' };
	logs.getLogger('application').emit({ body: 'it failed', attributes: error });
	expect(() => new Keeper().fail(null, 'a private message')).toThrow();
	const all = await exportedBy(telemetry);
	const found = Object.entries(all).filter(([, text]) => text.includes('a private message'));
	// This includes what a processor reads before the end of a span.
	expect(found.map(([surface]) => surface)).toEqual([]);
	expect(all['trace file']).toContain('RangeError');
	expect(all['log file']).toContain('RangeError');
});
