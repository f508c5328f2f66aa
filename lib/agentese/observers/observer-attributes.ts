import { writtenValue } from '../../redaction/settings.js';
import { processState } from '../../runtime/process-state.js';
import { GUEST, type Observer } from './observer.js';

/** What spans say of who asks, and what may go into baggage: the attributes' names. */
export const OBSERVER_KEYS = [
	'agentese.observer',
	'agentese.archetype',
	'agentese.session',
	'agentese.tenant',
] as const;

/** The name of one fact of an observer. */
export type ObserverKey = (typeof OBSERVER_KEYS)[number];

/** One fact of an observer, cut at 256 characters when it was read. */
export function attributeOf(observer: Observer, key: ObserverKey): string | undefined {
	if (key === 'agentese.observer') return observer.id;
	if (key === 'agentese.archetype') return observer.archetype;
	return key === 'agentese.session' ? observer.sessionId : observer.tenantId;
}

/** The session and the tenant of an observer as attributes; undefined where it has neither. */
export function sessionAttributes({ sessionId, tenantId }: Observer): Record<string, string> | undefined {
	if (sessionId === undefined && tenantId === undefined) return undefined;
	return {
		...(sessionId === undefined ? undefined : { 'agentese.session': writtenValue('agentese.session', sessionId) }),
		...(tenantId === undefined ? undefined : { 'agentese.tenant': writtenValue('agentese.tenant', tenantId) }),
	};
}

/**
 * Takes the session and the tenant of somebody else off a span that is about to say another observer, who has none.
 * OpenTelemetry has no word for that; the attributes of its SDK are a plain object.
 */
export function removeObserver(span: object, { sessionId, tenantId }: Observer): void {
	const { attributes } = span as { readonly attributes?: unknown };
	if (typeof attributes !== 'object' || attributes === null) return;
	if (sessionId === undefined) Reflect.deleteProperty(attributes, 'agentese.session');
	if (tenantId === undefined) Reflect.deleteProperty(attributes, 'agentese.tenant');
}

/**
 * Who asks in a helper outside of any path, where nobody was named: the guest to whoever looks, but no span below it
 * says so, for the toolkit is of use around AGENTESE too.
 */
export const NOBODY: Observer = processState('agentese/nobody', () => Object.freeze({ ...GUEST }));

/** Who asks where an invocation was told nothing: who asks in the enclosing one, else the guest. */
export function inheritedObserver(enclosing: Observer | undefined, template: string | undefined): Observer {
	if (enclosing !== undefined && enclosing !== NOBODY) return enclosing;
	return template === undefined ? NOBODY : GUEST;
}
