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
import { directSpan } from '../../../../lib/signals/tracing/fast-attributes.js';

afterEach(() => trace.disable());

interface Limits {
	readonly attributeCountLimit?: number;
	readonly attributeValueLengthLimit?: number;
}

class StartProcessor implements SpanProcessor {
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

/** Returns the span of one call that sets `count` attributes itself. */
function spanOf(count: number, spanLimits: Limits, onStart: (span: Span) => void): ReadableSpan | undefined {
	const exporter = new InMemorySpanExporter();
	const spanProcessors = [new StartProcessor(onStart), new SimpleSpanProcessor({ exporter })];
	trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, spanLimits }));
	new Soul().ask({ id: 'kent', archetype: 'developer' }, count);
	trace.disable();
	return exporter.getFinishedSpans()[0];
}

/** Replaces the `setAttribute` of a span, so that its attributes must not be assigned directly. */
function replaceSetAttribute(span: Span, onKey: (key: string) => void = () => {}): void {
	const original = span.setAttribute;
	span.setAttribute = (key: string, value: AttributeValue) => {
		onKey(key);
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
	it.each(LIMITS)('are the same as by setAttribute, with %j and any number of others', (limits) => {
		const attributesOf = (onStart: (span: Span) => void) =>
			COUNTS.map((count) => {
				const span = spanOf(count, limits, onStart);
				return [span?.attributes, span?.droppedAttributesCount];
			});
		expect(attributesOf(() => {})).toEqual(attributesOf((span) => replaceSetAttribute(span)));
	});

	it('replace one that a processor has set before', () => {
		const early = spanOf(0, {}, (span) => span.setAttribute('agentese.path', 'early'));
		expect([early?.attributes['agentese.path'], Object.keys(early?.attributes ?? {}).length]).toEqual([
			'self.soul.ask',
			9,
		]);
	});

	it('are set by the setAttribute that a processor put on the span', () => {
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

	it('are not assigned to a span that is not the SDK’s', () => {
		const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
		expect(directSpan(span)).toBeUndefined();
		const like = { ...span, attributes: {}, _attributesCount: 0, _spanLimits: {}, setAttribute: () => like };
		expect(directSpan(like as never)).toBeUndefined();
	});
});
