import {
	type Attributes,
	context,
	DiagLogLevel,
	diag,
	metrics,
	SpanKind,
	SpanStatusCode,
	trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
	InMemorySpanExporter,
	type ReadableSpan,
	type Sampler,
	SimpleSpanProcessor,
	type SpanProcessor,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import { endOpen } from '../../lib/settling/common/finalization.js';

/** A finished span, with nothing in it that differs from run to run. */
export interface SeenSpan {
	readonly name: string;
	readonly kind: string;
	/** `OK`, `UNSET`, or `ERROR: ` and the message. */
	readonly status: string;
	readonly attributes: Attributes;
	readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
	/** The names of the spans that it links to. */
	readonly links: readonly string[];
	readonly children: readonly SeenSpan[];
}

/** One metric point. */
export interface SeenPoint {
	readonly name: string;
	readonly unit: string;
	readonly labels: Attributes;
	/** A sum; for a histogram how many values it has. */
	readonly value: number;
	/** A histogram's boundaries. */
	readonly boundaries?: readonly number[];
}

class PullReader extends MetricReader {
	protected async onShutdown(): Promise<void> {}
	protected async onForceFlush(): Promise<void> {}
}

/** Knows the spans that began and did not end, and in which order they began: their own times are whole milliseconds. */
class OpenSpans implements SpanProcessor {
	readonly open = new Set<ReadableSpan>();
	readonly begun: string[] = [];
	onStart(span: ReadableSpan): void {
		this.open.add(span);
		this.begun.push(span.spanContext().spanId);
	}
	onEnd(span: ReadableSpan): void {
		this.open.delete(span);
	}
	/** For sorting spans by their start. */
	place(span: ReadableSpan): number {
		return this.begun.indexOf(span.spanContext().spanId);
	}
	async forceFlush(): Promise<void> {}
	async shutdown(): Promise<void> {}
}

/** What an SDK can be started with. */
export interface SdkOptions {
	readonly sampler?: Sampler;
	/** Processors that see spans before the exporter does. */
	readonly processors?: readonly SpanProcessor[];
	readonly traces?: boolean;
	readonly metrics?: boolean;
}

class Sdk {
	readonly exporter = new InMemorySpanExporter();
	readonly reader = new PullReader();
	readonly opened = new OpenSpans();
	readonly said: string[] = [];
	readonly misuse: string[] = [];

	constructor({ sampler, processors = [], traces = true, metrics: meters = true }: SdkOptions) {
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		const spanProcessors = [...processors, new SimpleSpanProcessor({ exporter: this.exporter }), this.opened];
		if (traces) trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, ...(sampler ? { sampler } : {}) }));
		if (meters) metrics.setGlobalMeterProvider(new MeterProvider({ readers: [this.reader] }));
		const note = (message: string) => {
			(message.startsWith('agentese-otel') ? this.said : this.misuse).push(message);
		};
		const quiet = () => {};
		const logger = { error: note, warn: note, info: quiet, debug: quiet, verbose: quiet };
		diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
	}
}

let running: Sdk | undefined;

function sdk(): Sdk {
	if (running === undefined) throw new Error('No SDK runs: call startSdk() first.');
	return running;
}

/** Starts OpenTelemetry as an application would: traces, metrics and a context manager, all registered globally. */
export function startSdk(options: SdkOptions = {}): void {
	if (running !== undefined) throw new Error('An SDK runs already.');
	running = new Sdk(options);
}

/** Takes it all back. Spans and problems that no test asked for are faults of the test that left them. */
export function stopSdk(): void {
	endOpen();
	const { exporter, opened, misuse } = sdk();
	disable();
	running = undefined;
	const left = [...exporter.getFinishedSpans(), ...opened.open].map(({ name }) => name);
	if (left.length > 0) throw new Error(`Spans that no timeline() saw: ${left.join(', ')}.`);
	if (misuse.length > 0) throw new Error(`OpenTelemetry complained: ${misuse.join(' | ')}`);
}

/** Takes it all back and forgets what it saw. */
export function dropSdk(): void {
	endOpen();
	disable();
	running = undefined;
}

function disable(): void {
	trace.disable();
	metrics.disable();
	context.disable();
	diag.disable();
}

/** The spans that began and have not ended. */
export function openSpans(): string[] {
	return [...sdk().opened.open].map(({ name }) => name);
}

/** What the toolkit said through `diag` since the SDK started. */
export function said(): readonly string[] {
	return sdk().said;
}

/** What is measured of a stream differs from run to run: `streams.test.ts` asks for it, and everything else goes without. */
const MEASURED = 'agentese.stream.';

/** The `agentese.stream.*` attributes of each ended span that has these others too, without that prefix. */
export function streamed(others: Attributes = {}): Record<string, unknown>[] {
	return sdk()
		.exporter.getFinishedSpans()
		.filter(({ attributes }) => Object.entries(others).every(([key, value]) => attributes[key] === value))
		.map(({ attributes }) =>
			Object.fromEntries(
				Object.entries(attributes)
					.filter(([key]) => key.startsWith(MEASURED))
					.map(([key, value]) => [key.slice(MEASURED.length), value]),
			),
		);
}

function unmeasured(attributes: Attributes): Attributes {
	return Object.fromEntries(Object.entries(attributes).filter(([key]) => !key.startsWith(MEASURED)));
}

/** Every span since the last call, as a forest in the order of start; refuses while one is open. */
export async function timeline(): Promise<SeenSpan[]> {
	await settled();
	const { exporter, opened } = sdk();
	const open = openSpans();
	if (open.length > 0) throw new Error(`Spans that did not end: ${open.join(', ')}.`);
	const spans = [...exporter.getFinishedSpans()].sort((a, b) => opened.place(a) - opened.place(b));
	exporter.reset();
	const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
	const parentOf = (span: ReadableSpan) => byId.get(span.parentSpanContext?.spanId ?? '');
	const see = (span: ReadableSpan): SeenSpan => ({
		name: span.name,
		kind: SpanKind[span.kind] ?? '',
		status: statusOf(span),
		attributes: unmeasured(span.attributes),
		events: span.events.map(({ name, attributes = {} }) => ({ name, attributes: normalised(attributes) })),
		links: span.links.map((link) => byId.get(link.context.spanId)?.name ?? link.context.spanId),
		children: spans.filter((one) => parentOf(one) === span).map(see),
	});
	return spans.filter((span) => parentOf(span) === undefined).map(see);
}

function statusOf({ status }: ReadableSpan): string {
	return status.code === SpanStatusCode.ERROR ? `ERROR: ${status.message}` : (SpanStatusCode[status.code] ?? '');
}

function normalised(attributes: Attributes): Attributes {
	if (typeof attributes['exception.stacktrace'] !== 'string') return attributes;
	return { ...attributes, 'exception.stacktrace': '(stack)' };
}

/** Every metric point since the SDK started, sorted by name and labels, but for what is measured of streams. */
export async function points(): Promise<SeenPoint[]> {
	return (await allPoints()).filter(({ name }) => !name.startsWith(MEASURED));
}

/** As `points()`, and what is measured of streams too. */
export async function allPoints(): Promise<SeenPoint[]> {
	const { resourceMetrics } = await sdk().reader.collect();
	const all = resourceMetrics.scopeMetrics.flatMap(({ metrics: found }) =>
		found.flatMap(({ descriptor, dataPoints }) =>
			dataPoints.map(({ attributes, value }): SeenPoint => {
				const same = { name: descriptor.name, unit: descriptor.unit, labels: { ...attributes } };
				if (typeof value === 'number') return { ...same, value };
				const { count, buckets } = value as Histogram;
				return { ...same, value: count, boundaries: buckets.boundaries };
			}),
		),
	);
	return all.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** What points are sorted by. */
export function sortKey({ name, labels }: SeenPoint): string {
	return `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
}

/** Waits until every promise, tick and immediate under way was run. */
export async function settled(rounds = 3): Promise<void> {
	for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** What a function throws or rejects with, by identity. */
export async function failureOf(run: () => unknown): Promise<{ readonly thrown: unknown } | undefined> {
	try {
		await run();
		return undefined;
	} catch (thrown) {
		return { thrown };
	}
}

/** The message of what was thrown. */
export function messageOf(failed: { readonly thrown: unknown } | undefined): string {
	return failed?.thrown instanceof Error ? failed.thrown.message : 'nothing with a message was thrown';
}

/** Makes a span at once, below whatever is active. */
export function mark(name: string): void {
	trace.getTracer('test').startSpan(name).end();
}
