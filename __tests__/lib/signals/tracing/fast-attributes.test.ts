import { afterEach, describe, expect, it } from '@jest/globals';
import { type AttributeValue, trace } from '@opentelemetry/api';
import {
	InMemorySpanExporter,
	type ReadableSpan,
	SimpleSpanProcessor,
	type Span,
	type SpanProcessor,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Resolver, Traced } from '../../../../index.js';
import { fastSpan } from '../../../../lib/signals/tracing/fast-attributes.js';

afterEach(() => trace.disable());

interface Limits {
	readonly attributeCountLimit?: number;
	readonly attributeValueLengthLimit?: number;
}

class Watching implements SpanProcessor {
	readonly onStart: (span: Span) => void;
	constructor(onStart: (span: Span) => void) {
		this.onStart = onStart;
	}
	onEnd(): void {}
	async forceFlush(): Promise<void> {}
	async shutdown(): Promise<void> {}
}

@Resolver('self.soul')
class Soul {
	@Traced()
	ask(_umwelt: unknown, count: number): void {
		const span = trace.getActiveSpan();
		for (let i = 0; i < count; i++) span?.setAttribute(`app.${i}`, 'a text of some length');
		if (count % 2 === 1) span?.setAttribute('agentese.result', 'mine');
	}
}

/** The span of one call that sets so many attributes itself. */
function spanOf(count: number, spanLimits: Limits, onStart: (span: Span) => void): ReadableSpan | undefined {
	const exporter = new InMemorySpanExporter();
	const spanProcessors = [new Watching(onStart), new SimpleSpanProcessor({ exporter })];
	trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, spanLimits }));
	new Soul().ask({ id: 'kent', archetype: 'developer' }, count);
	trace.disable();
	return exporter.getFinishedSpans()[0];
}

/** In the way of whoever writes into a span's attributes himself. */
function replaceSetAttribute(span: Span, see: (key: string) => void = () => {}): void {
	const original = span.setAttribute;
	span.setAttribute = (key: string, value: AttributeValue) => {
		see(key);
		return Reflect.apply(original, span, [key, value]);
	};
}

const LIMITS: readonly Limits[] = [
	{},
	{ attributeCountLimit: 5 },
	{ attributeCountLimit: 9 },
	{ attributeCountLimit: 40 },
	{ attributeValueLengthLimit: 4 },
	{ attributeValueLengthLimit: 2000 },
	{ attributeCountLimit: 0 },
];
const COUNTS = [0, 1, 2, 30, 118, 119, 120, 121, 200];

describe("an invocation's attributes on a span of the SDK", () => {
	it.each(LIMITS)('are those that setAttribute leaves, with %j and however many others there are', (limits) => {
		const seen = (onStart: (span: Span) => void) =>
			COUNTS.map((count) => {
				const span = spanOf(count, limits, onStart);
				return [span?.attributes, span?.droppedAttributesCount];
			});
		expect(seen(() => {})).toEqual(seen((span) => replaceSetAttribute(span)));
	});

	it('are what a processor finds that set one of them before', () => {
		const early = spanOf(0, {}, (span) => span.setAttribute('agentese.path', 'early'));
		expect([early?.attributes['agentese.path'], Object.keys(early?.attributes ?? {}).length]).toEqual([
			'self.soul.ask',
			9,
		]);
	});

	it('go through a setAttribute that a processor put on the span', () => {
		const keys: string[] = [];
		spanOf(0, {}, (span) => replaceSetAttribute(span, (key) => keys.push(key)));
		expect(keys.sort()).toEqual([
			'agentese.archetype',
			'agentese.aspect',
			'agentese.context',
			'agentese.holon',
			'agentese.observer',
			'agentese.outcome',
			'agentese.path',
			'agentese.result',
			'code.function.name',
		]);
	});

	it('are not written into what is no span of the SDK', () => {
		const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
		expect(fastSpan(span)).toBeUndefined();
		const like = { ...span, attributes: {}, _attributesCount: 0, _spanLimits: {}, setAttribute: () => like };
		expect(fastSpan(like as never)).toBeUndefined();
	});
});
