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
import { removeUnsetSessionAttributes } from '../../agentese/observers/observer-attributes.js';
import type { AnnotatedAdvice, Annotation, JoinPointFacts, LiveInvocation, Outcome } from '../../invocation/advice.js';
import type { AttributeRecord } from '../../invocation/attributes.js';
import type { Callable } from '../../invocation/callable.js';
import { enterContext, withSpan } from '../../invocation/context.js';
import { isSameSpan } from '../../invocation/observer-stamp.js';
import { tracingSettings } from '../../invocation/settings.js';
import { redactTextAtWrite, redactValueAtWrite } from '../../redaction/settings.js';
import { withRate } from '../../rules/rate.js';
import { type MergedRule, mergedRuleOf } from '../../rules/rules.js';
import { countCall, countsCalls } from '../../runtime/between-starts.js';
import { metricsOn, tracesOn } from '../../runtime/epoch.js';
import { warnOnce } from '../../runtime/log-once.js';
import { ATTR_AGENTESE_RESULT, ATTR_ERROR_TYPE, SPAN_AGENTESE_INVOKE } from '../../runtime/names.generated.js';
import { platform } from '../../runtime/platform.js';
import { typeName } from '../../settling/common/inspect.js';
import { writeTokens } from '../../tokens/attribution/token-attributes.js';
import type { JoinPoint } from '../../weaving/join-points/join-point.js';
import { captureArguments, captureReturn } from '../capture/capture.js';
import { writeGenaiEnd } from '../genai/span-attributes.js';
import { declaredAttributes } from '../metering/declared-attributes.js';
import {
	attributesOf,
	attributeValue,
	boundedAttributesOf,
	cutText,
	isAttributeRecord,
	setAttributes,
} from './attribute-values.js';
import { writeErrorStatus, writeException, writeFailure } from './exception.js';
import { writeResultAndOutcome } from './fast-attributes.js';
import type { TracedOptions } from './options.js';
import { writePropagated } from './propagated.js';
import { isBelowUnsampled } from './sampling.js';
import { StartAttributes } from './start-attributes.js';
import { streamAttributes } from './stream-attributes.js';
import { isTelemetryOff, sampling, tracer } from './tracer.js';

/** An active span that an advice with the option `span: 'current'` writes to, but does not end. */
class EnrichedSpan {
	readonly span: Span;
	/**
	 * Whether the invocation's attributes were written. False for the span of another invocation, which keeps its path.
	 */
	readonly hasStartAttributes: boolean;

	constructor(span: Span, hasStartAttributes: boolean) {
		this.span = span;
		this.hasStartAttributes = hasStartAttributes;
	}
}

/** The span that an invocation started, or the active one if that records; undefined without either. */
type TargetSpan = Span | EnrichedSpan | undefined;

const NO_LINKS: Link[] = [];

/** The most characters of a name that `Invocation.rename` sets. */
const MAX_NAME = 256;

/**
 * The advice of `@Traced`: starts and ends one span for each invocation, or with `span: 'current'` writes its attributes
 * on the active span. There is one for each method, class and epoch. Errors of the options' callbacks are logged once;
 * they never reach the method.
 */
export class SpanAdvice implements AnnotatedAdvice<TargetSpan> {
	/** The merged options of all `@Traced` on the method. */
	private readonly options: TracedOptions<Callable, unknown>;
	private readonly point: JoinPointFacts;
	private readonly startValues: StartAttributes;
	/** The options of most of its spans. One frozen object for all: OpenTelemetry reads it and does not keep it. */
	private readonly defaultOptions: Readonly<SpanOptions>;
	/** What the rules of the configuration set for this method. */
	private readonly rule: MergedRule;
	/** Whether its parent is the active span, so that the sampler's decision for that applies. */
	private readonly inheritsParent: boolean;
	/** Whether a call below an unsampled span has no span either. */
	private readonly followsUnsampled: boolean;
	/** How spans are started. Determined at the first call, and constant, because an advice exists for one epoch only. */
	private startMode: StartMode | undefined;
	/** Streams are measured, for the attributes `agentese.stream.*`. */
	readonly streams = true;
	/** The duration is not read: a span has its own clock. */
	readonly timed = false;
	/** Undefined if the options declare no refusals, so that nothing is called at the end of an invocation. */
	readonly refuses?: NonNullable<AnnotatedAdvice['refuses']>;

	constructor(options: TracedOptions<Callable, unknown>, point: JoinPointFacts) {
		this.options = options;
		this.point = point;
		const { expected, refused } = options;
		if (expected !== undefined || refused !== undefined) this.refuses = (end) => this.isRefusal(end);
		this.startValues = new StartAttributes(point);
		this.defaultOptions = Object.freeze({ kind: options.kind ?? SpanKind.INTERNAL });
		this.rule = mergedRuleOf(point);
		this.inheritsParent = options.root !== true && options.parent === undefined;
		this.followsUnsampled = this.inheritsParent && options.span !== 'current';
	}

	/**
	 * True while neither a tracer provider nor a meter provider is registered, unless telemetry was shut down a moment ago
	 * and calls are counted until it starts again.
	 */
	idle(): boolean {
		return isTelemetryOff() && !countsCalls();
	}

	/**
	 * True for a call below an unsampled span, if it needs no invocation for metrics or baggage either.
	 *
	 * @param context - the context in which the method is called
	 */
	idleIn(context: Context): boolean {
		this.startMode ??= currentStartMode();
		return this.followsUnsampled && this.startMode.skipsInvocation && isBelowUnsampled(context);
	}

	/**
	 * Starts the span and puts it into the invocation's context, or enriches the active one.
	 *
	 * @returns what `leave` must write to; undefined if there is no span to write to
	 */
	enter(invocation: LiveInvocation): TargetSpan {
		this.startMode ??= currentStartMode();
		const { tracer, attributesAtStart, skipsBelowUnsampled } = this.startMode;
		if (tracer === undefined) {
			if (this.options.span !== 'current') countCall();
			return undefined;
		}
		if (this.options.span === 'current') return this.enrich(invocation);
		// The span would not be sampled either. Starting it nevertheless makes the call take 3.9 µs instead of 0.7 (least
		// of 400 rounds, on a busy machine). Calls below find the unsampled span above in the context.
		if (skipsBelowUnsampled && this.inheritsParent && isBelowUnsampled(invocation.otelContext)) return undefined;
		const span = this.start(invocation, tracer, attributesAtStart);
		invocation.otelContext = withSpan(invocation.otelContext, span);
		if (span.isRecording()) {
			if (!attributesAtStart) this.startValues.write(invocation, span);
			writePropagated(span, invocation.otelContext);
			this.writeDeclared(invocation, span);
		}
		return span;
	}

	/**
	 * Writes the outcome, and ends the span that `enter` started. An active span that was enriched is not ended.
	 *
	 * @param target - what `enter` returned
	 */
	leave(invocation: LiveInvocation, outcome: Outcome, target: TargetSpan): void {
		if (target === undefined) return;
		if (target instanceof EnrichedSpan) {
			const { span, hasStartAttributes } = target;
			if (!span.isRecording()) return;
			writeMeteredAttributes(invocation, span);
			if (hasStartAttributes) this.writeOutcome(invocation, outcome, span);
			else if (!outcome.threw) this.writeResult(invocation, outcome, span, undefined);
			return;
		}
		// A span that the sampler dropped must be ended too, but has nothing to be written. The end is read before the
		// error is written: formatting its stack may take milliseconds, which are not the method's.
		const endedAt = outcome.kind === 'error' ? platform.performanceNow() : outcome.endedAt;
		if (target.isRecording()) {
			writeMeteredAttributes(invocation, target);
			this.writeOutcome(invocation, outcome, target);
			this.writeStatus(outcome, target);
		}
		if (endedAt === undefined) target.end();
		else target.end(endedAt);
	}

	/**
	 * Writes what a method of the invocation adds. The span of an enclosing invocation gets no `exception` event, as it
	 * gets none of an error that is thrown.
	 *
	 * @param target - what `enter` returned
	 */
	annotateSpan(annotation: Annotation, target: TargetSpan): void {
		const span = target instanceof EnrichedSpan ? target.span : target;
		if (span?.isRecording() !== true) return;
		if ('attributes' in annotation) span.setAttributes(boundedAttributesOf(annotation.attributes));
		else if ('name' in annotation) span.updateName(cutText(redactTextAtWrite('name', annotation.name), MAX_NAME));
		else if ('link' in annotation) span.addLink?.(asLink(annotation.link));
		else if (span === target) writeException(span, annotation.error, annotation.errorType, this.options.errors);
	}

	/** Evaluates `expected` for an error, `refused` for a value. A stream that ends without a value is no refusal. */
	private isRefusal(outcome: Parameters<NonNullable<AnnotatedAdvice['refuses']>>[0]): boolean {
		if (outcome.threw) {
			const { expected } = this.options;
			if (typeof expected === 'function') return expected(outcome.error) === true;
			return expected?.some((errorClass) => outcome.error instanceof errorClass) === true;
		}
		if (outcome.stream !== undefined && outcome.value === undefined) return false;
		return this.options.refused?.(outcome.value as never) === true;
	}

	/**
	 * Writes the attributes of the invocation on the active span, if that records. On the span of an enclosing
	 * invocation, which keeps its own path, only those that the options and `@SpanAttribute`s declare are written.
	 */
	private enrich(invocation: LiveInvocation): TargetSpan {
		const span = trace.getSpan(invocation.otelContext);
		if (span === undefined || !span.isRecording()) return undefined;
		// If the enclosing invocation runs in the same span, the span is that one's, and keeps its attributes.
		const hasStartAttributes = !isSameSpan(span, invocation.parent && trace.getSpan(invocation.parent.otelContext));
		if (hasStartAttributes) {
			if (this.point.template !== undefined) removeUnsetSessionAttributes(span, invocation.observer);
			span.setAttributes(this.startValues.of(invocation));
		}
		this.writeDeclared(invocation, span);
		const early = this.callOption('samplingAttributes', () =>
			this.options.samplingAttributes?.(invocation.args as never, invocation.self),
		);
		setAttributes(span, this.recordOf('samplingAttributes', early));
		return new EnrichedSpan(span, hasStartAttributes);
	}

	/**
	 * Starts a span.
	 *
	 * @param attributesAtStart - whether the attributes of the invocation are given to the sampler
	 */
	private start(invocation: LiveInvocation, tracer: Tracer, attributesAtStart: boolean): Span {
		const { name, root } = this.options;
		const attributes = this.attributesForSampler(invocation, attributesAtStart);
		const links = this.links(invocation);
		// Most spans need no options of their own, and then no object is allocated.
		let options: SpanOptions = this.defaultOptions;
		if (attributes !== undefined || links.length > 0 || root === true) {
			options = { ...options, ...(attributes && { attributes }), ...(links.length > 0 && { links }) };
			if (root === true) options.root = true;
		}
		const { rule } = this;
		// The context names this invocation even under an explicit parent, so that its observer is found there.
		const parent = enterContext(this.parentContext(invocation), invocation);
		const context = rule.rate === undefined ? parent : withRate(parent, rule.rate);
		const customName = rule.name ?? (name === undefined ? undefined : this.ownName(name, invocation));
		return tracer.startSpan(customName ?? this.defaultName(), options, context);
	}

	/** Returns the name that the option sets, without secrets; undefined if its function returns no usable one. */
	private ownName(option: NonNullable<TracedOptions['name']>, invocation: LiveInvocation): string | undefined {
		if (typeof option === 'string') return redactTextAtWrite('name', option);
		const name = this.callOption('name', () => option(invocation.args as never, invocation.self)) as unknown;
		if (typeof name !== 'string' || name === '') return undefined;
		return cutText(redactTextAtWrite('name', name), MAX_NAME);
	}

	/** Returns the name of a span if neither a rule nor an option sets one. */
	private defaultName(): string {
		const { template, functionName } = this.point;
		if (template === undefined) return functionName;
		return tracingSettings().spanName === 'path' ? template : SPAN_AGENTESE_INVOKE;
	}

	/** Returns the attributes that the sampler can read; undefined if there are none. */
	private attributesForSampler(invocation: LiveInvocation, attributesAtStart: boolean): Attributes | undefined {
		const { samplingAttributes } = this.options;
		const known = attributesAtStart ? this.startValues.of(invocation) : undefined;
		if (samplingAttributes === undefined) return known;
		const declared = this.callOption('samplingAttributes', () =>
			samplingAttributes(invocation.args as never, invocation.self),
		);
		return { ...known, ...attributesOf(this.recordOf('samplingAttributes', declared)) };
	}

	/** Returns the context with the parent of the span: that of the option `parent` if it returns one. */
	private parentContext(invocation: LiveInvocation): Context {
		const { parent } = this.options;
		if (parent === undefined) return invocation.otelContext;
		const declared = this.callOption('parent', () => parent(invocation.args as never));
		if (typeof declared !== 'object' || declared === null) return invocation.otelContext;
		// It is a Context, a Span or a SpanContext. Each is recognized by a member that only it has.
		if ('getValue' in declared) return declared;
		const spanContext = 'spanContext' in declared ? declared.spanContext() : declared;
		return trace.setSpanContext(ROOT_CONTEXT, spanContext);
	}

	/** Returns the links of the option `links` and, for a root span, one to the span that was active. */
	private links(invocation: LiveInvocation): Link[] {
		const { links, root } = this.options;
		if (links === undefined && root !== true) return NO_LINKS;
		const declared = links === undefined ? undefined : this.callOption('links', () => links(invocation.args as never));
		const declaredLinks = [declared]
			.flat()
			.flatMap((link) => (typeof link === 'object' && link !== null ? asLink(link) : []));
		const active = root === true ? trace.getSpanContext(invocation.otelContext) : undefined;
		return active === undefined ? declaredLinks : [...declaredLinks, { context: active }];
	}

	/** Writes arguments, `@SpanAttribute`s and the option `attributes` on a recording span. */
	private writeDeclared(invocation: LiveInvocation, span: Span): void {
		const { attributes } = this.options;
		captureArguments(invocation, span, this.options.capture);
		const { parameterAttributes, memberAttributes } = invocation.point as JoinPoint;
		if (parameterAttributes.length + memberAttributes.length > 0) this.writeAttributes(invocation, span);
		if (attributes === undefined) return;
		const declared = this.callOption('attributes', () => attributes(invocation.args as never, invocation.self));
		setAttributes(span, this.recordOf('attributes', declared));
	}

	/** Writes the attributes that `@SpanAttribute` declares on parameters and members. */
	private writeAttributes(invocation: LiveInvocation, span: Span): void {
		const { parameterAttributes, memberAttributes } = invocation.point as JoinPoint;
		const write = (attribute: string, value: unknown, propagate: boolean): void => {
			if (propagate) invocation.propagate({ [attribute]: value });
			else writeAttribute(span, attribute, value);
		};
		for (const { index, attribute, propagate } of parameterAttributes) {
			write(attribute, invocation.args[index], propagate);
		}
		for (const { attribute, read, propagate } of memberAttributes) {
			const value = this.callOption(`@SpanAttribute('${attribute}')`, () => read(invocation.self as object));
			write(attribute, value, propagate);
		}
	}

	/** Writes all attributes that are known at the end of an invocation. */
	private writeOutcome(invocation: LiveInvocation, outcome: Outcome, span: Span): void {
		writeTokens(span, invocation);
		if (outcome.streamed !== undefined) span.setAttributes(streamAttributes(outcome.streamed));
		const kind = this.point.template === undefined ? undefined : outcome.kind;
		if (hasNoResult(outcome)) writeResultAndOutcome(span, undefined, kind);
		else this.writeResult(invocation, outcome, span, kind);
		if (outcome.errorType !== undefined) span.setAttribute(ATTR_ERROR_TYPE, outcome.errorType);
		writeGenaiEnd(span, invocation, outcome);
	}

	/**
	 * Writes the result as the option `result` describes it, else its type name.
	 *
	 * @param kind - the value of `agentese.outcome`; undefined: no such attribute
	 */
	private writeResult(invocation: LiveInvocation, outcome: Outcome, span: Span, kind: string | undefined): void {
		captureReturn(outcome, span, this.options.capture);
		const { result } = this.options;
		let text = this.point.template === undefined ? undefined : (outcome.stream ?? typeName(outcome.value));
		if (result !== undefined) {
			const returned: unknown = this.callOption('result', () =>
				result(outcome.value as never, invocation.args as never),
			);
			if (isScalar(returned)) text = redactTextAtWrite(ATTR_AGENTESE_RESULT, String(returned));
			else setAttributes(span, this.recordOf('result', returned, 'a text, a number, a boolean or '));
		}
		writeResultAndOutcome(span, text, kind);
	}

	/** Sets the status OK or ERROR; a refusal or a cancellation leaves it unset. */
	private writeStatus(outcome: Outcome, span: Span): void {
		if (outcome.kind === 'ok') span.setStatus({ code: SpanStatusCode.OK });
		if (outcome.kind !== 'error') return;
		const { error, errorType = '_OTHER' } = outcome;
		// `Invocation.fail` has written the event of an error that it recorded.
		if (outcome.recorded === true) writeErrorStatus(span, error, this.options.errors);
		else writeFailure(span, error, errorType, this.options.errors);
	}

	/**
	 * Returns what a callback returned if it is an object of attributes. Anything else but null and undefined cannot be
	 * written, which is logged once.
	 *
	 * @param option - the name of the option, for the log
	 * @param others - what else the option may return, for the log
	 */
	private recordOf(option: string, returned: unknown, others = ''): AttributeRecord | undefined {
		if (returned === undefined || returned === null) return undefined;
		if (isAttributeRecord(returned)) return returned;
		warnOnce(
			`option.${option}.returned`,
			`the option ${option} of ${this.point.functionName} returned ${typeName(returned)}, which is not written. ` +
				`Return ${others}an object of attributes.`,
		);
		return undefined;
	}

	/**
	 * Calls a callback of the options. If it throws, the error is logged once and undefined is returned.
	 *
	 * @param option - the name of the option, for the log
	 */
	private callOption<T>(option: string, callback: () => T): T | undefined {
		try {
			return callback();
		} catch (error) {
			warnOnce(`option.${option}`, `the option ${option} of ${this.point.functionName} threw.`, error);
			return undefined;
		}
	}
}

/** True for a value that is written as one text. */
function isScalar(value: unknown): value is string | number | boolean | bigint {
	return (
		typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
	);
}

/** True if an invocation ended without a result: it threw, was cancelled, or nothing is known of its end. */
function hasNoResult({ threw, kind }: Outcome): boolean {
	return threw || kind === 'cancelled' || kind === 'unknown';
}

/** How spans are started in one epoch. */
interface StartMode {
	/** Undefined while no tracer provider is registered. */
	readonly tracer: Tracer | undefined;
	/** Whether a sampler may read attributes. If not, they are written once the span records, which is cheaper. */
	readonly attributesAtStart: boolean;
	/** Whether no span is started below an unsampled one. */
	readonly skipsBelowUnsampled: boolean;
	/** Whether a call there needs no invocation either: metrics are off, and no observer is put into baggage. */
	readonly skipsInvocation: boolean;
}

/** Returns how spans are started in the current epoch. */
function currentStartMode(): StartMode {
	if (!tracesOn())
		return { tracer: undefined, attributesAtStart: false, skipsBelowUnsampled: false, skipsInvocation: false };
	const { followsUnsampledParent: skipsBelowUnsampled, readsAttributes } = sampling();
	const { attributesAtStart, baggage } = tracingSettings();
	const skipsInvocation = skipsBelowUnsampled && !metricsOn() && baggage.length === 0;
	return {
		tracer: tracer(),
		attributesAtStart: attributesAtStart && readsAttributes,
		skipsBelowUnsampled,
		skipsInvocation,
	};
}

/** Returns a link with attributes that OpenTelemetry accepts. */
function asLink(link: Link | SpanContext): Link {
	if ('traceId' in link) return { context: link };
	return link.attributes === undefined ? link : { ...link, attributes: attributesOf(link.attributes) };
}

/** Writes the attributes that the method's metrics have by the option `attributes` of `@Metered`. */
function writeMeteredAttributes(invocation: LiveInvocation, span: Span): void {
	if ((invocation.point as JoinPoint).options.meteredAttributes === undefined) return;
	setAttributes(span, declaredAttributes(invocation));
}

/** Sets one attribute without secrets; null and undefined are left out. */
function writeAttribute(span: Span, key: string, value: unknown): void {
	const attribute = attributeValue(value);
	if (attribute !== undefined) span.setAttribute(key, redactValueAtWrite(key, attribute));
}
