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
import { type Histogram, MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import {
	InMemorySpanExporter,
	type ReadableSpan,
	type Sampler,
	SimpleSpanProcessor,
	type SpanProcessor,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import { abandonOpenSettlements } from '../../lib/settling/common/finalization.js';

/** A finished span, with nothing in it that differs from run to run. */
export interface RecordedSpan {
	readonly name: string;
	readonly kind: string;
	/** `OK`, `UNSET`, or `ERROR: ` and the message. */
	readonly status: string;
	readonly attributes: Attributes;
	readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
	/** The names of the spans that it links to. */
	readonly links: readonly string[];
	readonly children: readonly RecordedSpan[];
}

/** One metric point. */
export interface RecordedPoint {
	readonly name: string;
	readonly unit: string;
	readonly labels: Attributes;
	/** A sum; for a histogram the number of values. */
	readonly value: number;
	/** A histogram's boundaries. */
	readonly boundaries?: readonly number[];
}

class PullReader extends MetricReader {
	protected async onShutdown(): Promise<void> {}
	protected async onForceFlush(): Promise<void> {}
}

/** Records the open spans, and the order in which spans started: their own times are whole milliseconds. */
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
	/** The position of a span in the order of starts. */
	startIndex(span: ReadableSpan): number {
		return this.begun.indexOf(span.spanContext().spanId);
	}
	async forceFlush(): Promise<void> {}
	async shutdown(): Promise<void> {}
}

/** What an SDK can be started with. */
export interface SdkOptions {
	readonly sampler?: Sampler;
	/** Processors that run before the exporter. */
	readonly processors?: readonly SpanProcessor[];
	readonly traces?: boolean;
	readonly metrics?: boolean;
}

class Sdk {
	readonly exporter = new InMemorySpanExporter();
	readonly reader = new PullReader();
	readonly opened = new OpenSpans();
	readonly logged: string[] = [];
	readonly misuse: string[] = [];

	constructor({ sampler, processors = [], traces = true, metrics: meters = true }: SdkOptions) {
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		const spanProcessors = [...processors, new SimpleSpanProcessor({ exporter: this.exporter }), this.opened];
		if (traces) trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, ...(sampler ? { sampler } : {}) }));
		if (meters) metrics.setGlobalMeterProvider(new MeterProvider({ readers: [this.reader] }));
		const note = (message: string) => {
			(message.startsWith('agentese-otel') ? this.logged : this.misuse).push(message);
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

/** Stops it. Throws if spans are left that no `timeline()` returned, or if OpenTelemetry logged a misuse. */
export function stopSdk(): void {
	abandonOpenSettlements();
	const { exporter, opened, misuse } = sdk();
	disable();
	running = undefined;
	const left = [...exporter.getFinishedSpans(), ...opened.open].map(({ name }) => name);
	if (left.length > 0) throw new Error(`Spans that no timeline() saw: ${left.join(', ')}.`);
	if (misuse.length > 0) throw new Error(`OpenTelemetry complained: ${misuse.join(' | ')}`);
}

/** Stops it, and drops what it recorded without a check. */
export function dropSdk(): void {
	abandonOpenSettlements();
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

/** The messages that the toolkit logged through `diag` since the SDK started. */
export function loggedMessages(): readonly string[] {
	return sdk().logged;
}

/** Measurements of streams differ from run to run: `streams.test.ts` reads them, all other helpers leave them out. */
const MEASURED = 'agentese.stream.';

/** The `agentese.stream.*` attributes, without that prefix, of each ended span that has the given attributes. */
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

/** Every span since the last call, as trees in the order of start. Throws if a span is open. */
export async function timeline(): Promise<RecordedSpan[]> {
	await settled();
	const { exporter, opened } = sdk();
	const open = openSpans();
	if (open.length > 0) throw new Error(`Spans that did not end: ${open.join(', ')}.`);
	const spans = [...exporter.getFinishedSpans()].sort((a, b) => opened.startIndex(a) - opened.startIndex(b));
	exporter.reset();
	const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
	const parentOf = (span: ReadableSpan) => byId.get(span.parentSpanContext?.spanId ?? '');
	const see = (span: ReadableSpan): RecordedSpan => ({
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

/** Every metric point since the SDK started, sorted by name and labels, without the measurements of streams. */
export async function points(): Promise<RecordedPoint[]> {
	return (await allPoints()).filter(({ name }) => !name.startsWith(MEASURED));
}

/** Every metric of one collection. */
export async function collected(): Promise<MetricData[]> {
	const { resourceMetrics } = await sdk().reader.collect();
	return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
}

/** Like `points()`, with the measurements of streams. */
export async function allPoints(): Promise<RecordedPoint[]> {
	const all = (await collected()).flatMap(({ descriptor, dataPoints }) =>
		dataPoints.map(({ attributes, value }): RecordedPoint => {
			const same = { name: descriptor.name, unit: descriptor.unit, labels: { ...attributes } };
			if (typeof value === 'number') return { ...same, value };
			const { count, buckets } = value as Histogram;
			return { ...same, value: count, boundaries: buckets.boundaries };
		}),
	);
	// The series of declared paths that were not called are the subject of `declared-series.test.ts`.
	const called = all.filter(({ name, value }) => name !== 'agentese.invocations' || value !== 0);
	return called.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** The key by which points are sorted. */
export function sortKey({ name, labels }: RecordedPoint): string {
	return `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
}

/** Waits until every pending promise, tick and immediate has run. */
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

/** Starts and ends a span below the active one. */
export function mark(name: string): void {
	trace.getTracer('test').startSpan(name).end();
}
