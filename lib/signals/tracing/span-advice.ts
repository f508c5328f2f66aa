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
	type Tracer,
	trace,
} from '@opentelemetry/api';
import { removeObserver } from '../../agentese/observers/observer-attributes.js';
import type { Advice, InvocationView, JoinPointFacts, LiveInvocation, Outcome } from '../../invocation/advice.js';
import { enterContext, withSpan } from '../../invocation/context.js';
import { tracingSettings } from '../../invocation/settings.js';
import { writtenText, writtenValue } from '../../redaction/settings.js';
import { withRate } from '../../rules/rate.js';
import { type Verdict, verdictOf } from '../../rules/rules.js';
import { metricsOn, tracesOn } from '../../runtime/epoch.js';
import { warnOnce } from '../../runtime/log-once.js';
import { typeName } from '../../settling/common/inspect.js';
import { writeTokens } from '../../tokens/attribution/token-attributes.js';
import type { JoinPoint } from '../../weaving/join-point.js';
import { captureArguments, captureReturn } from '../capture/capture.js';
import { genaiAtEnd } from '../genai/span-attributes.js';
import { attributesOf, attributeValue, setAttributes } from './attribute-values.js';
import { writeFailure } from './exception.js';
import { writeEnd } from './fast-attributes.js';
import type { Callable, TracedOptions } from './options.js';
import { isBelowUnsampled } from './sampling.js';
import { StartAttributes } from './start-attributes.js';
import { streamAttributes } from './stream-attributes.js';
import { nothingOn, sampling, tracer } from './tracer.js';

/** An active span that an advice writes to, and that is not its own to end. */
class Enriched {
	readonly span: Span;
	/** False where it belongs to another invocation, whose path must stay its own. */
	readonly facts: boolean;

	constructor(span: Span, facts: boolean) {
		this.span = span;
		this.facts = facts;
	}
}

/** The span that an invocation opened, or the active one that records; undefined where there is neither. */
type Written = Span | Enriched | undefined;

const NO_LINKS: Link[] = [];

/** Tracing: one span around an invocation, or attributes on the active one. */
export class SpanAdvice implements Advice<Written> {
	private readonly options: TracedOptions<Callable, unknown>;
	private readonly point: JoinPointFacts;
	private readonly facts: StartAttributes;
	/** What most of its spans start with; OpenTelemetry reads it and keeps nothing of it. */
	private readonly plain: Readonly<SpanOptions>;
	private readonly ruled: Verdict;
	/** Whether its parent is the active span, of which the samplers know. */
	private readonly follows: boolean;
	/** How spans are started; asked once, as this advice lives one epoch. */
	private means: Means | undefined;
	readonly streams = true;
	readonly timed = false;
	/** Left out where the options know no refusal, so that no end is asked about one. */
	readonly refuses?: NonNullable<Advice['refuses']>;

	constructor(options: TracedOptions<Callable, unknown>, point: JoinPointFacts) {
		this.options = options;
		this.point = point;
		const { expected, refused } = options;
		if (expected !== undefined || refused !== undefined) this.refuses = (end) => this.isRefusal(end);
		this.facts = new StartAttributes(point);
		this.plain = Object.freeze({ kind: options.kind ?? SpanKind.INTERNAL });
		this.ruled = verdictOf(point);
		this.follows = options.root !== true && options.parent === undefined;
	}

	idle(): boolean {
		return nothingOn();
	}

	idleIn(context: Context): boolean {
		this.means ??= meansNow();
		const { passes } = this.means;
		return passes && this.follows && this.options.span !== 'current' && isBelowUnsampled(context);
	}

	enter(invocation: InvocationView): Written {
		this.means ??= meansNow();
		const { tracer, early, heeds } = this.means;
		if (tracer === undefined) return undefined;
		if (this.options.span === 'current') return this.enrich(invocation);
		// It would not be sampled either, and to find that out made the call 3.9 µs instead of 0.7 (least of 400 rounds, on a
		// busy machine); whoever is called below sees the span above.
		if (heeds && this.follows && isBelowUnsampled(invocation.context)) return undefined;
		const span = this.start(invocation, tracer, early);
		invocation.context = withSpan(invocation.context, span);
		if (span.isRecording()) {
			if (!early) this.facts.write(invocation, span);
			this.writeAsked(invocation, span);
		}
		return span;
	}

	leave(invocation: InvocationView, outcome: Outcome, written: Written): void {
		if (written === undefined) return;
		if (written instanceof Enriched) {
			const { span, facts } = written;
			if (!span.isRecording()) return;
			if (facts) this.writeOutcome(invocation, outcome, span);
			else if (!outcome.threw) this.writeResult(invocation, outcome, span, undefined);
			return;
		}
		// To write an error formats its stack, which may take milliseconds that are not the method's.
		const endedAt = outcome.kind === 'error' ? performance.now() : outcome.endedAt;
		if (written.isRecording()) {
			this.writeOutcome(invocation, outcome, written);
			this.writeStatus(outcome, written);
		}
		if (endedAt === undefined) written.end();
		else written.end(endedAt);
	}

	private isRefusal(outcome: { readonly threw: boolean; readonly value?: unknown; readonly error?: unknown }): boolean {
		if (outcome.threw) return this.options.expected?.(outcome.error) === true;
		return this.options.refused?.(outcome.value as never) === true;
	}

	private enrich(invocation: InvocationView): Written {
		const span = trace.getSpan(invocation.context);
		if (span === undefined || !span.isRecording()) return undefined;
		const facts = invocation.parent === undefined || trace.getSpan(invocation.parent.context) !== span;
		if (facts) {
			if (this.point.template !== undefined) removeObserver(span, invocation.observer);
			span.setAttributes(this.facts.of(invocation));
		}
		this.writeAsked(invocation, span);
		const early = this.ask('startAttributes', () =>
			this.options.startAttributes?.(invocation.args as never, invocation.self),
		);
		setAttributes(span, early);
		return new Enriched(span, facts);
	}

	private start(invocation: InvocationView, tracer: Tracer, early: boolean): Span {
		const { name, root } = this.options;
		const attributes = this.startAttributes(invocation, early);
		const links = this.links(invocation);
		let options: SpanOptions = this.plain;
		if (attributes !== undefined || links.length > 0 || root === true) {
			options = { ...options, ...(attributes && { attributes }), ...(links.length > 0 && { links }) };
			if (root === true) options.root = true;
		}
		const { ruled } = this;
		// Whatever parent was asked for, who asks is found by this invocation.
		const parent = enterContext(this.parentContext(invocation), invocation as LiveInvocation);
		const context = ruled.rate === undefined ? parent : withRate(parent, ruled.rate);
		const asked = ruled.name ?? (name === undefined ? undefined : writtenText('name', name));
		return tracer.startSpan(asked ?? this.defaultName(), options, context);
	}

	private defaultName(): string {
		const { template, functionName } = this.point;
		if (template === undefined) return functionName;
		return tracingSettings().spanName === 'path' ? template : 'agentese.invoke';
	}

	private startAttributes(invocation: InvocationView, early: boolean): Attributes | undefined {
		const { startAttributes } = this.options;
		const facts = early ? this.facts.of(invocation) : undefined;
		if (startAttributes === undefined) return facts;
		const asked = this.ask('startAttributes', () => startAttributes(invocation.args as never, invocation.self));
		return { ...facts, ...attributesOf(asked) };
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
		if (links === undefined && root !== true) return NO_LINKS;
		const asked = links === undefined ? undefined : this.ask('links', () => links(invocation.args as never));
		const found = Array.isArray(asked) ? (asked as readonly (Link | SpanContext)[]).map(asLink) : [];
		const active = root === true ? trace.getSpanContext(invocation.context) : undefined;
		return active === undefined ? found : [...found, { context: active }];
	}

	/** What options and `@Attribute`s ask for; only where the span records. */
	private writeAsked(invocation: InvocationView, span: Span): void {
		const { attributes } = this.options;
		captureArguments(invocation, span, this.options.capture);
		const { parameterAttributes, memberAttributes } = invocation.point as JoinPoint;
		if (parameterAttributes.length + memberAttributes.length > 0) this.writeAttributes(invocation, span);
		if (attributes === undefined) return;
		setAttributes(
			span,
			this.ask('attributes', () => attributes(invocation.args as never, invocation.self)),
		);
	}

	/** What `@Attribute`s ask for. */
	private writeAttributes(invocation: InvocationView, span: Span): void {
		const { parameterAttributes, memberAttributes } = invocation.point as JoinPoint;
		for (const { index, attribute } of parameterAttributes) write(span, attribute, invocation.args[index]);
		for (const { attribute, read } of memberAttributes) {
			const value = this.ask(`@Attribute('${attribute}')`, () => read(invocation.self as object));
			write(span, attribute, value);
		}
	}

	private writeOutcome(invocation: InvocationView, outcome: Outcome, span: Span): void {
		writeTokens(span, invocation);
		if (outcome.streamed !== undefined) span.setAttributes(streamAttributes(outcome.streamed));
		const kind = this.point.template === undefined ? undefined : outcome.kind;
		if (outcome.threw || outcome.kind === 'cancelled') writeEnd(span, undefined, kind);
		else this.writeResult(invocation, outcome, span, kind);
		if (outcome.errorType !== undefined) span.setAttribute('error.type', outcome.errorType);
		genaiAtEnd(span, invocation);
	}

	private writeResult(invocation: InvocationView, outcome: Outcome, span: Span, kind: string | undefined): void {
		captureReturn(outcome, span, this.options.capture);
		const { result } = this.options;
		let text = this.point.template === undefined ? undefined : (outcome.stream ?? typeName(outcome.value));
		if (result !== undefined) {
			const said = this.ask('result', () => result(outcome.value as never, invocation.args as never));
			if (typeof said === 'object' && said !== null) setAttributes(span, said);
			if (typeof said === 'string') text = writtenText('agentese.result', said);
		}
		writeEnd(span, text, kind);
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
			warnOnce(`option.${option}`, `the option ${option} of ${this.point.functionName} threw.`, error);
			return undefined;
		}
	}
}

/** How spans are started in one epoch. */
interface Means {
	/** Undefined while traces are off. */
	readonly tracer: Tracer | undefined;
	/** Whether attributes are given where a sampler may read them; else they are cheaper once the span records. */
	readonly early: boolean;
	/** Whether what is below an unsampled span is unsampled too. */
	readonly heeds: boolean;
	/** Whether it then leaves nothing at all: it is not counted, and who asks does not go into baggage. */
	readonly passes: boolean;
}

function meansNow(): Means {
	if (!tracesOn()) return { tracer: undefined, early: false, heeds: false, passes: false };
	const { heedsUnsampled: heeds, readsAttributes } = sampling();
	const { attributesAtStart, baggage } = tracingSettings();
	const passes = heeds && !metricsOn() && baggage.length === 0;
	return { tracer: tracer(), early: attributesAtStart && readsAttributes, heeds, passes };
}

function asLink(link: Link | SpanContext): Link {
	if ('traceId' in link) return { context: link };
	return link.attributes === undefined ? link : { ...link, attributes: attributesOf(link.attributes) };
}

function write(span: Span, key: string, value: unknown): void {
	const written = attributeValue(value);
	if (written !== undefined) span.setAttribute(key, writtenValue(key, written));
}
