import { fault, type ImportFault, type ReadEvent } from './read.js';

/** One recorded call: what becomes a span. */
export interface Call {
	readonly call: ReadEvent;
	/** What was thrown in it, in the order of time. */
	readonly exceptions: ReadEvent[];
	/** Undefined where none was recorded. */
	returned: ReadEvent | undefined;
	/** The call that its first dependency belongs to; undefined for a root. */
	parent: Call | undefined;
	/** The calls that the other dependencies of its events belong to. */
	readonly links: Set<Call>;
	/** True where a call below it began after its last exception, which therefore did not end it. */
	wentOn: boolean;
}

/**
 * Finds which events belong to one call, and how the calls hang together.
 *
 * A return, or an exception, belongs to the open call of its source that has its function and its depth: to the one
 * that it depends on, else to the innermost. What is open below a call that returns is never closed by a later return.
 */
export function callsOf(events: readonly ReadEvent[]): { calls: Call[]; faults: ImportFault[] } {
	const recording = new Recording();
	const inTime = [...events].sort((a, b) => (isAfter(a, b) ? 1 : -1));
	for (const event of inTime) recording.pair(event);
	for (const event of events) recording.hang(event);
	recording.cutCircles();
	for (const { call, parent } of recording.calls) {
		const last = parent?.exceptions.at(-1);
		if (parent !== undefined && last !== undefined && isAfter(call, last)) parent.wentOn = true;
	}
	return recording;
}

class Recording {
	/** In the order in which they began. */
	readonly calls: Call[] = [];
	readonly faults: ImportFault[] = [];
	readonly #byEvent = new Map<string, Call>();
	/** By source, the last one innermost. */
	readonly #open = new Map<string, Call[]>();

	/** Finds the call of an event; all earlier ones have theirs. */
	pair(event: ReadEvent): void {
		const { type } = event.content;
		const open = this.#open.get(event.source) ?? [];
		this.#open.set(event.source, open);
		if (type === 'call') {
			const parent = this.#byEvent.get(event.dependencies[0] ?? '');
			const begun: Call = {
				call: event,
				exceptions: [],
				returned: undefined,
				parent,
				links: new Set(),
				wentOn: false,
			};
			this.calls.push(begun);
			this.#byEvent.set(event.id, begun);
			open.push(begun);
			return;
		}
		const call = this.#callOf(event, open);
		if (call === undefined) {
			const what = `a ${type} in ${event.content.function} at depth ${event.content.depth}`;
			const rest = `is ${what} that belongs to no open call of its source; it is left out.`;
			this.faults.push(fault(event.index, 'content', rest));
			return;
		}
		this.#byEvent.set(event.id, call);
		if (type === 'exception') call.exceptions.push(event);
		else {
			call.returned = event;
			close(open, call);
		}
	}

	/** Makes an event's dependencies parent and links of its call. */
	hang(event: ReadEvent): void {
		const own = this.#byEvent.get(event.id);
		if (own === undefined) return;
		for (const [at, id] of event.dependencies.entries()) {
			const other = this.#byEvent.get(id);
			const isParent = own.call === event && at === 0;
			if (other === undefined || (isParent && other === own)) {
				const why = other === undefined ? 'which no imported event has' : 'which is its own call';
				const rest = `takes the id of another event; it got ${JSON.stringify(id)}, ${why}. It is left out.`;
				this.faults.push(fault(event.index, `dependencies[${at}]`, rest));
				if (isParent) own.parent = undefined;
			} else if (isParent) own.parent = other;
			else if (other !== own) own.links.add(other);
		}
	}

	/** Where calls come from each other in a circle, the one that began first is the root, and the relation a link. */
	cutCircles(): void {
		const clear = new Set<Call>();
		for (const start of this.calls) {
			const way = new Set<Call>();
			for (let at: Call | undefined = start; at !== undefined && !clear.has(at); at = at.parent) {
				if (way.has(at)) {
					this.#cut(at);
					break;
				}
				way.add(at);
			}
			for (const call of way) clear.add(call);
		}
		for (const { parent, links } of this.calls) if (parent !== undefined) links.delete(parent);
	}

	#cut(inCircle: Call): void {
		let first = inCircle;
		for (let at = inCircle.parent; at !== undefined && at !== inCircle; at = at.parent) {
			if (isAfter(first.call, at.call)) first = at;
		}
		const { call, parent } = first;
		if (parent === undefined) return;
		first.links.add(parent);
		first.parent = undefined;
		const rest = `makes a circle, for ${JSON.stringify(parent.call.id)} comes from it; it became a link.`;
		this.faults.push(fault(call.index, 'dependencies[0]', rest));
	}

	#callOf(event: ReadEvent, open: readonly Call[]): Call | undefined {
		const { function: name, depth } = event.content;
		const fits = (call: Call | undefined) => call?.call.content.function === name && call.call.content.depth === depth;
		const asked = event.dependencies.map((id) => this.#byEvent.get(id));
		const said = asked.find((call) => call !== undefined && fits(call) && open.includes(call));
		return said ?? open.findLast(fits);
	}
}

/** Takes a call that returned out of the open ones, and with it those below it: they can end no more. */
function close(open: Call[], call: Call): void {
	const at = open.lastIndexOf(call);
	const later = open.splice(at).slice(1);
	for (const other of later) if (!isBelow(other, call)) open.push(other);
}

/** True for a call of greater depth that came from the other one, or of which nobody knows where it came from. */
function isBelow(call: Call, other: Call): boolean {
	if (call.call.content.depth <= other.call.content.depth) return false;
	let at = call;
	while (at !== other && at.parent !== undefined && isAfter(at.call, other.call)) at = at.parent;
	return at === other || (at.parent === undefined && at.call.content.depth > other.call.content.depth);
}

/** By time; where that is the same, as they were given. */
function isAfter(a: ReadEvent, b: ReadEvent): boolean {
	return a.timestamp === b.timestamp ? a.index > b.index : a.timestamp > b.timestamp;
}
