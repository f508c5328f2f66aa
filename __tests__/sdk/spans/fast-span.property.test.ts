import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
	type Span as ApiSpan,
	type Attributes,
	type Context,
	createTraceState,
	DiagLogLevel,
	diag,
	type Link,
	ROOT_CONTEXT,
	type SpanOptions,
	type Tracer,
	trace,
} from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
	type IdGenerator,
	InMemorySpanExporter,
	type ReadableSpan,
	type Sampler,
	SamplingDecision,
	SimpleSpanProcessor,
	type Span,
	type SpanLimits,
	type SpanProcessor,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { platform } from '../../../lib/runtime/platform.js';
import { FastSpan } from '../../../sdk/spans/fast-span.js';
import { FastTracer } from '../../../sdk/spans/fast-tracer.js';
import { sdkInternalsOf } from '../../../sdk/spans/sdk-internals.js';

afterEach(() => {
	jest.restoreAllMocks();
	diag.disable();
});

/** Generates ids that contain the number of the call, so that the order of calls is compared too. */
class CountingIds implements IdGenerator {
	#made = 0;
	generateSpanId(): string {
		return (++this.#made).toString(16).padStart(16, '0');
	}
	generateTraceId(): string {
		return (++this.#made).toString(16).padStart(32, 'f');
	}
}

/** Records what a processor can read of each span, field by field. */
class RecordingProcessor implements SpanProcessor {
	readonly calls: unknown[] = [];
	onStart(span: Span, context: Context): void {
		this.calls.push(['start', fields(span), context.getValue(MARK)]);
		span.setAttribute('witness', 'at the start');
	}
	onEnding(span: Span): void {
		this.calls.push(['ending', fields(span), span.isRecording()]);
		span.setAttribute('witness', 'at the end');
	}
	onEnd(span: ReadableSpan): void {
		this.calls.push(['end', fields(span)]);
	}
	async forceFlush(): Promise<void> {}
	async shutdown(): Promise<void> {}
}

const MARK = Symbol('mark');

function fields(span: ReadableSpan): unknown {
	const { name, kind, status, attributes, events, links, startTime, endTime, duration, ended } = span;
	const { droppedAttributesCount, droppedEventsCount, droppedLinksCount, parentSpanContext, instrumentationScope } =
		span;
	return structuredClone({
		...{ name, kind, status, attributes, events, startTime, endTime, duration, ended, instrumentationScope },
		...{ droppedAttributesCount, droppedEventsCount, droppedLinksCount },
		links: links.map(({ context, ...link }) => ({ ...link, id: context.spanId })),
		parent: parentSpanContext?.spanId,
		context: { ...span.spanContext(), traceState: span.spanContext().traceState?.serialize() },
		resource: span.resource.attributes,
	});
}

/** Replaces both clocks with one that only the returned function advances, so that times can be compared too. */
function fakeClock(): (ms: number) => void {
	let passed = 1000.25;
	const began = 1_800_000_000_000;
	const unix = () => Math.trunc(began + passed);
	// The SDK's span reads the global clock, the fast span that of the toolkit.
	jest.spyOn(performance, 'now').mockImplementation(() => passed);
	jest.spyOn(Date, 'now').mockImplementation(unix);
	jest.spyOn(platform, 'performanceNow').mockImplementation(() => passed);
	jest.spyOn(platform, 'dateNow').mockImplementation(unix);
	return (ms) => {
		passed += ms;
	};
}

interface Script {
	readonly name: string;
	readonly options: SpanOptions;
	readonly parent: 'none' | 'sampled' | 'unsampled' | 'remote' | 'invalid';
	readonly sampler: Sampler;
	readonly limits: SpanLimits;
	readonly steps: readonly Step[];
}

type Step = readonly [what: string, run: (span: ApiSpan) => unknown];

const PARENTS = {
	none: ROOT_CONTEXT,
	sampled: parent({ traceFlags: 1, traceState: createTraceState('a=1') }),
	unsampled: parent({ traceFlags: 0 }),
	remote: parent({ traceFlags: 1, isRemote: true }),
	invalid: parent({ traceFlags: 1, spanId: 'none' }),
} as const;

function parent(more: object): Context {
	const spanContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), ...more } as never;
	return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

/** What can be observed of a script, and whether a method of the span threw. */
interface Observed {
	readonly threw: boolean;
	readonly [what: string]: unknown;
}

/** Runs one script; returns all that can be observed: what processors read, what was logged, returned and exported. */
function play({ name, options, parent: from, sampler, limits, steps }: Script, fast: boolean): Observed {
	const tick = fakeClock();
	const logged: unknown[] = [];
	const log = (message: string, ...rest: unknown[]) => {
		// This message is logged each time the limit is read, and the two classes read it a different number of times.
		if (!message.startsWith('Invalid attributeValueLengthLimit')) logged.push(message, ...rest.map(String));
	};
	diag.setLogger(
		{ error: log, warn: log, info: log, debug: log, verbose: log },
		{ logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
	);
	logged.length = 0;
	const exporter = new InMemorySpanExporter();
	const witness = new RecordingProcessor();
	const provider = new TracerProvider({
		resource: resourceFromAttributes({ 'service.name': 'garden' }),
		spanProcessors: [witness, new SimpleSpanProcessor({ exporter }), new RecordingProcessor()],
		sampler,
		spanLimits: limits,
		idGenerator: new CountingIds(),
	});
	const tracer = tracerOf(provider.getTracer('agentese-otel', '1.0'), fast);
	const span = tracer.startSpan(name, options, PARENTS[from].setValue(MARK, 'here'));
	if (span.isRecording() && fast) expect(span).toBeInstanceOf(FastSpan);
	let threw = false;
	const results = steps.map(([what, run]) => {
		tick(1.5);
		try {
			const result = run(span);
			return [what, result === span ? 'itself' : result];
		} catch (error) {
			threw = true;
			return [what, String(error)];
		}
	});
	const { traceState, ...context } = span.spanContext();
	const spans = exporter.getFinishedSpans();
	const exported = exportOf(spans);
	jest.restoreAllMocks();
	return { threw, calls: witness.calls, logged, results, context, state: traceState?.serialize(), exported };
}

/** Returns the spans as OTLP JSON; the error if the SDK's encoder throws (a time that is not a number). */
function exportOf(spans: ReadableSpan[]): string {
	try {
		return new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans) ?? new Uint8Array());
	} catch (error) {
		return String(error);
	}
}

function tracerOf(tracer: Tracer, fast: boolean): Tracer {
	const internals = sdkInternalsOf(tracer);
	if (internals === undefined) throw new Error('The tracer of the SDK has other private fields than expected.');
	return fast ? new FastTracer(internals) : tracer;
}

// `__proto__` as a key sets the prototype of an object, also of those that the comparison creates.
const text = fc
	.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('', 'agentese.path', 'constructor'))
	.filter((one) => one !== '__proto__');
const anyValue = fc.oneof(
	fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true, withTypedArray: true, key: text }),
	fc.constantFrom(undefined, null, () => 1, Symbol('s'), new Uint8Array([1, 2, 3])),
	text,
	fc.array(fc.oneof(text, fc.integer()), { maxLength: 4 }),
);
const attributes = fc.dictionary(text, anyValue, { maxKeys: 6 }) as fc.Arbitrary<Attributes>;
const time = fc.constantFrom(
	undefined,
	1001.5,
	0,
	-1,
	Number.NaN,
	1_800_000_000_500,
	1_900_000_000_000,
	new Date(1_800_000_001_000),
	[1_800_000_002, 5] as [number, number],
	[1_700_000_000, 5] as [number, number],
);
const link: fc.Arbitrary<Link> = fc.record({
	context: fc.constantFrom(...['1', '2', '3'].map((id) => ({ traceId: id, spanId: id, traceFlags: 1 }))),
	attributes: fc.option(attributes, { nil: undefined }),
}) as never;
const exception = fc.oneof(
	text,
	fc.record(
		{ name: text, message: text, stack: text, code: fc.constantFrom(undefined, 'E_CODE', 7) },
		{ requiredKeys: [] },
	),
	fc.constantFrom(new TypeError('no ink'), undefined, null),
) as never as fc.Arbitrary<Error>;
const code = fc.constantFrom(0, 1, 2);

const step: fc.Arbitrary<Step> = fc.oneof(
	fc.tuple(text, anyValue).map(([key, value]) => ['setAttribute', (s) => s.setAttribute(key, value as string)] as Step),
	attributes.map((given) => ['setAttributes', (s) => s.setAttributes(given)] as Step),
	fc
		.tuple(text, fc.oneof(attributes, time), time)
		.map(([name, second, third]) => ['addEvent', (s) => s.addEvent(name, second as never, third)] as Step),
	link.map((one) => ['addLink', (s) => s.addLink(one)] as Step),
	fc.array(link, { maxLength: 3 }).map((all) => ['addLinks', (s) => s.addLinks(all)] as Step),
	fc
		.tuple(code, fc.constantFrom(undefined, 'no', '', 7, null))
		.map(([of, message]) => ['setStatus', (s) => s.setStatus({ code: of, message: message as string })] as Step),
	text.map((name) => ['updateName', (s) => s.updateName(name)] as Step),
	fc.tuple(exception, time).map(([error, at]) => ['recordException', (s) => s.recordException(error, at)] as Step),
	fc.constant(['isRecording', (s) => s.isRecording()] as Step),
	time.map((at) => ['end', (s) => s.end(at)] as Step),
);

const decision = fc.constantFrom(
	SamplingDecision.RECORD_AND_SAMPLED,
	SamplingDecision.RECORD_AND_SAMPLED,
	SamplingDecision.RECORD,
	SamplingDecision.NOT_RECORD,
);
const sampler = fc
	.tuple(decision, fc.option(attributes, { nil: undefined }), fc.boolean())
	.map(([decided, more, state]): Sampler => {
		const traceState = state ? createTraceState('b=2') : undefined;
		return {
			shouldSample: () => ({ decision: decided, ...(more && { attributes: more }), ...(traceState && { traceState }) }),
		};
	});
const limit = fc.constantFrom(0, 1, 2, 5, 128);
const limits: fc.Arbitrary<SpanLimits> = fc.record(
	{
		attributeCountLimit: limit,
		attributeValueLengthLimit: fc.constantFrom(0, 1, 7, Number.POSITIVE_INFINITY),
		eventCountLimit: limit,
		linkCountLimit: limit,
		attributePerEventCountLimit: limit,
		attributePerLinkCountLimit: limit,
	},
	{ requiredKeys: [] },
);
const script: fc.Arbitrary<Script> = fc.record({
	name: text,
	options: fc.record(
		{
			kind: fc.constantFrom(0, 1, 2, 3, 4),
			attributes,
			links: fc.array(link, { maxLength: 4 }),
			startTime: time,
			root: fc.boolean(),
		},
		{ requiredKeys: [] },
	) as fc.Arbitrary<SpanOptions>,
	parent: fc.constantFrom('none', 'sampled', 'unsampled', 'remote', 'invalid'),
	sampler,
	limits,
	steps: fc.array(step, { maxLength: 12 }),
});

/** Runs a script. For some attributes and times (a symbol) the SDK throws at the start of a span, and so must FastTracer. */
function outcome(one: Script, fast: boolean): Observed | string {
	try {
		return play(one, fast);
	} catch (error) {
		// A failed expectation is not an outcome. Errors of the SDK are of another realm than Jest's.
		if (typeof error === 'object' && error !== null && 'matcherResult' in error) throw error;
		return String(error);
	}
}

describe('a FastSpan', () => {
	it('equals a span of the SDK for processors, for its user, for diag and for an exporter, whatever is called', () => {
		fc.assert(
			fc.property(script, (one) => {
				const [fast, sdk] = [outcome(one, true), outcome(one, false)];
				// A method of the SDK's span throws for some attributes and times; a FastSpan never does.
				if (typeof sdk === 'object' && sdk.threw) expect(fast).toMatchObject({ threw: false });
				else expect(fast).toEqual(sdk);
			}),
			{ numRuns: 1500 },
		);
	});
});
