import { expect, it } from '@jest/globals';
import {
	BatchSpanProcessor,
	InMemorySpanExporter,
	type ReadableSpan,
	SimpleSpanProcessor,
	type SpanProcessor,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Redactor } from '../../../lib/redaction/redactor.js';
import type { RedactionPolicy } from '../../../sdk/redaction/redact-span.js';
import { createSpanRedactor, RedactingSpanProcessor } from '../../../sdk/redaction/span-processor.js';

const SECRET = 'password=swordfish';

/** Passes a span with a secret to a redacting processor around `inner`, from the span's start to its end. */
async function passSpanTo(inner: SpanProcessor): Promise<void> {
	const policy: RedactionPolicy = { redactor: new Redactor(), errors: 'full', redactResource: (resource) => resource };
	const processor = new RedactingSpanProcessor(inner, createSpanRedactor(policy), policy, true);
	const span = new TracerProvider({ spanProcessors: [processor] })
		.getTracer('t')
		.startSpan('s', { attributes: { a: SECRET } });
	span.setAttribute('b', SECRET);
	span.end();
	await processor.forceFlush();
}

const idle = { forceFlush: async () => {}, shutdown: async () => {} };

it("OpenTelemetry's processors receive each span when it ends, without its secrets", async () => {
	for (const make of [
		(exporter: InMemorySpanExporter) => new SimpleSpanProcessor({ exporter }),
		(exporter: InMemorySpanExporter) => new BatchSpanProcessor({ exporter }),
	]) {
		const exporter = new InMemorySpanExporter();
		await passSpanTo(make(exporter));
		expect(exporter.getFinishedSpans().map(({ attributes }) => attributes)).toEqual([
			{ a: 'password=[redacted]', b: 'password=[redacted]' },
		]);
	}
});

it('a processor that reads spans when they start receives one object until they end, and no secret', async () => {
	const seen: ReadableSpan[] = [];
	const texts: string[] = [];
	const see = (span: ReadableSpan) => {
		seen.push(span);
		texts.push(JSON.stringify(span.attributes));
	};
	await passSpanTo({ ...idle, onStart: see, onEnding: see, onEnd: see });
	expect(new Set(seen).size).toBe(1);
	expect(texts.map((text) => [text.includes('swordfish'), text.includes('[redacted]')])).toEqual([
		[false, true],
		[false, true],
		[false, true],
	]);
});

it('a processor that reads spans only when they are ending or have ended receives redacted ones', async () => {
	const seen: string[] = [];
	await passSpanTo({
		...idle,
		onStart() {},
		onEnding: () => seen.push('ending'),
		onEnd: () => seen.push('end'),
	} as never);
	await passSpanTo({
		...idle,
		onStart(_span, _context) {},
		onEnd: ({ attributes }) => seen.push(String(attributes['a'])),
	});
	expect(seen).toEqual(['ending', 'end', 'password=[redacted]']);
});
