import { nearest } from '../../lib/agentese/errors/nearest.js';

/** Why an event, or a part of one, did not become what it says. */
export interface ImportFault {
	/** Which of the events, from 0. */
	readonly index: number;
	/** The key at fault, `content.type`. */
	readonly key: string;
	/** The sentence: which event and key, what is legal, what it got. */
	readonly message: string;
}

/** What a recorded call did: it began, it gave its value, or something was thrown in it. */
export type EventType = 'call' | 'return' | 'exception';

/** An event as the origin's `TraceCollector` records it. */
export interface RecordedEvent {
	/** Unique among the events of one recording. */
	readonly id: string;
	readonly content: {
		readonly type: EventType;
		readonly function: string;
		readonly file?: string | null;
		readonly line?: number | null;
		/** How deep the call is nested, from 0. */
		readonly depth: number;
	};
	/** Seconds since 1970, with a fraction. */
	readonly timestamp: number;
	/** Who recorded it, a thread for example: calls are nested within one source. */
	readonly source?: string | null;
	/** The ids of the events that it came from. */
	readonly dependencies?: readonly string[] | null;
}

/** A checked event, with its place in the recording. */
export interface ReadEvent extends RecordedEvent {
	readonly index: number;
	readonly source: string;
	readonly dependencies: readonly string[];
}

const TYPES: readonly EventType[] = ['call', 'return', 'exception'];

/** More seconds than nanoseconds fit into OTLP's 64 bits; milliseconds since 1970 are beyond it, and so are noticed. */
const MAX_SECONDS = 2 ** 64 / 1e9;

/** Checks every event. Those that are faulty are left out, each with all that is wrong with it. */
export function readEvents(given: readonly unknown[]): { events: ReadEvent[]; faults: ImportFault[] } {
	const events: ReadEvent[] = [];
	const faults: ImportFault[] = [];
	const ids = new Map<string, number>();
	// Not forEach: it skips the holes of an array.
	for (let index = 0; index < given.length; index++) {
		const found = faultsOf(given[index]);
		const event = given[index] as RecordedEvent;
		if (found.length === 0 && ids.has(event.id)) {
			found.push(['id', `an id that no other event has; event ${ids.get(event.id)} has it already`, event.id]);
		}
		for (const [key, legal, got] of found) faults.push(fault(index, key, `takes ${legal}; it got ${shown(got)}.`));
		if (found.length > 0) continue;
		ids.set(event.id, index);
		events.push({ ...event, index, source: event.source ?? '', dependencies: event.dependencies ?? [] });
	}
	return { events, faults };
}

/** A fault whose sentence begins with the event and its key. */
export function fault(index: number, key: string, rest: string): ImportFault {
	return { index, key, message: `events[${index}]${key === '' ? '' : `.${key}`} ${rest}` };
}

/** Key, what is legal there, and what it got. */
type Wrong = [key: string, legal: string, got: unknown];

function faultsOf(event: unknown): Wrong[] {
	if (!isObject(event)) return [['', 'an object with id, content, timestamp, source, dependencies', event]];
	const { id, content, timestamp, source, dependencies } = event;
	const wrong: Wrong[] = [];
	if (typeof id !== 'string' || id === '') wrong.push(['id', 'a text that is not empty', id]);
	if (isObject(content)) wrong.push(...contentFaults(content));
	else wrong.push(['content', 'an object with type, function, file, line, depth', content]);
	if (typeof timestamp !== 'number' || !(timestamp >= 0 && timestamp < MAX_SECONDS)) {
		wrong.push(['timestamp', 'seconds since 1970', timestamp]);
	}
	if (!isAbsent(source) && typeof source !== 'string') wrong.push(['source', 'a text', source]);
	if (isAbsent(dependencies)) return wrong;
	if (!Array.isArray(dependencies)) return [...wrong, ['dependencies', 'a list of ids', dependencies]];
	for (let at = 0; at < dependencies.length; at++) {
		if (typeof dependencies[at] !== 'string')
			wrong.push([`dependencies[${at}]`, 'the id of an event', dependencies[at]]);
	}
	return wrong;
}

function contentFaults(content: Record<string, unknown>): Wrong[] {
	const { type, function: name, file, line, depth } = content;
	const wrong: Wrong[] = [];
	if (!TYPES.includes(type as EventType)) {
		const [near] = typeof type === 'string' ? nearest(type, TYPES, 1) : [];
		wrong.push(['content.type', `call, return or exception${near === undefined ? '' : ` (perhaps ${near})`}`, type]);
	}
	if (typeof name !== 'string' || name === '') wrong.push(['content.function', 'a text that is not empty', name]);
	if (!isAbsent(file) && typeof file !== 'string') wrong.push(['content.file', 'a text', file]);
	if (!isAbsent(line) && !isCount(line)) wrong.push(['content.line', 'a whole number from 0', line]);
	if (!isCount(depth)) wrong.push(['content.depth', 'a whole number from 0', depth]);
	return wrong;
}

function isCount(value: unknown): boolean {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isAbsent(value: unknown): boolean {
	return value === undefined || value === null;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
	if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
	if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
	return String(value);
}
