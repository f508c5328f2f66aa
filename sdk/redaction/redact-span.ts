import { type Attributes, createTraceState, type Link, type SpanContext, type SpanStatus } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { REDACTED } from '../../lib/redaction/marker.js';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { warnHidden } from '../../lib/redaction/settings.js';
import type { ErrorContent } from '../../lib/signals/capture/settings.js';
import { copyOf } from '../spans/copy.js';
import { withoutMessages } from './error-content.js';
import { hidden } from './redact-or-hide.js';

type Event = ReadableSpan['events'][number];

/** The parts of a span that may hold a secret. */
export type Parts = Pick<
	ReadableSpan,
	'name' | 'attributes' | 'events' | 'links' | 'status' | 'resource' | 'instrumentationScope'
>;

/** What spans are looked at with. */
export interface SpanRules {
	readonly redactor: Redactor | undefined;
	readonly errors: ErrorContent;
	readonly resourceOf: (resource: Resource) => Resource;
}

/**
 * The span as presets see it: without secrets and, where errors are to have their type alone, without messages and
 * stacks. The same object where there is nothing to hide, else a copy: the application's own span stays as it is. Where
 * what hides throws, all texts and values of the copy are hidden. Never throws.
 */
export function redactedSpan(span: ReadableSpan, rules: SpanRules): ReadableSpan {
	const parts = partsOf(span, rules);
	const context = contextOf(span.spanContext(), rules.redactor);
	const same = (Object.keys(parts) as (keyof Parts)[]).every((key) => parts[key] === span[key]);
	return same && context === span.spanContext() ? span : copyOf(span, { ...parts, spanContext: () => context });
}

/** The parts of a span without what is to be hidden. Never throws. */
export function partsOf(span: ReadableSpan, { redactor, errors, resourceOf }: SpanRules): Parts {
	const bare = errors === 'type' ? withoutErrors(span) : span;
	const { name, attributes, events, links, status, instrumentationScope } = bare;
	const resource = resourceOf(span.resource);
	if (redactor === undefined) return { name, attributes, events, links, status, instrumentationScope, resource };
	try {
		return {
			name: redactor.named('name', name),
			attributes: redactor.record(attributes),
			events: mapped(events, (event) => cleanEvent(event, redactor)),
			links: mapped(links, (link) => cleanLink(link, redactor)),
			status: cleanStatus(status, redactor),
			instrumentationScope: scopeOf(instrumentationScope, redactor),
			resource,
		};
	} catch (error) {
		warnHidden(error);
		return {
			name: REDACTED,
			attributes: hidden(attributes),
			events: events.map((event) => ({ ...event, name: REDACTED, ...kept(event.attributes) })),
			links: links.map((link) => ({ ...link, context: contextOf(link.context, redactor), ...kept(link.attributes) })),
			status: status.message === undefined ? status : { ...status, message: REDACTED },
			instrumentationScope,
			resource,
		};
	}
}

function kept(attributes: Attributes | undefined): { attributes?: Attributes } {
	return attributes === undefined ? {} : { attributes: hidden(attributes) };
}

function cleanEvent(event: Event, redactor: Redactor): Event {
	const name = redactor.named('event.name', event.name);
	const attributes = event.attributes && redactor.record(event.attributes);
	if (name === event.name && attributes === event.attributes) return event;
	return { ...event, name, ...(attributes && { attributes }) };
}

function cleanLink(link: Link, redactor: Redactor): Link {
	const attributes = link.attributes && redactor.record(link.attributes);
	const context = contextOf(link.context, redactor);
	if (attributes === link.attributes && context === link.context) return link;
	return { ...link, context, ...(attributes && { attributes }) };
}

/** What other services wrote into the trace's state is exported too. Never throws. */
function contextOf(context: SpanContext, redactor: Redactor | undefined): SpanContext {
	if (context.traceState === undefined || redactor === undefined) return context;
	try {
		const state = context.traceState.serialize();
		const clean = redactor.text(state);
		return clean === state ? context : { ...context, traceState: createTraceState(clean) };
	} catch (error) {
		warnHidden(error);
		return { ...context, traceState: createTraceState() };
	}
}

function cleanStatus(status: SpanStatus, redactor: Redactor): SpanStatus {
	if (status.message === undefined) return status;
	const message = redactor.named('status.message', status.message);
	return message === status.message ? status : { ...status, message };
}

const scopes = new WeakMap<object, WeakMap<Redactor, object>>();

/** A library's name and version, looked at once each. */
export function scopeOf<T extends { readonly name: string; readonly version?: string }>(
	scope: T,
	redactor: Redactor,
): T {
	const known = scopes.get(scope) ?? new WeakMap<Redactor, object>();
	let made = known.get(redactor);
	if (made === undefined) {
		made = redactor.record(scope);
		scopes.set(scope, known.set(redactor, made));
	}
	return made as T;
}

function withoutErrors(span: ReadableSpan): Pick<ReadableSpan, keyof Parts> {
	return {
		...partsAsTheyAre(span),
		attributes: withoutMessages(span.attributes),
		events: mapped(span.events, (event) => {
			const attributes = event.attributes && withoutMessages(event.attributes);
			return attributes === event.attributes || attributes === undefined ? event : { ...event, attributes };
		}),
		status: span.status.message === undefined ? span.status : { code: span.status.code },
	};
}

function partsAsTheyAre({ name, links, instrumentationScope, resource }: ReadableSpan) {
	return { name, links, instrumentationScope, resource };
}

/** The same array where no item changes. */
export function mapped<T>(items: T[], change: (item: T) => T): T[] {
	let copy: T[] | undefined;
	for (const [at, item] of items.entries()) {
		const made = change(item);
		if (made === item) continue;
		copy ??= [...items];
		copy[at] = made;
	}
	return copy ?? items;
}
