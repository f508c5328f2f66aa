import { expect, it } from '@jest/globals';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { encodeSpans } from '../../../presets/signals/json-encoding.js';

/** Encodes a span that has a text as its name, as a key and as a value; returns the line. */
function lineWith(text: string): string {
	const exporter = new InMemorySpanExporter();
	const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
	provider
		.getTracer('t')
		.startSpan(text, { attributes: { value: text, list: [text], [`key.${text}`]: 1 } })
		.end();
	return Buffer.from(encodeSpans(exporter.getFinishedSpans())).toString('utf8');
}

const surrogate = fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code));
const text = fc
	.array(fc.oneof(surrogate, fc.constantFrom('\\', '\\ud800', 'ud83d', '"', '\u{1f600}', 'a', '\n')), { maxLength: 12 })
	.map((parts) => parts.join(''));

it('a surrogate without its pair is U+FFFD, and every other text is the same', () => {
	fc.assert(
		fc.property(text, (given) => {
			const line = lineWith(given);
			expect(line).not.toMatch(/(?<!\\)(?:\\\\)*\\ud[89a-f]/);
			const [span] = JSON.parse(line).resourceSpans[0].scopeSpans[0].spans;
			const [value] = span.attributes.filter(({ key }: { key: string }) => key === 'value');
			expect([span.name, value.value.stringValue]).toEqual([given.toWellFormed(), given.toWellFormed()]);
		}),
		{ numRuns: 500 },
	);
});
