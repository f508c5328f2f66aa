/** The observer of an invocation, as far as telemetry records it. Frozen. Each text has 256 characters at most. */
export interface Observer {
	/** The id. Set on spans, never on metrics. */
	readonly id: string;
	/** The archetype. Set on spans, and may be a label of metrics. */
	readonly archetype: string;
	/** The tenant that the observer belongs to; left out if it has none. Set on spans, never on metrics. */
	readonly tenantId?: string;
	/** The session of the invocation; left out if it has none. Set on spans, never on metrics. */
	readonly sessionId?: string;
}

/** The observer of an invocation without one. */
export const GUEST: Observer = Object.freeze({ id: 'anonymous', archetype: 'guest' });

/** The most characters of each text; longer ones are truncated. */
const MAX_TEXT = 256;

/** Larger bigints are not ids, and are not written out, which would take more than linear time. */
const MAX_BIGINT = 10n ** BigInt(MAX_TEXT);

/** The members that are read, from the shapes that occur: v3 observer, umwelt with its dna, HTTP context. */
interface Shape {
	readonly id?: unknown;
	readonly name?: unknown;
	readonly dna?: unknown;
	readonly userId?: unknown;
	readonly user_id?: unknown;
	readonly archetype?: unknown;
	readonly tenantId?: unknown;
	readonly tenant_id?: unknown;
	readonly sessionId?: unknown;
	readonly session_id?: unknown;
}

/**
 * Reads the observer from an umwelt, or from whatever was passed in its place. Never throws.
 *
 * The id is the first valid value of `id`, `dna.name`, `userId` and `user_id`, else `anonymous`. The archetype is that
 * of `archetype` and `dna.archetype`, else `guest`. `tenantId` or `tenant_id` and `sessionId` or `session_id` are read
 * too. Valid are strings that are not empty and, except for the archetype, finite numbers and bigints. Texts are
 * truncated to 256 characters and not trimmed.
 *
 * An umwelt may be a proxy or have getters that do work. Each member is therefore read once at most, and not at all if
 * its value is not needed. A member whose getter throws counts as missing.
 *
 * @returns the guest for null; undefined for undefined, for a value that is not an object, and for an object without
 * any of these members
 */
export function readObserver(umwelt: unknown): Observer | undefined {
	if (umwelt === null) return GUEST;
	if (typeof umwelt !== 'object') return undefined;
	const shape: Shape = umwelt;
	let id = toId(idOf(shape));
	let archetype = toName(archetypeOf(shape));
	// The dna is read only if one of the two is missing.
	if (id === undefined || archetype === undefined) {
		const dna = read(shape, 'dna');
		if (typeof dna === 'object' && dna !== null) {
			id ??= toId(read(dna, 'name'));
			archetype ??= toName(read(dna, 'archetype'));
		}
	}
	id ??= toId(read(shape, 'userId')) ?? toId(read(shape, 'user_id'));
	const tenantId = toId(tenantIdOf(shape)) ?? toId(tenantOf(shape));
	const sessionId = toId(sessionIdOf(shape)) ?? toId(sessionOf(shape));
	if ((id ?? archetype ?? tenantId ?? sessionId) === undefined) return undefined;
	return observerWith(id ?? GUEST.id, archetype ?? GUEST.archetype, tenantId, sessionId);
}

/** The observer that was read last. Consecutive calls often have the same one, and it is frozen. */
let latest: Observer | undefined;

/** Returns the observer with these members: the latest one if it has the same, else a new one. */
function observerWith(
	id: string,
	archetype: string,
	tenantId: string | undefined,
	sessionId: string | undefined,
): Observer {
	if (
		latest !== undefined &&
		latest.id === id &&
		latest.archetype === archetype &&
		latest.tenantId === tenantId &&
		latest.sessionId === sessionId
	) {
		return latest;
	}
	const observer: { -readonly [K in keyof Observer]: Observer[K] } = { id, archetype };
	// A member without a value is left out instead of being set to undefined.
	if (tenantId !== undefined) observer.tenantId = tenantId;
	if (sessionId !== undefined) observer.sessionId = sessionId;
	latest = Object.freeze(observer);
	return latest;
}

// The six members that are read from every umwelt have a function each: a member whose name is written in the code
// costs a quarter of one that is read by `read`.

/** Returns `id`; undefined if reading it throws. */
function idOf(from: Shape): unknown {
	try {
		return from.id;
	} catch {
		return undefined;
	}
}

/** Returns `archetype`; undefined if reading it throws. */
function archetypeOf(from: Shape): unknown {
	try {
		return from.archetype;
	} catch {
		return undefined;
	}
}

/** Returns `tenantId`; undefined if reading it throws. */
function tenantIdOf(from: Shape): unknown {
	try {
		return from.tenantId;
	} catch {
		return undefined;
	}
}

/** Returns `tenant_id`; undefined if reading it throws. */
function tenantOf(from: Shape): unknown {
	try {
		return from.tenant_id;
	} catch {
		return undefined;
	}
}

/** Returns `sessionId`; undefined if reading it throws. */
function sessionIdOf(from: Shape): unknown {
	try {
		return from.sessionId;
	} catch {
		return undefined;
	}
}

/** Returns `session_id`; undefined if reading it throws. */
function sessionOf(from: Shape): unknown {
	try {
		return from.session_id;
	} catch {
		return undefined;
	}
}

/** Returns the value of a member; undefined if reading it throws. */
function read(from: Shape, key: keyof Shape): unknown {
	try {
		return from[key];
	} catch {
		return undefined;
	}
}

/** Returns a string, finite number or bigint as a truncated text; undefined for any other value and the empty text. */
function toId(value: unknown): string | undefined {
	if (typeof value === 'string') return toName(value);
	if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
	if (typeof value !== 'bigint') return undefined;
	return value < MAX_BIGINT && value > -MAX_BIGINT ? truncate(String(value)) : undefined;
}

/** Returns a string truncated to 256 characters; undefined for any other value and the empty string. */
export function toName(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? truncate(value) : undefined;
}

/** Truncates a text, but never within a surrogate pair, half of which no exporter could encode. */
function truncate(value: string): string {
	if (value.length <= MAX_TEXT) return value;
	const last = value.charCodeAt(MAX_TEXT - 1);
	return value.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_TEXT - 1 : MAX_TEXT);
}
