import { expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { OpenSpans } from '../../../sdk/spans/open-spans.js';

function started(count: number) {
	const open = new OpenSpans();
	const exporter = new InMemorySpanExporter();
	const provider = new TracerProvider({ spanProcessors: [open, new SimpleSpanProcessor({ exporter })] });
	const tracer = provider.getTracer('t');
	const spans = Array.from({ length: count }, (_, i) => tracer.startSpan(String(i), {}, ROOT_CONTEXT));
	return { open, exporter, spans };
}

it.each([1, 31, 32, 33, 100])('of %i spans those that are open are ended, the youngest first', (count) => {
	const { open, exporter, spans } = started(count);
	const ended = spans.filter((_, i) => i % 3 === 1);
	for (const span of ended) span.end();
	exporter.reset();
	open.interrupt();
	const left = spans.map((_, i) => i).filter((i) => i % 3 !== 1);
	expect(exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes])).toEqual(
		left.toReversed().map((i) => [String(i), { 'agentese.interrupted': true }]),
	);
	exporter.reset();
	open.interrupt();
	expect(exporter.getFinishedSpans()).toEqual([]);
});

it('at most ten thousand spans are remembered', () => {
	const { open, exporter, spans } = started(10_001);
	open.interrupt();
	expect(exporter.getFinishedSpans().length).toBe(10_000);
	expect(spans[10_000]?.isRecording()).toBe(true);
});

it('a shutdown forgets all spans', async () => {
	const { open, exporter } = started(40);
	await open.shutdown();
	open.interrupt();
	expect(exporter.getFinishedSpans()).toEqual([]);
	expect(trace.getActiveSpan()).toBeUndefined();
});
