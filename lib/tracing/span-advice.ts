import {
	type Attributes,
	type Context,
	type Link,
	ROOT_CONTEXT,
	type Span,
	type SpanContext,
	SpanKind,
	type SpanOptions,
	SpanStatusCode,
	trace,
} from '@opentelemetry/api';
import { captureArguments, captureReturn } from '../content/capture.js';
import { genaiAtEnd, genaiAtStart } from '../conventions/genai-span.js';
import { sessionFacts, takeOff } from '../observers/facts.js';
import { writtenText, writtenValue } from '../redaction/settings.js';
import { withRate } from '../rules/rate.js';
import { type Verdict, verdictOf } from '../rules/rules.js';
import { sayOnce } from '../runtime/say.js';
import { metricsOn, tracesOn } from '../runtime/signals.js';
import { typeName } from '../settling/look.js';
import { writeTokens } from '../tokens/attributes.js';
import type { Advice, InvocationView, JoinPointFacts, LiveInvocation, Outcome } from '../weaving/advice.js';
import { enterContext } from '../weaving/context.js';
import type { JoinPoint } from '../weaving/join-point.js';
import { writeFailure } from './exception.js';
import type { Callable, TracedOptions } from './options.js';
import { isBelowUnsampled } from './sampling.js';
import { tracingSettings } from './settings.js';
import { streamAttributes } from './stream-attributes.js';
import { nothingOn, sampling, tracer } from './tracer.js';
import { attributesOf, attributeValue, cutPath, setAttributes } from './values.js';

const MAX_OBSERVER = 256;

/** A span that an advice writes to, and whether it is its own to end. */
interface Written {
	readonly span: Span;
	readonly own: boolean;
	/** False for an active span that belongs to another invocation, whose path must stay its own. */
	readonly facts: boolean;
}

/** Tracing: one span around an invocation, or attributes on the active one. */
export class SpanAdvice implements Advice<Written | undefined> {
	private readonly options: TracedOptions<Callable, unknown>;
	private readonly point: JoinPointFacts;
	/** What every span of this join point carries; made once. */
	private readonly fixed: Readonly<Attributes>;
	private readonly ruled: Verdict;
	/** Whether its parent is the active span, of which the samplers know. */
	private readonly follows: boolean;
	/** Whether a call below a span that is not sampled leaves nothing at all; asked once, as this advice lives one epoch. */
	private passes: boolean | undefined;
	readonly streams = true;
	readonly timed = false;

	constructor(options: TracedOptions<Callable, unknown>, point: JoinPointFacts) {
		this.options = options;
		this.point = point;
		this.fixed = Object.freeze(fixedAttributes(point));
		this.ruled = verdictOf(point);
		this.follows = options.root !== true && options.parent === undefined;
	}

	idle(): boolean {
		return nothingOn();
	}

	idleIn(context: Context): boolean {
		this.passes ??= !metricsOn() && this.follows && this.options.span !== 'current' && heedsUnsampled();
		return this.passes && isBelowUnsampled(context);
	}

	enter(invocation: InvocationView): Written | undefined {
		if (!tracesOn()) return undefined;
		if (this.options.span === 'current') return this.enrich(invocation);
		// It would not be sampled either, and to find that out made the call 3.9 µs instead of 0.7 (least of 400 rounds, on a
		// busy machine); whoever is called below sees the span above.
		if (this.follows && sampling().heedsUnsampled && isBelowUnsampled(invocation.context)) return undefined;
		const span = this.start(invocation);
		invocation.context = trace.setSpan(invocation.context, span);
		const written = { span, own: true, facts: true };
		if (span.isRecording()) {
			if (!attributesAtStart()) span.setAttributes(this.startFacts(invocation));
			this.writeAsked(invocation, span);
		}
		return written;
	}

	leave(invocation: InvocationView, outcome: Outcome, written: Written | undefined): void {
		if (written === undefined) return;
		const { span, own } = written;
		// To write an error formats its stack, which may take milliseconds that are not the method's.
		const endedAt = outcome.kind === 'error' ? performance.now() : outcome.endedAt;
		if (span.isRecording()) {
			if (written.facts) this.writeOutcome(invocation, outcome, span);
			else if (!outcome.threw) this.writeResult(invocation, outcome, span);
			if (own) this.writeStatus(outcome, span);
		}
		if (!own) return;
		if (endedAt === undefined) span.end();
		else span.end(endedAt);
	}

	refuses(outcome: { readonly threw: boolean; readonly value?: unknown; readonly error?: unknown }): boolean {
		if (outcome.threw) return this.options.expected?.(outcome.error) === true;
		return this.options.refused?.(outcome.value as never) === true;
	}

	private enrich(invocation: InvocationView): Written | undefined {
		const span = trace.getSpan(invocation.context);
		if (span === undefined || !span.isRecording()) return undefined;
		const facts = invocation.parent === undefined || trace.getSpan(invocation.parent.context) !== span;
		if (facts) {
			if (this.point.template !== undefined) takeOff(span, invocation.observer);
			span.setAttributes(this.startFacts(invocation));
		}
		this.writeAsked(invocation, span);
		const early = this.ask('startAttributes', () =>
			this.options.startAttributes?.(invocation.args as never, invocation.self),
		);
		setAttributes(span, early);
		return { span, own: false, facts };
	}

	private start(invocation: InvocationView): Span {
		const { name, kind = SpanKind.INTERNAL, root } = this.options;
		const options: SpanOptions = { kind };
		const attributes = this.startAttributes(invocation);
		if (attributes !== undefined) options.attributes = attributes;
		const links = this.links(invocation);
		if (links.length > 0) options.links = links;
		if (root === true) options.root = true;
		const { ruled } = this;
		// Whatever parent was asked for, who asks is found by this invocation.
		const parent = enterContext(this.parentContext(invocation), invocation as LiveInvocation);
		const context = ruled.rate === undefined ? parent : withRate(parent, ruled.rate);
		const asked = ruled.name ?? (name === undefined ? undefined : writtenText('name', name));
		return tracer().startSpan(asked ?? this.defaultName(), options, context);
	}

	private defaultName(): string {
		const { template, functionName } = this.point;
		if (template === undefined) return functionName;
		return tracingSettings().spanName === 'path' ? template : 'agentese.invoke';
	}

	private startAttributes(invocation: InvocationView): Attributes | undefined {
		const { startAttributes } = this.options;
		const facts = attributesAtStart() ? this.startFacts(invocation) : undefined;
		if (startAttributes === undefined) return facts;
		const asked = this.ask('startAttributes', () => startAttributes(invocation.args as never, invocation.self));
		return { ...facts, ...attributesOf(asked) };
	}

	/** The attributes that are known when a call begins. */
	private startFacts(invocation: InvocationView): Attributes {
		const genai = genaiAtStart(invocation);
		if (this.point.template === undefined) return genai === undefined ? this.fixed : { ...this.fixed, ...genai };
		const { id, archetype } = invocation.observer;
		const path = writtenText('agentese.path', invocation.path ?? this.point.template);
		return {
			...this.fixed,
			'agentese.path': cutPath(path),
			...(this.point.template.includes(':') ? { 'agentese.holon': path.split('.').slice(1, -1).join('.') } : undefined),
			...(invocation.alias === undefined
				? undefined
				: { 'agentese.alias': cutPath(writtenText('agentese.alias', invocation.alias)) }),
			'agentese.observer': writtenValue('agentese.observer', id).slice(0, MAX_OBSERVER),
			'agentese.archetype': writtenValue('agentese.archetype', archetype).slice(0, MAX_OBSERVER),
			...sessionFacts(invocation.observer),
			...genai,
		};
	}

	private parentContext(invocation: InvocationView): Context {
		const { parent } = this.options;
		if (parent === undefined) return invocation.context;
		const given = this.ask('parent', () => parent(invocation.args as never));
		if (typeof given !== 'object' || given === null) return invocation.context;
		if ('getValue' in given) return given;
		const spanContext = 'spanContext' in given ? given.spanContext() : given;
		return trace.setSpanContext(ROOT_CONTEXT, spanContext);
	}

	private links(invocation: InvocationView): Link[] {
		const { links, root } = this.options;
		const asked = links === undefined ? undefined : this.ask('links', () => links(invocation.args as never));
		const found = Array.isArray(asked) ? (asked as readonly (Link | SpanContext)[]).map(asLink) : [];
		const active = root === true ? trace.getSpanContext(invocation.context) : undefined;
		return active === undefined ? found : [...found, { context: active }];
	}

	/** What options and `@Attribute`s ask for; only where the span records. */
	private writeAsked(invocation: InvocationView, span: Span): void {
		const { attributes } = this.options;
		const { args, self } = invocation;
		captureArguments(invocation, span, this.options.capture);
		const { parameterAttributes, memberAttributes } = invocation.point as JoinPoint;
		for (const { index, attribute } of parameterAttributes) write(span, attribute, args[index]);
		for (const { attribute, read } of memberAttributes) {
			write(
				span,
				attribute,
				this.ask(`@Attribute('${attribute}')`, () => read(self as object)),
			);
		}
		if (attributes !== undefined)
			setAttributes(
				span,
				this.ask('attributes', () => attributes(args as never, self)),
			);
	}

	private writeOutcome(invocation: InvocationView, outcome: Outcome, span: Span): void {
		writeTokens(span, invocation);
		if (outcome.streamed !== undefined) span.setAttributes(streamAttributes(outcome.streamed));
		if (!outcome.threw && outcome.kind !== 'cancelled') this.writeResult(invocation, outcome, span);
		if (this.point.template !== undefined) span.setAttribute('agentese.outcome', outcome.kind);
		if (outcome.errorType !== undefined) span.setAttribute('error.type', outcome.errorType);
		genaiAtEnd(span, invocation);
	}

	private writeResult(invocation: InvocationView, outcome: Outcome, span: Span): void {
		captureReturn(outcome, span, this.options.capture);
		const { result } = this.options;
		const said =
			result === undefined
				? undefined
				: this.ask('result', () => result(outcome.value as never, invocation.args as never));
		if (typeof said === 'object' && said !== null) setAttributes(span, said);
		const text =
			typeof said === 'string' ? writtenText('agentese.result', said) : (outcome.stream ?? typeName(outcome.value));
		if (this.point.template !== undefined || typeof said === 'string') span.setAttribute('agentese.result', text);
	}

	private writeStatus(outcome: Outcome, span: Span): void {
		if (outcome.kind === 'ok') span.setStatus({ code: SpanStatusCode.OK });
		if (outcome.kind === 'error') writeFailure(span, outcome.error, outcome.errorType ?? '_OTHER', this.options.errors);
	}

	/** Asks a callback of the user; what it throws is said once, and answers undefined. */
	private ask<T>(option: string, callback: () => T): T | undefined {
		try {
			return callback();
		} catch (error) {
			sayOnce(`option.${option}`, `the option ${option} of ${this.point.functionName} threw.`, error);
			return undefined;
		}
	}
}

/** Whether a call below a span that is not sampled leaves no trace; one that names who asks in baggage does leave that. */
function heedsUnsampled(): boolean {
	return sampling().heedsUnsampled && tracingSettings().baggage.length === 0;
}

/** Where a sampler may read them; else they are cheaper once the span records. */
function attributesAtStart(): boolean {
	return tracingSettings().attributesAtStart && sampling().readsAttributes;
}

function fixedAttributes(point: JoinPointFacts): Attributes {
	const code = point.functionName === '' ? undefined : { 'code.function.name': point.functionName };
	if (point.template === undefined) return { ...code };
	return {
		'agentese.path': cutPath(point.template),
		...(point.context === undefined ? undefined : { 'agentese.context': point.context }),
		...(point.holon === undefined ? undefined : { 'agentese.holon': point.holon }),
		...(point.aspect === undefined ? undefined : { 'agentese.aspect': point.aspect }),
		...code,
	};
}

function asLink(link: Link | SpanContext): Link {
	if ('traceId' in link) return { context: link };
	return link.attributes === undefined ? link : { ...link, attributes: attributesOf(link.attributes) };
}

function write(span: Span, key: string, value: unknown): void {
	const written = attributeValue(value);
	if (written !== undefined) span.setAttribute(key, writtenValue(key, written));
}
