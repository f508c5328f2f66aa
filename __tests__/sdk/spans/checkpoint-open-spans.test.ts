import { expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import {
	AlwaysOnSampler,
	type ReadableSpan,
	SamplingDecision,
	type SpanProcessor,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { CheckpointingSpanProcessor, SpanCheckpoints } from '../../../presets/signals/processors.js';
import { guardParts } from '../../../sdk/assemble/guard-custom-preset.js';
import { CHECKPOINT_MS, OpenSpanCheckpoints } from '../../../sdk/spans/checkpoint-open-spans.js';
import { OpenSpans } from '../../../sdk/spans/open-spans.js';

const idle = { onStart: () => undefined, onEnd: () => undefined, forceFlush: async () => {}, shutdown: async () => {} };

function watching(sampler = new AlwaysOnSampler() as { shouldSample: AlwaysOnSampler['shouldSample'] }) {
	const open = new OpenSpans();
	const told: (readonly [string, ReadableSpan | object])[] = [];
	const noting: SpanCheckpoints = {
		note: (_, interrupted) => told.push(['note', interrupted]),
		forget: (span) => told.push(['forget', span]),
	};
	const taker: CheckpointingSpanProcessor = { ...idle, noting };
	// As a preset of one's own has them that delivers: behind what keeps its faults from others.
	const { spanProcessors = [] } = guardParts('own', { spanProcessors: [taker as SpanProcessor] });
	const passed = spanProcessors.flatMap((one: CheckpointingSpanProcessor) => one.noting ?? []);
	const notes = new OpenSpanCheckpoints(open, passed);
	const tracer = new TracerProvider({ sampler, spanProcessors: [open] }).getTracer('t');
	/** A span that began so long ago. */
	const begin = (name: string, ago: number, attributes = {}) =>
		tracer.startSpan(name, { startTime: Date.now() - ago, attributes }, ROOT_CONTEXT);
	return { told, notes, begin };
}

const looks = (count: number) => new Promise((resolve) => setTimeout(resolve, count * CHECKPOINT_MS + 500));

it('a span that is open for a second is noted as it would be if it were interrupted now, and forgotten when it ends', async () => {
	const { told, notes, begin } = watching();
	const span = begin('long', 5000, { 'agentese.path': 'self.soul.dream' });
	begin('other', 5000).end();
	await looks(1);
	expect(told.map(([what]) => what)).toEqual(['note']);
	const seen = told[0]?.[1] as ReadableSpan;
	expect(seen).toMatchObject({
		name: 'long',
		ended: true,
		attributes: { 'agentese.path': 'self.soul.dream', 'agentese.interrupted': true, 'agentese.outcome': 'cancelled' },
	});
	expect(seen.spanContext()).toEqual(span.spanContext());
	expect(seen.duration[0]).toBeGreaterThanOrEqual(5);
	expect((span as unknown as ReadableSpan).attributes).toEqual({ 'agentese.path': 'self.soul.dream' });
	// After five seconds it is time again at ten.
	await looks(1);
	expect(told).toHaveLength(1);
	span.end();
	expect(told[1]).toEqual(['forget', span]);
	notes.stop();
});

it('a hundred are noted at a look, the oldest first, and of those that are not exported none', async () => {
	const { told, notes, begin } = watching();
	for (let i = 0; i < 150; i++) begin(String(i), 5000 - i);
	const unsampled = watching({ shouldSample: () => ({ decision: SamplingDecision.RECORD }) });
	unsampled.begin('recorded alone', 5000);
	await looks(1);
	expect(told.map(([, span]) => (span as ReadableSpan).name)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
	await looks(1);
	expect(told).toHaveLength(150);
	expect(unsampled.told).toEqual([]);
	notes.stop();
	unsampled.notes.stop();
});
