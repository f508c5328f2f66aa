import { isObject } from '../../config/common/layer.js';
import { nearest } from '../../lib/agentese/errors/nearest.js';

/** Why an event, or a part of it, was left out. */
export interface ImportFault {
	/** The index of the event, from 0. */
	readonly index: number;
	/** The path of the faulty key within the event, such as `content.type`. Empty for the whole event. */
	readonly key: string;
	/** One sentence: the event and the key, what is legal, and what it got. */
	readonly message: string;
}

/** An event in the format of AGENTESE's `TraceCollector`. */
export interface RecordedEvent {
	/** The id, unique among the events of one recording. */
	readonly id: string;
	/** What was recorded. */
	readonly content: {
		/** Whether the event is the begin of a call, its return, or an exception in it. */
		readonly type: 'call' | 'return' | 'exception';
		/** The name of the called function. */
		readonly function: string;
		/** The file of the function; null or left out if it is unknown. */
		readonly file?: string | null;
		/** The line in that file, from 1; null or left out if it is unknown. */
		readonly line?: number | null;
		/** How many levels deep the call is nested, from 0. */
		readonly depth: number;
	};
	/** Seconds since 1970, with a fraction. */
	readonly timestamp: number;
	/** What recorded the event, such as a thread; null or left out if there is one. Calls are nested within one source. */
	readonly source?: string | null;
	/** The ids of the events that the event depends on; null or left out if there are none. */
	readonly dependencies?: readonly string[] | null;
}

/** A checked event. */
export interface ReadEvent extends RecordedEvent {
	/** The index of the event in the recording, from 0. */
	readonly index: number;
	/** The source; empty if the event has none. */
	readonly source: string;
	/** The dependencies; empty if the event has none. */
	readonly dependencies: readonly string[];
}

/** The legal values of `content.type`. */
const TYPES: readonly RecordedEvent['content']['type'][] = ['call', 'return', 'exception'];

/** OTLP has 64 bits for nanoseconds. Milliseconds since 1970, a common mistake for seconds, are beyond this limit. */
const MAX_SECONDS = 2 ** 64 / 1e9;

/** Checks every event. A faulty one is left out, with one fault for each of its faulty keys. */
export function readEvents(given: readonly unknown[]): { events: ReadEvent[]; faults: ImportFault[] } {
	const events: ReadEvent[] = [];
	const faults: ImportFault[] = [];
	/** The index of the event with each id. */
	const ids = new Map<string, number>();
	// Not forEach, which skips the holes of an array.
	for (let index = 0; index < given.length; index++) {
		const wrong = wrongKeys(given[index]);
		const event = given[index] as RecordedEvent;
		if (wrong.length === 0 && ids.has(event.id)) {
			wrong.push(['id', `an id that no other event has; event ${ids.get(event.id)} has it already`, event.id]);
		}
		for (const [key, legal, got] of wrong) {
			faults.push(createFault(index, key, `must be ${legal}; it got ${describe(got)}.`));
		}
		if (wrong.length > 0) continue;
		ids.set(event.id, index);
		events.push({ ...event, index, source: event.source ?? '', dependencies: event.dependencies ?? [] });
	}
	return { events, faults };
}

/** Creates a fault. The message begins with the event and the key; `rest` continues the sentence. */
export function createFault(index: number, key: string, rest: string): ImportFault {
	return { index, key, message: `events[${index}]${key === '' ? '' : `.${key}`} ${rest}` };
}

/** A faulty key: its path within the event, what is legal, and what it got. */
type WrongKey = [key: string, legal: string, got: unknown];

/** The faulty keys of an event; empty if it is valid. */
function wrongKeys(event: unknown): WrongKey[] {
	if (!isObject(event)) return [['', 'an object with id, content, timestamp, source, dependencies', event]];
	const { id, content, timestamp, source, dependencies } = event;
	const wrong: WrongKey[] = [];
	if (typeof id !== 'string' || id === '') wrong.push(['id', 'a text that is not empty', id]);
	if (isObject(content)) wrong.push(...wrongContentKeys(content));
	else wrong.push(['content', 'an object with type, function, file, line, depth', content]);
	if (typeof timestamp !== 'number' || !(timestamp >= 0 && timestamp < MAX_SECONDS)) {
		wrong.push(['timestamp', 'seconds since 1970', timestamp]);
	}
	if (!isAbsent(source) && typeof source !== 'string') wrong.push(['source', 'a text', source]);
	if (isAbsent(dependencies)) return wrong;
	if (!Array.isArray(dependencies)) return [...wrong, ['dependencies', 'a list of ids', dependencies]];
	for (let index = 0; index < dependencies.length; index++) {
		if (typeof dependencies[index] !== 'string')
			wrong.push([`dependencies[${index}]`, 'the id of an event', dependencies[index]]);
	}
	return wrong;
}

/** The faulty keys of an event's `content`. */
function wrongContentKeys(content: Record<string, unknown>): WrongKey[] {
	const { type, function: name, file, line, depth } = content;
	const wrong: WrongKey[] = [];
	if (!TYPES.includes(type as RecordedEvent['content']['type'])) {
		const [near] = typeof type === 'string' ? nearest(type, TYPES, 1) : [];
		wrong.push(['content.type', `call, return or exception${near === undefined ? '' : ` (perhaps ${near})`}`, type]);
	}
	if (typeof name !== 'string' || name === '') wrong.push(['content.function', 'a text that is not empty', name]);
	if (!isAbsent(file) && typeof file !== 'string') wrong.push(['content.file', 'a text', file]);
	if (!isAbsent(line) && !isCount(line)) wrong.push(['content.line', 'a whole number from 0', line]);
	if (!isCount(depth)) wrong.push(['content.depth', 'a whole number from 0', depth]);
	return wrong;
}

/** Whether a value is a whole number from 0. */
function isCount(value: unknown): boolean {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether an optional key is absent: Python's recorder writes null. */
function isAbsent(value: unknown): boolean {
	return value === undefined || value === null;
}

/** A value for a message: a text of at most 80 characters, a number, or the kind of an object. */
function describe(value: unknown): string {
	if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
	if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
	return String(value);
}
