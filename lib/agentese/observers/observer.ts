/** Who asks, as far as telemetry wants to know. Frozen. */
export interface Observer {
	/** Goes on spans, never on metrics. */
	readonly id: string;
	/** May go on both. */
	readonly archetype: string;
	readonly tenantId?: string;
	readonly sessionId?: string;
}

/** Who asks when nobody is named. */
export const GUEST: Observer = Object.freeze({ id: 'anonymous', archetype: 'guest' });

/** Whatever is read is cut at this many characters. */
const MAX_TEXT = 256;

/** No bigint beyond this is written out, which would take more than linear time; it is not an id anyway. */
const MAX_BIGINT = 10n ** BigInt(MAX_TEXT);

/** The members that say who asks, in the shapes that occur: v3 observer, umwelt with its dna, HTTP context. */
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
 * Reads who asks from what stands where an umwelt is expected.
 *
 * The id is the first usable of `id`, `dna.name`, `userId`, `user_id`, else `anonymous`; the archetype that of
 * `archetype`, `dna.archetype`, else `guest`. `tenantId` or `tenant_id` and `sessionId` or `session_id` are taken
 * along. Usable are strings that are not empty and, but for the archetype, finite numbers and bigints; they are cut
 * at 256 characters and not trimmed.
 *
 * Each member is read at most once, none whose answer is known already, and one that throws counts as not there:
 * an umwelt may be a proxy or have getters that do work.
 *
 * @returns the guest for an explicit null; undefined where nothing says who asks: for undefined, for what is no
 * object, and for an object that has none of these
 */
export function readObserver(umwelt: unknown): Observer | undefined {
	if (umwelt === null) return GUEST;
	if (typeof umwelt !== 'object') return undefined;
	const shape: Shape = umwelt;
	let id = text(idOf(shape));
	let archetype = name(archetypeOf(shape));
	if (id === undefined || archetype === undefined) {
		const dna = read(shape, 'dna');
		if (typeof dna === 'object' && dna !== null) {
			id ??= text(read(dna, 'name'));
			archetype ??= name(read(dna, 'archetype'));
		}
	}
	id ??= text(read(shape, 'userId')) ?? text(read(shape, 'user_id'));
	const tenantId = text(tenantIdOf(shape)) ?? text(tenantOf(shape));
	const sessionId = text(sessionIdOf(shape)) ?? text(sessionOf(shape));
	if ((id ?? archetype ?? tenantId ?? sessionId) === undefined) return undefined;
	const observer: { -readonly [K in keyof Observer]: Observer[K] } = {
		id: id ?? GUEST.id,
		archetype: archetype ?? GUEST.archetype,
	};
	if (tenantId !== undefined) observer.tenantId = tenantId;
	if (sessionId !== undefined) observer.sessionId = sessionId;
	return Object.freeze(observer);
}

/** The six that every umwelt is asked for; under a name that stands in the code each costs a quarter of `read`. */
function idOf(from: Shape): unknown {
	try {
		return from.id;
	} catch {
		return undefined;
	}
}

function archetypeOf(from: Shape): unknown {
	try {
		return from.archetype;
	} catch {
		return undefined;
	}
}

function tenantIdOf(from: Shape): unknown {
	try {
		return from.tenantId;
	} catch {
		return undefined;
	}
}

function tenantOf(from: Shape): unknown {
	try {
		return from.tenant_id;
	} catch {
		return undefined;
	}
}

function sessionIdOf(from: Shape): unknown {
	try {
		return from.sessionId;
	} catch {
		return undefined;
	}
}

function sessionOf(from: Shape): unknown {
	try {
		return from.session_id;
	} catch {
		return undefined;
	}
}

/** The member's value, or undefined where reading it throws. */
function read(from: Shape, key: keyof Shape): unknown {
	try {
		return from[key];
	} catch {
		return undefined;
	}
}

/** The value as an id, or undefined where it is none. */
export function text(value: unknown): string | undefined {
	if (typeof value === 'string') return name(value);
	if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
	if (typeof value !== 'bigint') return undefined;
	return value < MAX_BIGINT && value > -MAX_BIGINT ? cut(String(value)) : undefined;
}

/** The value as a name, or undefined where it is none. */
export function name(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? cut(value) : undefined;
}

/** Cuts between two characters, never through a surrogate pair, which no exporter could write. */
function cut(value: string): string {
	if (value.length <= MAX_TEXT) return value;
	const last = value.charCodeAt(MAX_TEXT - 1);
	return value.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_TEXT - 1 : MAX_TEXT);
}
