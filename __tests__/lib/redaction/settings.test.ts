import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { recordTokens, traced } from '../../../index.js';
import { invocationSpanProcessor } from '../../../lib/signals/tracing/invocation-span-processor.js';
import { SHAPES } from './planted.js';

class Reader extends MetricReader {
	protected async onShutdown(): Promise<void> {}
	protected async onForceFlush(): Promise<void> {}
}

const exporter = new InMemorySpanExporter();
let reader: Reader;

beforeEach(() => {
	exporter.reset();
	reader = new Reader();
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	const spanProcessors = [invocationSpanProcessor(), new SimpleSpanProcessor({ exporter })];
	trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
	metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
afterEach(() => {
	for (const signal of [trace, metrics, context]) signal.disable();
});

describe('under an SDK of the application, where no preset redacts spans', () => {
	it.each(Object.entries(SHAPES))('the toolkit itself writes no secret: %s', async (_, { text, secret }) => {
		const linked = trace.getTracer('application').startSpan('linked');
		const ask = traced(
			(_umwelt: unknown, _idea: string) => {
				recordTokens({ input: 1, model: text });
				trace.getTracer('application').startSpan('below').end();
				throw Object.assign(new Error(text), { code: text });
			},
			{
				path: 'self.soul.ask',
				name: `ask ${text}`,
				attributes: () => ({ early: text, [`of ${text}`]: 1 }),
				samplingAttributes: () => ({ start: text }),
				links: () => [{ context: linked.spanContext(), attributes: { link: text } }],
			},
		);
		expect(() => ask({ id: text, archetype: text, sessionId: text, tenantId: text }, text)).toThrow();
		linked.end();
		const spans = exporter.getFinishedSpans().map((span) => {
			const links = span.links.map(({ attributes }) => attributes);
			return [span.name, span.attributes, span.events, span.status, links];
		});
		const { resourceMetrics } = await reader.collect();
		const written = JSON.stringify([spans, resourceMetrics.scopeMetrics]);
		expect(spans.map(([name]) => name)).toEqual(['below', 'ask [redacted]', 'linked']);
		expect(written).toContain('"agentese.tenant":"[redacted]"');
		expect(written).toContain('"agentese.model":"[redacted]"');
		expect(written).not.toContain(JSON.stringify(secret).slice(1, -1));
	});
});
