import {
	type Attributes,
	type Context,
	context as contexts,
	diag,
	INVALID_SPAN_CONTEXT,
	type Span,
	type SpanContext,
	SpanKind,
	type SpanOptions,
	TraceFlags,
	type Tracer,
	trace,
} from '@opentelemetry/api';
import { cleanAttributes, isTracingSuppressed } from '@opentelemetry/core';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { fastIds } from './fast-ids.js';
import { FastSpan } from './fast-span.js';
import { cleanLink } from './links.js';
import type { SdkInternals } from './sdk-internals.js';

/** With these limits attributes are only checked for valid keys and values, before the sampler sees them. */
const NO_LIMITS = {
	attributeCountLimit: Number.POSITIVE_INFINITY,
	attributeValueLengthLimit: Number.POSITIVE_INFINITY,
};

/**
 * A tracer that does what the SDK's tracer with the same parts does, but starts spans of the class `FastSpan`.
 * Sampling, ids, limits, processors and the SDK's own metrics are the same. `installFastSpans` puts it in the place of
 * the SDK's.
 */
export class FastTracer implements Tracer {
	/** The sampler. The field has the name of the SDK's, because `samplingOf` reads it. */
	readonly _sampler: SdkInternals['sampler'];
	readonly #internals: SdkInternals;
	/** The SDK's generator, or a faster one in its place. */
	readonly #ids: SdkInternals['ids'];

	constructor(internals: SdkInternals) {
		this._sampler = internals.sampler;
		this.#internals = internals;
		this.#ids = fastIds(internals.ids);
	}

	/**
	 * Starts a span as the SDK's `Tracer.startSpan` does: a non-recording one if tracing is suppressed in the context, or
	 * the sampler decides so.
	 *
	 * @param parentContext - default: the active context
	 */
	startSpan(name: string, options: SpanOptions = {}, parentContext: Context = contexts.active()): Span {
		const context = options.root ? trace.deleteSpan(parentContext) : parentContext;
		if (isTracingSuppressed(context)) {
			diag.debug('Instrumentation suppressed, returning Noop Span');
			return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
		}
		const { limits, metrics } = this.#internals;
		const parentSpan = trace.getSpan(context);
		const parent = parentSpan?.spanContext();
		const validParent = parent !== undefined && trace.isSpanContextValid(parent) ? parent : undefined;
		// The span id is generated before the trace id, as in the SDK: a custom generator may count on the order.
		const spanId = this.#ids.generateSpanId();
		const traceId = validParent?.traceId ?? this.#ids.generateTraceId();
		const kind = options.kind ?? SpanKind.INTERNAL;
		const links = (options.links ?? []).map((link) => cleanLink(link, limits));
		// As in the SDK, invalid attributes are removed first.
		// The sampler sees valid attributes, but not limited ones; the limits apply when its own have been added.
		const early = options.attributes === undefined ? undefined : cleanAttributes(options.attributes, NO_LIMITS);
		const attributes = (early?.attributes ?? {}) as Attributes;
		const sampled = this._sampler.shouldSample(context, traceId, name, kind, attributes, links);
		const recordEnd = metrics?.startSpan(parent, sampled.decision);
		const traceFlags = sampled.decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE;
		const traceState = sampled.traceState ?? validParent?.traceState;
		const spanContext = { traceId, spanId, traceFlags, traceState } as SpanContext;
		if (sampled.decision === SamplingDecision.NOT_RECORD) {
			diag.debug('Recording is off, propagating context in a non-recording span');
			return trace.wrapSpanContext(spanContext);
		}
		const { startTime } = options;
		// Spans of the toolkit usually start with none of these values, and then nothing has to be cleaned or counted.
		const isEmptyStart =
			early === undefined &&
			startTime == null &&
			links.length === 0 &&
			sampled.attributes === undefined &&
			isEmpty(attributes);
		const initialAttributes = isEmptyStart
			? undefined
			: withSamplerAttributes(attributes, sampled.attributes, early?.droppedAttributesCount ?? 0, limits);
		const initial = initialAttributes && { ...initialAttributes, links, startTime };
		const local = validParent === undefined ? undefined : parentSpan;
		return new FastSpan(this.#internals, context, spanContext, validParent, name, kind, recordEnd, initial, local);
	}

	/** Starts a span, and calls the last argument with it while it is active; returns what that returns. */
	startActiveSpan<F extends (span: Span) => unknown>(
		name: string,
		...rest: [F] | [SpanOptions, F] | [SpanOptions, Context, F]
	): ReturnType<F> {
		const fn = rest.at(-1) as (span: Span) => ReturnType<F>;
		const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined;
		const parent = rest.length > 2 ? (rest[1] as Context) : contexts.active();
		const span = this.startSpan(name, options, parent);
		return contexts.with(trace.setSpan(parent, span), fn, undefined, span);
	}
}

/**
 * Returns the attributes that a span starts with, within the limits.
 *
 * @param attributes - the valid attributes of the options; those of the sampler are added to this object
 * @param dropped - how many attributes of the options were invalid
 */
function withSamplerAttributes(
	attributes: Attributes,
	fromSampler: Readonly<Attributes> | undefined,
	dropped: number,
	limits: SdkInternals['limits'],
) {
	const clean = cleanAttributes(Object.assign(attributes, fromSampler), limits);
	return {
		attributes: (clean.attributes ?? {}) as Attributes,
		droppedAttributesCount: dropped + (clean.droppedAttributesCount ?? 0),
	};
}

/** Returns true for an object without enumerable properties. */
function isEmpty(attributes: object): boolean {
	for (const _ in attributes) return false;
	return true;
}
