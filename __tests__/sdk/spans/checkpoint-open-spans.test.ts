import { expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import {
	AlwaysOnSampler,
	type ReadableSpan,
	SamplingDecision,
	type SpanProcessor,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import { platform } from '../../../lib/runtime/platform.js';
import type { CheckpointingSpanProcessor, SpanCheckpoints } from '../../../presets/signals/processors.js';
import { guardParts } from '../../../sdk/assemble/guard-custom-preset.js';
import { OpenSpanCheckpoints } from '../../../sdk/spans/checkpoint-open-spans.js';
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
	const { setInterval } = platform;
	let inspect: () => void = () => undefined;
	platform.setInterval = ((work: () => void, ms: number) => {
		inspect = work;
		expect(ms).toBe(INSPECTION_MS);
		return setInterval(() => undefined, 1e6);
	}) as typeof platform.setInterval;
	const running = new OpenSpanCheckpoints(open, guarded);
	platform.setInterval = setInterval;
	const tracer = new TracerProvider({ sampler, spanProcessors: [open] }).getTracer('t');
	/** Starts a span that began `ago` milliseconds before now. */
	const begin = (name: string, ago: number, attributes = {}) =>
		tracer.startSpan(name, { startTime: Date.now() - ago, attributes }, ROOT_CONTEXT);
	return { calls, running, begin, inspect };
}

/** How often open spans are inspected, in milliseconds. */
const INSPECTION_MS = 200;

it('a span that is open for a second gets a checkpoint as if it were interrupted now, which is removed when it ends', async () => {
	const { calls, running, begin, inspect } = startCheckpoints();
	const span = begin('long', 5000, { 'agentese.path': 'self.soul.dream' });
	begin('other', 5000).end();
	inspect();
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
	inspect();
	expect(calls).toHaveLength(1);
	span.end();
	expect(calls[1]).toEqual(['remove', span]);
	running.stop();
});

it('a span has its first checkpoint within the first second, and each next one when it is open for twice as long', () => {
	const { calls, running, begin, inspect } = startCheckpoints();
	const { dateNow } = platform;
	const start = dateNow();
	try {
		begin('long', 0);
		const at: number[] = [];
		for (let ms = 0; ms < 300_000; ms += INSPECTION_MS) {
			platform.dateNow = () => start + ms;
			const before = calls.length;
			inspect();
			if (calls.length > before) at.push(ms);
		}
		// At the latest one inspection after it is due, and 100 ms remain for the write.
		expect(at).toEqual([800, 1800, 3600, 7200, 14_400, 28_800, 57_600, 115_200, 175_200, 235_200, 295_200]);
	} finally {
		platform.dateNow = dateNow;
		running.stop();
	}
});

it('200 checkpoints are written at each inspection, the oldest spans first, and none of unsampled spans', () => {
	const { calls, running, begin, inspect } = startCheckpoints();
	for (let i = 0; i < 250; i++) begin(String(i), 5000 - i);
	const unsampled = startCheckpoints({ shouldSample: () => ({ decision: SamplingDecision.RECORD }) });
	unsampled.begin('recorded alone', 5000);
	unsampled.inspect();
	inspect();
	expect(calls.map(([, span]) => (span as ReadableSpan).name)).toEqual(
		Array.from({ length: 200 }, (_, i) => String(i)),
	);
	inspect();
	expect(calls).toHaveLength(250);
	expect(unsampled.calls).toEqual([]);
	running.stop();
	unsampled.running.stop();
});
