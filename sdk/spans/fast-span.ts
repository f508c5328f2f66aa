import {
	type Attributes,
	type AttributeValue,
	type Context,
	diag,
	type Exception,
	type HrTime,
	type Link,
	type SpanContext,
	type SpanKind,
	type SpanStatus,
	SpanStatusCode,
	type TimeInput,
} from '@opentelemetry/api';
import {
	AddAttributeDecision,
	cleanSimpleAttributes,
	hrTime,
	hrTimeDuration,
	isTimeInput,
	isTimeInputHrTime,
	maybeAddAttribute,
	millisToHrTime,
} from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { Span, TimedEvent } from '@opentelemetry/sdk-trace';
import type { ConstantAttributes } from '../../lib/redaction/constant-attributes.js';
import { hasOwn } from '../../lib/runtime/intrinsics.js';
import {
	ATTR_EXCEPTION_MESSAGE,
	ATTR_EXCEPTION_STACKTRACE,
	ATTR_EXCEPTION_TYPE,
} from '../../lib/runtime/names.generated.js';
import { platform } from '../../lib/runtime/platform.js';
import { cleanLink } from './links.js';
import type { SdkInternals } from './sdk-internals.js';
import { type Anchor, anchorAt, anchorOf, timeAt, toMilliseconds } from './span-clock.js';

/** The end time of a span that has not ended. All spans share this array; each of the SDK's has its own. */
const NOT_ENDED: HrTime = Object.freeze([0, 0]) as HrTime;
const NO_DURATION: HrTime = Object.freeze([-1, -1]) as HrTime;

/** The values of a span that most spans start without. */
interface InitialValues {
	/** Valid attributes within the limits. The span keeps and changes this object. */
	readonly attributes: Attributes;
	/** How many attributes were invalid or beyond the limits. */
	readonly droppedAttributesCount: number;
	/** Valid links, which may be more than the limit. The span may keep and change this array. */
	readonly links: Link[];
	/** Undefined: now. */
	readonly startTime: TimeInput | undefined;
}

/**
 * The span class of the toolkit's invocations under the presets. It replaces the SDK's `SpanImpl` in less than half of
 * the time, and does not differ in anything that a processor, an exporter or an application can observe; a suite of
 * random scripts compares the two. Its fields have the names of the SDK's, because there are processors that copy spans
 * field by field, or wrap them in proxies. The toolkit assigns attributes to it directly, as to the SDK's, see
 * `DirectSpan` in `lib/signals/tracing/fast-attributes.ts`.
 */
export class FastSpan implements Span {
	readonly kind: SpanKind;
	/** Absent if the span is the root of its trace. */
	readonly parentSpanContext?: SpanContext;
	readonly attributes: Attributes;
	readonly links: Link[];
	readonly events: TimedEvent[] = [];
	readonly startTime: HrTime;
	readonly resource: Resource;
	readonly instrumentationScope: SdkInternals['scope'];
	name: string;
	/** UNSET, ERROR with a message, or OK, which is final. */
	status: SpanStatus = { code: SpanStatusCode.UNSET };
	endTime: HrTime = NOT_ENDED;
	/** How many attributes it has; dropped ones are not included. */
	_attributesCount: number;
	/** Which of its attributes all spans of its method share; null until the toolkit wrote them. */
	_constants: ConstantAttributes | null = null;
	/** How many attributes, events and links it keeps, and how long texts may be. */
	readonly _spanLimits: SdkInternals['limits'];
	readonly _spanContext: SpanContext;
	/** All processors of the provider. */
	readonly _spanProcessor: SdkInternals['processor'];
	/** What `performance.now()` returned at the start, in milliseconds. */
	readonly _performanceStartTime: number;
	/** The time of the start in milliseconds since 1970. */
	readonly _startedOn: number;
	/** What its times are measured from: the anchor of the local root of its trace. */
	readonly _anchor: Anchor;
	/** Whether the start time was given: then the end time is read from the wall clock. */
	readonly _startTimeProvided: boolean;
	/** Counts the end of the span in the SDK's metrics. */
	readonly _recordEndMetrics: (() => void) | undefined;
	/** True from just before the processors' `onEnd`. */
	_ended = false;
	/** `[-1, -1]` until the span has ended. */
	_duration: HrTime = NO_DURATION;
	_droppedAttributesCount: number;
	_droppedEventsCount = 0;
	_droppedLinksCount = 0;

	/**
	 * Starts the span and calls the processors' `onStart`.
	 *
	 * @param context - the parent context, which the processors get
	 * @param recordEnd - called once when the span ends
	 * @param initial - undefined if the span starts now, without attributes and links
	 * @param parent - the span in the parent context, if it is the parent
	 */
	constructor(
		internals: SdkInternals,
		context: Context,
		spanContext: SpanContext,
		parentSpanContext: SpanContext | undefined,
		name: string,
		kind: SpanKind,
		recordEnd: (() => void) | undefined,
		initial: InitialValues | undefined,
		parent: object | undefined,
	) {
		const now = platform.performanceNow();
		this._performanceStartTime = now;
		this._anchor = anchorAt(now, parent && anchorOf(parent));
		const startedAt = timeAt(this._anchor, now);
		this._startedOn = toMilliseconds(startedAt);
		this._spanContext = spanContext;
		this._spanLimits = internals.limits;
		this._spanProcessor = internals.processor;
		this._recordEndMetrics = recordEnd;
		this.name = name;
		if (parentSpanContext !== undefined) this.parentSpanContext = parentSpanContext;
		this.kind = kind;
		this.resource = internals.resource;
		this.instrumentationScope = internals.scope;
		this._startTimeProvided = initial?.startTime != null;
		this.startTime = initial?.startTime == null ? startedAt : this._getTime(initial.startTime);
		this.attributes = initial?.attributes ?? {};
		this._attributesCount = initial === undefined ? 0 : Object.keys(initial.attributes).length;
		this._droppedAttributesCount = initial?.droppedAttributesCount ?? 0;
		const { linkCountLimit } = internals.limits;
		const links = initial?.links ?? [];
		// Beyond the limit the oldest links are dropped, as `addLink` does.
		const surplus = Math.max(0, links.length - linkCountLimit);
		this.links = surplus === 0 ? links : links.slice(surplus);
		this._droppedLinksCount = surplus;
		internals.processor.onStart(this, context);
	}

	/** Returns trace id, span id, flags and trace state. */
	spanContext(): SpanContext {
		return this._spanContext;
	}

	/**
	 * Sets an attribute. An invalid key or value is ignored with a warning. A new key beyond the limit is dropped and
	 * counted. A text beyond the limit of length is cut.
	 */
	setAttribute(key: string, value: AttributeValue): this {
		if (this._isSpanEnded()) return this;
		try {
			const decision = maybeAddAttribute({
				key,
				value,
				attributes: this.attributes,
				limits: this._spanLimits,
				currentAttributesCount: this._attributesCount,
			});
			if (decision === AddAttributeDecision.DROP_LIMIT_REACHED) {
				if (++this._droppedAttributesCount === 1) diag.warn('Dropping extra attributes.');
			} else if (decision === AddAttributeDecision.ADD_NEW) this._attributesCount++;
		} catch (error) {
			warnIgnored('setAttribute', error);
		}
		return this;
	}

	/** Sets each own enumerable attribute as `setAttribute` does. */
	setAttributes(attributes: Attributes): this {
		try {
			for (const key in attributes) {
				if (hasOwn(attributes, key)) this.setAttribute(key, attributes[key] as AttributeValue);
			}
		} catch (error) {
			warnIgnored('setAttributes', error);
		}
		return this;
	}

	/**
	 * Adds an event. Beyond the limit the oldest one is dropped; with a limit of 0 the new one.
	 *
	 * @param second - the attributes of the event, or its time
	 * @param third - its time if `second` holds attributes; default: now
	 */
	addEvent(name: string, second?: Attributes | TimeInput, third?: TimeInput): this {
		if (this._isSpanEnded()) return this;
		try {
			this._addEvent(name, second, third);
		} catch (error) {
			warnIgnored('addEvent', error);
		}
		return this;
	}

	/** Does what `addEvent` does. Throws what the attributes, the time or the language throw. */
	private _addEvent(name: string, second: Attributes | TimeInput | undefined, third: TimeInput | undefined): void {
		const { eventCountLimit, attributePerEventCountLimit, attributeValueLengthLimit } = this._spanLimits;
		if (eventCountLimit === 0) {
			diag.warn('No events allowed.');
			this._droppedEventsCount++;
			return;
		}
		if (this.events.length >= eventCountLimit) {
			if (this._droppedEventsCount === 0) diag.debug('Dropping extra events.');
			this.events.shift();
			this._droppedEventsCount++;
		}
		// The second argument may be the time instead of attributes.
		const isTime = isTimeInput(second);
		const time = isTime && !isTimeInput(third) ? second : third;
		const limits = { attributeCountLimit: attributePerEventCountLimit, attributeValueLengthLimit };
		const attributes = cleanSimpleAttributes(isTime ? undefined : (second as Attributes), limits);
		this.events.push({ name, time: this._getTime(time), ...attributes } as TimedEvent);
	}

	/** Adds a link. Beyond the limit the oldest one is dropped; with a limit of 0 the new one. */
	addLink(link: Link): this {
		if (this._isSpanEnded()) return this;
		try {
			const { linkCountLimit } = this._spanLimits;
			if (linkCountLimit === 0) {
				this._droppedLinksCount++;
				return this;
			}
			if (this.links.length >= linkCountLimit) {
				if (this._droppedLinksCount === 0) diag.debug('Dropping extra links.');
				this.links.shift();
				this._droppedLinksCount++;
			}
			this.links.push(cleanLink(link, this._spanLimits));
		} catch (error) {
			warnIgnored('addLink', error);
		}
		return this;
	}

	/** Adds each link as `addLink` does. */
	addLinks(links: Link[]): this {
		try {
			for (const link of links) this.addLink(link);
		} catch (error) {
			warnIgnored('addLinks', error);
		}
		return this;
	}

	/**
	 * Sets the status. UNSET is ignored, and so is any status after OK. A message is kept with ERROR only; one that is
	 * not a string is dropped with a warning.
	 */
	setStatus(given: SpanStatus): this {
		try {
			this._setStatus(given);
		} catch (error) {
			warnIgnored('setStatus', error);
		}
		return this;
	}

	/** Does what `setStatus` does. Throws what the members of the status throw. */
	private _setStatus({ code, message }: SpanStatus): void {
		if (this._isSpanEnded() || code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return;
		const status: SpanStatus = { code };
		if (code === SpanStatusCode.ERROR) {
			if (typeof message === 'string') status.message = message;
			else if (message != null) {
				diag.warn(`Dropping invalid status.message of type '${typeof message}', expected 'string'`);
			}
		}
		this.status = status;
	}

	/** Replaces the name. */
	updateName(name: string): this {
		if (!this._isSpanEnded()) this.name = name;
		return this;
	}

	/**
	 * Ends the span and passes it to the processors. A second call does nothing but log an error. An end before the start
	 * is replaced by the start, with a warning.
	 *
	 * @param time - default: now
	 */
	end(time?: TimeInput): void {
		if (this._isSpanEnded()) {
			const { traceId, spanId } = this._spanContext;
			try {
				diag.error(`${this.name} ${traceId}-${spanId} - You can only call end() on a span once.`);
			} catch {
				// A logger of the application may throw.
			}
			return;
		}
		try {
			this._setEnd(time);
			// Processors may still change the span in `onEnding`, but not in `onEnd`.
			this._spanProcessor.onEnding?.(this);
			this._recordEndMetrics?.();
		} catch (error) {
			warnIgnored('end', error);
		}
		this._ended = true;
		try {
			this._spanProcessor.onEnd(this);
		} catch (error) {
			warnIgnored('end', error);
		}
	}

	/** Sets the end time and the duration. Throws what the given time throws; the span then ends when it started. */
	private _setEnd(time: TimeInput | undefined): void {
		this.endTime = this.startTime;
		this._duration = NOT_ENDED;
		this.endTime = this._getTime(time);
		this._duration = hrTimeDuration(this.startTime, this.endTime);
		if (this._duration[0] < 0) {
			diag.warn(
				'Inconsistent start and end time, startTime > endTime. Setting span duration to 0ms.',
				this.startTime,
				this.endTime,
			);
			this.endTime = [this.startTime[0], this.startTime[1]];
			this._duration = [0, 0];
		}
		if (this._droppedEventsCount > 0) {
			diag.warn(`Dropped ${this._droppedEventsCount} events because eventCountLimit reached`);
		}
		if (this._droppedLinksCount > 0)
			diag.warn(`Dropped ${this._droppedLinksCount} links because linkCountLimit reached`);
	}

	/** True until the span has ended. */
	isRecording(): boolean {
		return !this._ended;
	}

	/**
	 * Adds an event `exception`. As in the SDK its type is the error's `code` if there is one, else its `name`. Without
	 * type and message it is not added, and a warning is logged. A member of the exception that throws counts as missing.
	 */
	recordException(exception: Exception, time?: TimeInput): void {
		const attributes: Attributes = {};
		if (typeof exception === 'string') attributes[ATTR_EXCEPTION_MESSAGE] = exception;
		else if (exception) {
			const code = read(exception, 'code');
			const type = code ? textOf(code) : read(exception, 'name');
			const message = read(exception, 'message');
			const stack = read(exception, 'stack');
			if (type) attributes[ATTR_EXCEPTION_TYPE] = type as AttributeValue;
			if (message) attributes[ATTR_EXCEPTION_MESSAGE] = message as AttributeValue;
			if (stack) attributes[ATTR_EXCEPTION_STACKTRACE] = stack as AttributeValue;
		}
		if (attributes[ATTR_EXCEPTION_TYPE] || attributes[ATTR_EXCEPTION_MESSAGE])
			this.addEvent('exception', attributes, time);
		else warn(`Failed to record an exception ${textOf(exception)}`);
	}

	/** The time from start to end; `[-1, -1]` until it has ended. */
	get duration(): HrTime {
		return this._duration;
	}

	/** Whether `end` was called. */
	get ended(): boolean {
		return this._ended;
	}

	/** How many attributes were dropped, those of the options and the sampler included. */
	get droppedAttributesCount(): number {
		return this._droppedAttributesCount;
	}

	/** How many events were dropped because of the limit. */
	get droppedEventsCount(): number {
		return this._droppedEventsCount;
	}

	/** How many links were dropped because of the limit. */
	get droppedLinksCount(): number {
		return this._droppedLinksCount;
	}

	/**
	 * Returns the given time, or the current one on the clock of the trace. A number
	 * that is not larger than `performance.now()` is a time of that clock.
	 */
	_getTime(given: TimeInput | undefined): HrTime {
		if (typeof given === 'number') {
			if (!(given <= platform.performanceNow())) return millisToHrTime(given);
			// The clock of `performance` drifts from the wall clock; the difference when the span began is added.
			return hrTime(given + this._startedOn - (this._performanceStartTime + platform.timeOrigin));
		}
		if (given instanceof Date) return millisToHrTime(given.getTime());
		if (isTimeInputHrTime(given)) return given;
		if (this._startTimeProvided) return millisToHrTime(platform.dateNow());
		const now = platform.performanceNow();
		return timeAt(anchorAt(now, this._anchor), now);
	}

	/** Returns true, and warns, if the span has ended. */
	_isSpanEnded(): boolean {
		if (this._ended) {
			const { traceId, spanId } = this._spanContext;
			const description = `ended Span {traceId: ${traceId}, spanId: ${spanId}}`;
			warn(`Cannot execute the operation on ${description}`, new Error(`Operation attempted on ${description}`));
		}
		return this._ended;
	}
}

/** Logs that a call of a span's method had no effect, or not all of it. Never throws. */
function warnIgnored(method: string, error: unknown): void {
	warn(`A call of ${method}() on a span failed, and is ignored. Reason: ${textOf(error)}`);
}

/** Logs a warning. Never throws: a logger of the application may. */
function warn(message: string, ...more: unknown[]): void {
	try {
		diag.warn(message, ...more);
	} catch {
		// A span never throws into the application.
	}
}

/** Returns a member of an exception; undefined if it has none, or if reading it throws. */
function read(exception: object | number | boolean | symbol | bigint, key: string): unknown {
	try {
		return (exception as Record<string, unknown>)[key];
	} catch {
		return undefined;
	}
}

/** Returns a value as text; the name of its type if it has none. Never throws. */
function textOf(value: unknown): string {
	try {
		return String(value);
	} catch {
		return typeof value;
	}
}
