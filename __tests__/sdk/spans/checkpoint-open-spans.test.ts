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

function startCheckpoints(sampler = new AlwaysOnSampler() as { shouldSample: AlwaysOnSampler['shouldSample'] }) {
	const open = new OpenSpans();
	const calls: (readonly [string, ReadableSpan | object])[] = [];
	const checkpoints: SpanCheckpoints = {
		save: (_, interrupted) => calls.push(['save', interrupted]),
		remove: (span) => calls.push(['remove', span]),
	};
	const processor: CheckpointingSpanProcessor = { ...idle, checkpoints };
	// As with a custom preset that delivers: the guard is between the processor and the checkpoints.
	const { spanProcessors = [] } = guardParts('custom', { spanProcessors: [processor as SpanProcessor] });
	const guarded = spanProcessors.flatMap((guard: CheckpointingSpanProcessor) => guard.checkpoints ?? []);
	const running = new OpenSpanCheckpoints(open, guarded);
	const tracer = new TracerProvider({ sampler, spanProcessors: [open] }).getTracer('t');
	/** Starts a span that began `ago` milliseconds before now. */
	const begin = (name: string, ago: number, attributes = {}) =>
		tracer.startSpan(name, { startTime: Date.now() - ago, attributes }, ROOT_CONTEXT);
	return { calls, running, begin };
}

const inspections = (count: number) => new Promise((resolve) => setTimeout(resolve, count * CHECKPOINT_MS + 500));

it('a span that is open for a second gets a checkpoint as if it were interrupted now, which is removed when it ends', async () => {
	const { calls, running, begin } = startCheckpoints();
	const span = begin('long', 5000, { 'agentese.path': 'self.soul.dream' });
	begin('other', 5000).end();
	await inspections(1);
	expect(calls.map(([what]) => what)).toEqual(['save']);
	const snapshot = calls[0]?.[1] as ReadableSpan;
	expect(snapshot).toMatchObject({
		name: 'long',
		ended: true,
		attributes: { 'agentese.path': 'self.soul.dream', 'agentese.interrupted': true, 'agentese.outcome': 'cancelled' },
	});
	expect(snapshot.spanContext()).toEqual(span.spanContext());
	expect(snapshot.duration[0]).toBeGreaterThanOrEqual(5);
	expect((span as unknown as ReadableSpan).attributes).toEqual({ 'agentese.path': 'self.soul.dream' });
	// After five seconds the next checkpoint is due at ten.
	await inspections(1);
	expect(calls).toHaveLength(1);
	span.end();
	expect(calls[1]).toEqual(['remove', span]);
	running.stop();
});

it('a hundred checkpoints are written at each inspection, the oldest spans first, and none of unsampled spans', async () => {
	const { calls, running, begin } = startCheckpoints();
	for (let i = 0; i < 150; i++) begin(String(i), 5000 - i);
	const unsampled = startCheckpoints({ shouldSample: () => ({ decision: SamplingDecision.RECORD }) });
	unsampled.begin('recorded alone', 5000);
	await inspections(1);
	expect(calls.map(([, span]) => (span as ReadableSpan).name)).toEqual(
		Array.from({ length: 100 }, (_, i) => String(i)),
	);
	await inspections(1);
	expect(calls).toHaveLength(150);
	expect(unsampled.calls).toEqual([]);
	running.stop();
	unsampled.running.stop();
});
