import { redactValueAtWrite } from '../../redaction/settings.js';
import {
	ATTR_AGENTESE_ARCHETYPE,
	ATTR_AGENTESE_OBSERVER,
	ATTR_AGENTESE_TENANT,
	ATTR_SESSION_ID,
} from '../../runtime/names.generated.js';
import { processState } from '../../runtime/process-state.js';
import { GUEST, type Observer } from './observer.js';

/** The names of the attributes that describe an observer, on spans and, if enabled, in baggage. */
export const OBSERVER_KEYS = [
	ATTR_AGENTESE_OBSERVER,
	ATTR_AGENTESE_ARCHETYPE,
	ATTR_SESSION_ID,
	ATTR_AGENTESE_TENANT,
] as const;

/** The name of one attribute that describes an observer. */
export type ObserverKey = (typeof OBSERVER_KEYS)[number];

/** Returns the value of one attribute of an observer, not redacted; undefined if the observer has none. */
export function observerAttribute(observer: Observer, key: ObserverKey): string | undefined {
	if (key === ATTR_AGENTESE_OBSERVER) return observer.id;
	if (key === ATTR_AGENTESE_ARCHETYPE) return observer.archetype;
	return key === ATTR_SESSION_ID ? observer.sessionId : observer.tenantId;
}

/** Returns the session and the tenant of an observer as redacted attributes; undefined if it has neither. */
export function sessionAttributes({ sessionId, tenantId }: Observer): Record<string, string> | undefined {
	if (sessionId === undefined && tenantId === undefined) return undefined;
	return {
		...(sessionId === undefined ? undefined : { [ATTR_SESSION_ID]: redactValueAtWrite(ATTR_SESSION_ID, sessionId) }),
		...(tenantId === undefined
			? undefined
			: { [ATTR_AGENTESE_TENANT]: redactValueAtWrite(ATTR_AGENTESE_TENANT, tenantId) }),
	};
}

/**
 * Removes the session and the tenant of a previous observer from a span if the observer that is set on it next has
 * none. OpenTelemetry's API cannot remove an attribute; in its SDK the attributes of a span are a plain object.
 */
export function removeUnsetSessionAttributes(span: object, { sessionId, tenantId }: Observer): void {
	const { attributes } = span as { readonly attributes?: unknown };
	if (typeof attributes !== 'object' || attributes === null) return;
	// Without a previous observer, `session.id` was set by another library.
	if (sessionId === undefined && Object.hasOwn(attributes, ATTR_AGENTESE_OBSERVER))
		Reflect.deleteProperty(attributes, ATTR_SESSION_ID);
	if (tenantId === undefined) Reflect.deleteProperty(attributes, ATTR_AGENTESE_TENANT);
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
