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
	addHrTimes,
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
import type { Constants } from '../../lib/redaction/constants.js';
import { cleanLink } from './links.js';
import type { SdkInternals } from './sdk-internals.js';

/** What a span that has not ended says; OpenTelemetry's own has arrays of its own for it. */
const NOT_YET: HrTime = Object.freeze([0, 0]) as HrTime;
const UNKNOWN: HrTime = Object.freeze([-1, -1]) as HrTime;

/** What most spans do not start with; attributes and links are clean already, and the span's own to keep. */
export interface StartedWith {
	readonly attributes: Attributes;
	readonly droppedAttributesCount: number;
	readonly links: Link[];
	readonly startTime: TimeInput | undefined;
}

/**
 * A span of the toolkit's own invocations, which the presets' processors get in the place of OpenTelemetry's: the same
 * in everything that they, an exporter or an application can see of it (a suite of random scripts compares the two), for
 * less than half of the time. Its fields have the names of the SDK's, because there are processors that copy spans field by
 * field, or stand before them as proxies. The toolkit writes into its attributes as it does into the SDK's, see `plainSpan`.
 */
export class FastSpan implements Span {
	readonly kind: SpanKind;
	readonly parentSpanContext?: SpanContext;
	readonly attributes: Attributes;
	readonly links: Link[];
	readonly events: TimedEvent[] = [];
	readonly startTime: HrTime;
	readonly resource: Resource;
	readonly instrumentationScope: SdkInternals['scope'];
	name: string;
	status: SpanStatus = { code: SpanStatusCode.UNSET };
	endTime: HrTime = NOT_YET;
	_attributesCount: number;
	/** Which of its attributes every span of its method has, as the toolkit says when it writes them. */
	_constants: Constants | null = null;
	readonly _spanLimits: SdkInternals['limits'];
	readonly _spanContext: SpanContext;
	readonly _spanProcessor: SdkInternals['processor'];
	readonly _performanceStartTime: number;
	readonly _startedOn: number;
	readonly _startTimeProvided: boolean;
	readonly _recordEndMetrics: (() => void) | undefined;
	_ended = false;
	_duration: HrTime = UNKNOWN;
	_droppedAttributesCount: number;
	_droppedEventsCount = 0;
	_droppedLinksCount = 0;

	constructor(
		parts: SdkInternals,
		context: Context,
		spanContext: SpanContext,
		parentSpanContext: SpanContext | undefined,
		name: string,
		kind: SpanKind,
		recordEnd: (() => void) | undefined,
		given: StartedWith | undefined,
	) {
		const now = Date.now();
		this._performanceStartTime = performance.now();
		this._startedOn = now;
		this._spanContext = spanContext;
		this._spanLimits = parts.limits;
		this._spanProcessor = parts.processor;
		this._recordEndMetrics = recordEnd;
		this.name = name;
		if (parentSpanContext !== undefined) this.parentSpanContext = parentSpanContext;
		this.kind = kind;
		this.resource = parts.resource;
		this.instrumentationScope = parts.scope;
		this._startTimeProvided = given?.startTime != null;
		this.startTime = given?.startTime == null ? millisToHrTime(now) : this._getTime(given.startTime);
		this.attributes = given?.attributes ?? {};
		this._attributesCount = given === undefined ? 0 : Object.keys(given.attributes).length;
		this._droppedAttributesCount = given?.droppedAttributesCount ?? 0;
		const { linkCountLimit } = parts.limits;
		const links = given?.links ?? [];
		const surplus = Math.max(0, links.length - linkCountLimit);
		this.links = surplus === 0 ? links : links.slice(surplus);
		this._droppedLinksCount = surplus;
		parts.processor.onStart(this, context);
	}

	spanContext(): SpanContext {
		return this._spanContext;
	}

	setAttribute(key: string, value: AttributeValue): this {
		if (this._isSpanEnded()) return this;
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
		return this;
	}

	setAttributes(attributes: Attributes): this {
		for (const key in attributes) {
			if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key] as AttributeValue);
		}
		return this;
	}

	addEvent(name: string, second?: Attributes | TimeInput, third?: TimeInput): this {
		if (this._isSpanEnded()) return this;
		const { eventCountLimit, attributePerEventCountLimit, attributeValueLengthLimit } = this._spanLimits;
		if (eventCountLimit === 0) {
			diag.warn('No events allowed.');
			this._droppedEventsCount++;
			return this;
		}
		if (this.events.length >= eventCountLimit) {
			if (this._droppedEventsCount === 0) diag.debug('Dropping extra events.');
			this.events.shift();
			this._droppedEventsCount++;
		}
		const isTime = isTimeInput(second);
		const time = isTime && !isTimeInput(third) ? second : third;
		const limits = { attributeCountLimit: attributePerEventCountLimit, attributeValueLengthLimit };
		const attributes = cleanSimpleAttributes(isTime ? undefined : (second as Attributes), limits);
		this.events.push({ name, time: this._getTime(time), ...attributes } as TimedEvent);
		return this;
	}

	addLink(link: Link): this {
		if (this._isSpanEnded()) return this;
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
		return this;
	}

	addLinks(links: Link[]): this {
		for (const link of links) this.addLink(link);
		return this;
	}

	setStatus({ code, message }: SpanStatus): this {
		if (this._isSpanEnded() || code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this;
		const status: SpanStatus = { code };
		if (code === SpanStatusCode.ERROR) {
			if (typeof message === 'string') status.message = message;
			else if (message != null) {
				diag.warn(`Dropping invalid status.message of type '${typeof message}', expected 'string'`);
			}
		}
		this.status = status;
		return this;
	}

	updateName(name: string): this {
		if (!this._isSpanEnded()) this.name = name;
		return this;
	}

	end(time?: TimeInput): void {
		if (this._isSpanEnded()) {
			const { traceId, spanId } = this._spanContext;
			diag.error(`${this.name} ${traceId}-${spanId} - You can only call end() on a span once.`);
			return;
		}
		this.endTime = this._getTime(time);
		this._duration = hrTimeDuration(this.startTime, this.endTime);
		if (this._duration[0] < 0) {
			diag.warn(
				'Inconsistent start and end time, startTime > endTime. Setting span duration to 0ms.',
				this.startTime,
				this.endTime,
			);
			this.endTime = [...this.startTime];
			this._duration = [0, 0];
		}
		if (this._droppedEventsCount > 0) {
			diag.warn(`Dropped ${this._droppedEventsCount} events because eventCountLimit reached`);
		}
		if (this._droppedLinksCount > 0)
			diag.warn(`Dropped ${this._droppedLinksCount} links because linkCountLimit reached`);
		this._spanProcessor.onEnding?.(this);
		this._recordEndMetrics?.();
		this._ended = true;
		this._spanProcessor.onEnd(this);
	}

	isRecording(): boolean {
		return !this._ended;
	}

	recordException(exception: Exception, time?: TimeInput): void {
		const attributes: Attributes = {};
		if (typeof exception === 'string') attributes['exception.message'] = exception;
		else if (exception) {
			const { code, name, message, stack } = exception;
			if (code) attributes['exception.type'] = code.toString();
			else if (name) attributes['exception.type'] = name;
			if (message) attributes['exception.message'] = message;
			if (stack) attributes['exception.stacktrace'] = stack;
		}
		if (attributes['exception.type'] || attributes['exception.message']) this.addEvent('exception', attributes, time);
		else diag.warn(`Failed to record an exception ${exception}`);
	}

	get duration(): HrTime {
		return this._duration;
	}

	get ended(): boolean {
		return this._ended;
	}

	get droppedAttributesCount(): number {
		return this._droppedAttributesCount;
	}

	get droppedEventsCount(): number {
		return this._droppedEventsCount;
	}

	get droppedLinksCount(): number {
		return this._droppedLinksCount;
	}

	/** A time as it was given, or that of now: as far from the start as a monotonic clock says. */
	_getTime(given: TimeInput | undefined): HrTime {
		if (typeof given === 'number') {
			if (!(given <= performance.now())) return millisToHrTime(given);
			// The clock of `performance` drifts from that of the wall, by so much when the span began.
			return hrTime(given + this._startedOn - (this._performanceStartTime + performance.timeOrigin));
		}
		if (given instanceof Date) return millisToHrTime(given.getTime());
		if (isTimeInputHrTime(given)) return given;
		if (this._startTimeProvided) return millisToHrTime(Date.now());
		return addHrTimes(this.startTime, millisToHrTime(performance.now() - this._performanceStartTime));
	}

	_isSpanEnded(): boolean {
		if (this._ended) {
			const { traceId, spanId } = this._spanContext;
			const where = `ended Span {traceId: ${traceId}, spanId: ${spanId}}`;
			diag.warn(`Cannot execute the operation on ${where}`, new Error(`Operation attempted on ${where}`));
		}
		return this._ended;
	}
}
