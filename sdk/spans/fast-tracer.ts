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

const NO_LIMITS = {
	attributeCountLimit: Number.POSITIVE_INFINITY,
	attributeValueLengthLimit: Number.POSITIVE_INFINITY,
};

/** Starts spans as the SDK's tracer with these parts does, but spans of our own. */
export class FastTracer implements Tracer {
	/** By this name the toolkit reads how a tracer samples, as it does of the SDK's. */
	readonly _sampler: SdkInternals['sampler'];
	readonly #parts: SdkInternals;
	readonly #ids: SdkInternals['ids'];

	constructor(parts: SdkInternals) {
		this._sampler = parts.sampler;
		this.#parts = parts;
		this.#ids = fastIds(parts.ids);
	}

	startSpan(name: string, options: SpanOptions = {}, inside: Context = contexts.active()): Span {
		const context = options.root ? trace.deleteSpan(inside) : inside;
		if (isTracingSuppressed(context)) {
			diag.debug('Instrumentation suppressed, returning Noop Span');
			return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
		}
		const { limits, metrics } = this.#parts;
		const parent = trace.getSpan(context)?.spanContext();
		const validParent = parent !== undefined && trace.isSpanContextValid(parent) ? parent : undefined;
		const spanId = this.#ids.generateSpanId();
		const traceId = validParent?.traceId ?? this.#ids.generateTraceId();
		const kind = options.kind ?? SpanKind.INTERNAL;
		const links = (options.links ?? []).map((link) => cleanLink(link, limits));
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
		// What the toolkit starts with as a rule is nothing, of which nothing need be cleaned, counted or kept apart.
		const bare =
			early === undefined &&
			startTime == null &&
			links.length === 0 &&
			sampled.attributes === undefined &&
			isEmpty(attributes);
		const given = bare
			? undefined
			: givenOf(attributes, sampled.attributes, early?.droppedAttributesCount ?? 0, limits);
		const more = given && { ...given, links, startTime };
		return new FastSpan(this.#parts, context, spanContext, validParent, name, kind, recordEnd, more);
	}

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

/** The attributes that a span begins with, the sampler's too. */
function givenOf(
	attributes: Attributes,
	more: Readonly<Attributes> | undefined,
	dropped: number,
	limits: SdkInternals['limits'],
) {
	const clean = cleanAttributes(Object.assign(attributes, more), limits);
	return {
		attributes: (clean.attributes ?? {}) as Attributes,
		droppedAttributesCount: dropped + (clean.droppedAttributesCount ?? 0),
	};
}

function isEmpty(attributes: object): boolean {
	for (const _ in attributes) return false;
	return true;
}
