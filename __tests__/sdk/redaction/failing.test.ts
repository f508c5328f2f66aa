import { describe, expect, it } from '@jest/globals';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { createRecordRedactor, RedactingLogRecordProcessor } from '../../../sdk/redaction/log-processor.js';
import type { RedactionPolicy } from '../../../sdk/redaction/redact-span.js';
import { createResourceRedactor } from '../../../sdk/redaction/resource.js';
import { createSpanRedactor, RedactingSpanProcessor } from '../../../sdk/redaction/span-processor.js';
import { SHAPES } from '../../lib/redaction/planted.js';

const KEY = SHAPES['github']?.text ?? '';

function policyOf(redactor: Redactor): RedactionPolicy {
	return { redactor, errors: 'full', redactResource: createResourceRedactor(redactor) };
}

const failing = policyOf(
	new Redactor({
		replace: () => {
			throw new Error('a fault of the function');
		},
	}),
);

describe('if the custom function throws', () => {
	it('every text of a log record is hidden, and its scope by the built-in detectors', () => {
		const exporter = new InMemoryLogRecordExporter();
		const processor = new RedactingLogRecordProcessor(
			new SimpleLogRecordProcessor({ exporter }),
			createRecordRedactor(failing),
		);
		const provider = new LoggerProvider({ processors: [processor] });
		provider.getLogger(`lib ${KEY}`, `1-${KEY}`, { schemaUrl: `https://x/${KEY}` }).emit({
			body: { said: [KEY] },
			eventName: `e ${KEY}`,
			severityNumber: 9,
			severityText: `s ${KEY}`,
			attributes: { [`k ${KEY}`]: 'v', plain: KEY },
		});
		const [record] = exporter.getFinishedLogRecords();
		const { body, eventName, severityText, severityNumber, attributes, instrumentationScope } = record ?? {};
		expect({ body, eventName, severityText, severityNumber, attributes, instrumentationScope }).toEqual({
			body: '[redacted]',
			eventName: '[redacted]',
			severityText: '[redacted]',
			severityNumber: 9,
			attributes: { 'k [redacted]': '[redacted]', plain: '[redacted]' },
			instrumentationScope: { name: 'lib [redacted]', version: '1-[redacted]', schemaUrl: 'https://x/[redacted]' },
		});
	});

	it('every text of a span is hidden, and its scope by the built-in detectors', () => {
		const exporter = new InMemorySpanExporter();
		const redact = createSpanRedactor(failing);
		const inner = new SimpleSpanProcessor({ exporter });
		const provider = new TracerProvider({
			spanProcessors: [new RedactingSpanProcessor(inner, redact, failing, false)],
		});
		const span = provider.getTracer(`lib ${KEY}`, '2').startSpan('a', { attributes: { [KEY]: 1 } });
		span.addEvent('e', { [`e ${KEY}`]: 1 }).addLink({ context: span.spanContext(), attributes: { [`l ${KEY}`]: KEY } });
		span.setStatus({ code: 2, message: KEY }).end();
		const [ended] = exporter.getFinishedSpans();
		expect(ended?.name).toBe('[redacted]');
		expect(ended?.attributes).toEqual({ '[redacted]': '[redacted]' });
		expect(ended?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
			['[redacted]', { 'e [redacted]': '[redacted]' }],
		]);
		expect(ended?.links.map(({ attributes }) => attributes)).toEqual([{ 'l [redacted]': '[redacted]' }]);
		expect(ended?.status.message).toBe('[redacted]');
		expect(ended?.instrumentationScope).toEqual({ name: 'lib [redacted]', version: '2' });
	});
});

describe('a redacted resource', () => {
	const redact = createResourceRedactor(new Redactor());

	it('is the very same if there is nothing to redact', () => {
		const resource = resourceFromAttributes({ a: 'b' }, { schemaUrl: 'https://x/1' });
		expect(redact(resource)).toBe(resource);
	});

	it('is redacted in its attributes and the address of its schema', () => {
		const resource = redact(resourceFromAttributes({ a: KEY }, { schemaUrl: `https://x/${KEY}` }));
		expect([resource.attributes, resource.schemaUrl]).toEqual([{ a: '[redacted]' }, 'https://x/[redacted]']);
		expect(redact(resource)).toBe(resource);
	});

	it('is redacted after it was merged with another one, on either side', () => {
		const resource = redact(resourceFromAttributes({ password: 'hunter2', a: 1 }));
		const other = resourceFromAttributes({ said: `it was ${KEY}` });
		const expected = { password: '[redacted]', a: 1, said: 'it was [redacted]' };
		expect(resource.merge(other).attributes).toEqual(expected);
		expect(resource.merge(other).merge(null).attributes).toEqual(expected);
		expect(redact(other.merge(resource)).attributes).toEqual(expected);
	});

	it('is redacted when it is read, while its attributes are detected', async () => {
		const resource = redact(resourceFromAttributes({ token: Promise.resolve('hunter2'), a: 1 }));
		const merged = resource.merge(resourceFromAttributes({ password: 'hunter3' }));
		await resource.waitForAsyncAttributes?.();
		await merged.waitForAsyncAttributes?.();
		expect(resource.attributes).toEqual({ token: '[redacted]', a: 1 });
		expect(Object.fromEntries(resource.getRawAttributes())).toEqual({ token: '[redacted]', a: 1 });
		expect(merged.attributes).toEqual({ token: '[redacted]', a: 1, password: '[redacted]' });
		expect(resource.asyncAttributesPending).toBe(false);
	});
});
