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
import type { SpanRules } from '../../../sdk/redaction/redact-span.js';
import { RedactingSpanProcessor, spanLook } from '../../../sdk/redaction/span-processor.js';

const SECRET = 'password=swordfish';

/** What a processor of somebody's own is given, from the start of a span with a secret to its end. */
async function seenBy(inner: SpanProcessor): Promise<void> {
	const rules: SpanRules = { redactor: new Redactor(), errors: 'full', resourceOf: (resource) => resource };
	const guard = new RedactingSpanProcessor(inner, spanLook(rules), rules, true);
	const span = new TracerProvider({ spanProcessors: [guard] })
		.getTracer('t')
		.startSpan('s', { attributes: { a: SECRET } });
	span.setAttribute('b', SECRET);
	span.end();
	await guard.forceFlush();
}

const idle = { forceFlush: async () => {}, shutdown: async () => {} };

it("OpenTelemetry's own processors get each span when it ends, without its secrets", async () => {
	for (const make of [
		(exporter: InMemorySpanExporter) => new SimpleSpanProcessor({ exporter }),
		(exporter: InMemorySpanExporter) => new BatchSpanProcessor({ exporter }),
	]) {
		const exporter = new InMemorySpanExporter();
		await seenBy(make(exporter));
		expect(exporter.getFinishedSpans().map(({ attributes }) => attributes)).toEqual([
			{ a: 'password=[redacted]', b: 'password=[redacted]' },
		]);
	}
});

it('a processor that looks at spans as they start gets one object from then to the end, and no secret', async () => {
	const seen: ReadableSpan[] = [];
	const texts: string[] = [];
	const see = (span: ReadableSpan) => {
		seen.push(span);
		texts.push(JSON.stringify(span.attributes));
	};
	await seenBy({ ...idle, onStart: see, onEnding: see, onEnd: see });
	expect(new Set(seen).size).toBe(1);
	expect(texts.map((text) => [text.includes('swordfish'), text.includes('[redacted]')])).toEqual([
		[false, true],
		[false, true],
		[false, true],
	]);
});

it('one that looks at them as they end only is asked then, and one whose onStart does nothing knows none before', async () => {
	const seen: string[] = [];
	await seenBy({ ...idle, onStart() {}, onEnding: () => seen.push('ending'), onEnd: () => seen.push('end') } as never);
	await seenBy({ ...idle, onStart(_span, _context) {}, onEnd: ({ attributes }) => seen.push(String(attributes['a'])) });
	expect(seen).toEqual(['ending', 'end', 'password=[redacted]']);
});
