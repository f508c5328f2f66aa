import { type Attributes, createTraceState, type Link, type SpanContext, type SpanStatus } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { REDACTED } from '../../lib/redaction/detectors/marker.js';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { warnRedactionFailed } from '../../lib/redaction/settings.js';
import type { ErrorContent } from '../../lib/signals/capture/settings.js';
import { copyWith } from '../spans/copy.js';
import { withoutErrorMessages } from './error-content.js';
import { redactAllValues } from './redact-safely.js';

/** An event of a span. */
type Event = ReadableSpan['events'][number];

/** The parts of a span that may contain a secret. */
export type SpanParts = Pick<
	ReadableSpan,
	'name' | 'attributes' | 'events' | 'links' | 'status' | 'resource' | 'instrumentationScope'
>;

/** How spans and log records are redacted. */
export interface RedactionPolicy {
	/** Redacts texts and values; undefined if redaction is off. */
	readonly redactor: Redactor | undefined;
	/** Whether an error is exported with its message and stack, or with its type only. */
	readonly errors: ErrorContent;
	/** Redacts a resource. Never throws. */
	readonly redactResource: (resource: Resource) => Resource;
}

/**
 * Returns the redacted span: without secrets and, if errors are exported with their type only, without messages and
 * stacks. Returns the same object if there is nothing to redact, else a copy; the application's span is not changed. If
 * redaction throws, all texts and values of the copy are replaced. Never throws.
 */
export function redactSpan(span: ReadableSpan, policy: RedactionPolicy): ReadableSpan {
	// The span context is not one of the parts: it is read by a method, and only its trace state may hold a secret.
	const parts = redactSpanParts(span, policy);
	const context = redactContext(span.spanContext(), policy.redactor);
	const same = (Object.keys(parts) as (keyof SpanParts)[]).every((key) => parts[key] === span[key]);
	return same && context === span.spanContext() ? span : copyWith(span, { ...parts, spanContext: () => context });
}

/** Returns the redacted parts of a span, each the same object if there is nothing to redact in it. Never throws. */
export function redactSpanParts(span: ReadableSpan, { redactor, errors, redactResource }: RedactionPolicy): SpanParts {
	const allowed = errors === 'type' ? withoutErrorContent(span) : span;
	const { name, attributes, events, links, status, instrumentationScope } = allowed;
	const resource = redactResource(span.resource);
	// Without a redactor only the content of errors is left out.
	if (redactor === undefined) return { name, attributes, events, links, status, instrumentationScope, resource };
	try {
		return {
			name: redactor.namedText('name', name),
			attributes: redactor.record(attributes),
			events: mapChanged(events, (event) => redactEvent(event, redactor)),
			links: mapChanged(links, (link) => redactLink(link, redactor)),
			status: redactStatus(status, redactor),
			instrumentationScope: redactScope(instrumentationScope, redactor),
			resource,
		};
	} catch (error) {
		// Only a custom function is known to throw. What it has not checked may be a secret: everything is replaced.
		warnRedactionFailed(error);
		return {
			name: REDACTED,
			attributes: redactAllValues(attributes, redactor),
			events: events.map((event) => ({ ...event, name: REDACTED, ...replacedAttributes(event.attributes, redactor) })),
			links: links.map((link) => ({
				...link,
				context: redactContext(link.context, redactor),
				...replacedAttributes(link.attributes, redactor),
			})),
			status: status.message === undefined ? status : { ...status, message: REDACTED },
			instrumentationScope: redactScope(instrumentationScope, redactor),
			resource,
		};
	}
}

/** Returns attributes with all values replaced as a property to spread; no property if there are none. */
function replacedAttributes(attributes: Attributes | undefined, redactor: Redactor): { attributes?: Attributes } {
	return attributes === undefined ? {} : { attributes: redactAllValues(attributes, redactor) };
}

/** Redacts the name and the attributes of an event. */
function redactEvent(event: Event, redactor: Redactor): Event {
	const name = redactor.namedText('event.name', event.name);
	const attributes = event.attributes && redactor.record(event.attributes);
	if (name === event.name && attributes === event.attributes) return event;
	return { ...event, name, ...(attributes && { attributes }) };
}

/** Redacts the attributes of a link, and the trace state of the span context that it refers to. */
function redactLink(link: Link, redactor: Redactor): Link {
	const attributes = link.attributes && redactor.record(link.attributes);
	const context = redactContext(link.context, redactor);
	if (attributes === link.attributes && context === link.context) return link;
	return { ...link, context, ...(attributes && { attributes }) };
}

/** Redacts the trace state of a span context, which other services write and exporters export. Never throws. */
function redactContext(context: SpanContext, redactor: Redactor | undefined): SpanContext {
	if (context.traceState === undefined || redactor === undefined) return context;
	try {
		const state = context.traceState.serialize();
		const redacted = redactor.text(state);
		return redacted === state ? context : { ...context, traceState: createTraceState(redacted) };
	} catch (error) {
		// The state is replaced by an empty one; the ids of the context are kept.
		warnRedactionFailed(error);
		return { ...context, traceState: createTraceState() };
	}
}

/** Redacts the message of a status. */
function redactStatus(status: SpanStatus, redactor: Redactor): SpanStatus {
	if (status.message === undefined) return status;
	const message = redactor.namedText('status.message', status.message);
	return message === status.message ? status : { ...status, message };
}

/** The redacted scopes by scope and redactor. A process has few scopes, and all spans of a library share one. */
const scopes = new WeakMap<object, WeakMap<Redactor, object>>();

/** The texts of an instrumentation scope. */
interface ScopeTexts {
	readonly name: string;
	readonly version?: string;
	readonly schemaUrl?: string;
}

/**
 * Redacts an instrumentation scope, the name and version of a library, once per redactor. If the custom function throws,
 * the scope is redacted by the built-in detectors alone. Never throws.
 */
export function redactScope<T extends ScopeTexts>(scope: T, redactor: Redactor): T {
	const known = scopes.get(scope) ?? new WeakMap<Redactor, object>();
	let redacted = known.get(redactor);
	if (redacted === undefined) {
		try {
			redacted = redactor.record(scope);
		} catch (error) {
			warnRedactionFailed(error);
			return withRedactedTexts(scope, redactor);
		}
		scopes.set(scope, known.set(redactor, redacted));
	}
	return redacted as T;
}

/** Returns the texts of a scope, redacted by the built-in detectors alone. */
function withRedactedTexts<T extends ScopeTexts>({ name, version, schemaUrl }: T, redactor: Redactor): T {
	return {
		name: redactor.text(name),
		...(version !== undefined && { version: redactor.text(version) }),
		...(schemaUrl !== undefined && { schemaUrl: redactor.text(schemaUrl) }),
	} as T;
}

/** Returns the parts of a span without the messages and stacks of errors. */
function withoutErrorContent(span: ReadableSpan): Pick<ReadableSpan, keyof SpanParts> {
	return {
		...unchangedParts(span),
		attributes: withoutErrorMessages(span.attributes),
		events: mapChanged(span.events, (event) => {
			const attributes = event.attributes && withoutErrorMessages(event.attributes);
			return attributes === event.attributes || attributes === undefined ? event : { ...event, attributes };
		}),
		status: span.status.message === undefined ? span.status : { code: span.status.code },
	};
}

/** Returns the parts of a span that cannot contain the message or the stack of an error. */
function unchangedParts({ name, links, instrumentationScope, resource }: ReadableSpan) {
	return { name, links, instrumentationScope, resource };
}

/** Maps the items of an array; returns the same array if no item changes. */
export function mapChanged<T>(items: T[], change: (item: T) => T): T[] {
	let copy: T[] | undefined;
	for (const [at, item] of items.entries()) {
		const changed = change(item);
		if (changed === item) continue;
		copy ??= [...items];
		copy[at] = changed;
	}
	return copy ?? items;
}
