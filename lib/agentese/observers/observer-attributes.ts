import { redactValueAtWrite } from '../../redaction/settings.js';
import { processState } from '../../runtime/process-state.js';
import { GUEST, type Observer } from './observer.js';

/** The names of the attributes that describe an observer, on spans and, if enabled, in baggage. */
export const OBSERVER_KEYS = [
	'agentese.observer',
	'agentese.archetype',
	'agentese.session',
	'agentese.tenant',
] as const;

/** The name of one attribute that describes an observer. */
export type ObserverKey = (typeof OBSERVER_KEYS)[number];

/** Returns the value of one attribute of an observer, not redacted; undefined if the observer has none. */
export function observerAttribute(observer: Observer, key: ObserverKey): string | undefined {
	if (key === 'agentese.observer') return observer.id;
	if (key === 'agentese.archetype') return observer.archetype;
	return key === 'agentese.session' ? observer.sessionId : observer.tenantId;
}

/** Returns the session and the tenant of an observer as redacted attributes; undefined if it has neither. */
export function sessionAttributes({ sessionId, tenantId }: Observer): Record<string, string> | undefined {
	if (sessionId === undefined && tenantId === undefined) return undefined;
	return {
		...(sessionId === undefined
			? undefined
			: { 'agentese.session': redactValueAtWrite('agentese.session', sessionId) }),
		...(tenantId === undefined ? undefined : { 'agentese.tenant': redactValueAtWrite('agentese.tenant', tenantId) }),
	};
}

/**
 * Removes the session and the tenant of a previous observer from a span if the observer that is set on it next has
 * none. OpenTelemetry's API cannot remove an attribute; in its SDK the attributes of a span are a plain object.
 */
export function removeUnsetSessionAttributes(span: object, { sessionId, tenantId }: Observer): void {
	const { attributes } = span as { readonly attributes?: unknown };
	if (typeof attributes !== 'object' || attributes === null) return;
	if (sessionId === undefined) Reflect.deleteProperty(attributes, 'agentese.session');
	if (tenantId === undefined) Reflect.deleteProperty(attributes, 'agentese.tenant');
}

/**
 * The observer of a call that has no path, no observer and no enclosing invocation with one. It has the guest's values
 * for code that reads it, but is not set on spans: the toolkit is also used on code that is not AGENTESE.
 */
export const ABSENT_OBSERVER: Observer = processState('agentese/absent-observer', () => Object.freeze({ ...GUEST }));

/**
 * Returns the observer of an invocation that was given none: that of the enclosing invocation, else the guest.
 *
 * @param enclosing - the observer of the enclosing invocation
 * @param template - the path template of the invocation; undefined for a method without a path
 */
export function inheritedObserver(enclosing: Observer | undefined, template: string | undefined): Observer {
	if (enclosing !== undefined && enclosing !== ABSENT_OBSERVER) return enclosing;
	return template === undefined ? ABSENT_OBSERVER : GUEST;
}
