import { createFault, type ImportFault, type ReadEvent } from './read.js';

/** One recorded call, which becomes a span. */
export interface RecordedCall {
	/** The event that began the call. */
	readonly event: ReadEvent;
	/** The exceptions that were recorded in the call, by time. */
	readonly exceptions: ReadEvent[];
	/** The return of the call. Undefined if none was recorded. */
	returned: ReadEvent | undefined;
	/** The call that the first dependency of its event belongs to. Undefined for a root. */
	parent: RecordedCall | undefined;
	/** The calls that the other dependencies of its events belong to. */
	readonly links: Set<RecordedCall>;
	/** Whether a call below it began after its last exception, so that the exception did not end it. */
	continued: boolean;
}

/**
 * Finds the events that belong to one call, and the parent and the links of each call.
 *
 * A return or an exception belongs to an open call of its source with the same function and depth: to the one that it
 * depends on, else to the innermost one. Calls that are open below a returning call stay without a return.
 *
 * @returns the calls by the time they began, and a fault for each event or dependency that is left out
 */
export function reconstructCalls(events: readonly ReadEvent[]): { calls: RecordedCall[]; faults: ImportFault[] } {
	const recording = new Recording();
	const byTime = [...events].sort((a, b) => (isAfter(a, b) ? 1 : -1));
	for (const event of byTime) recording.assign(event);
	// Dependencies may point to later events, so they are connected when all events have their call.
	for (const event of events) recording.connect(event);
	recording.breakCycles();
	// A call below that began after an exception shows that the exception was caught.
	for (const { event, parent } of recording.calls) {
		const last = parent?.exceptions.at(-1);
		if (parent !== undefined && last !== undefined && isAfter(event, last)) parent.continued = true;
	}
	return recording;
}

/** The calls of a recording while they are reconstructed. */
class Recording {
	/** By the time they began. */
	readonly calls: RecordedCall[] = [];
	readonly faults: ImportFault[] = [];
	/** The call of each event, by the event's id. */
	readonly #byEvent = new Map<string, RecordedCall>();
	/** The open calls of each source; the last one is the innermost. */
	readonly #open = new Map<string, RecordedCall[]>();

	/** Assigns an event to its call. All events before it by time must have been assigned. */
	assign(event: ReadEvent): void {
		const { type } = event.content;
		const open = this.#open.get(event.source) ?? [];
		this.#open.set(event.source, open);
		if (type === 'call') {
			const parent = this.#byEvent.get(event.dependencies[0] ?? '');
			const begun: RecordedCall = {
				event,
				exceptions: [],
				returned: undefined,
				parent,
				links: new Set(),
				continued: false,
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
			this.faults.push(createFault(event.index, 'content', rest));
			return;
		}
		this.#byEvent.set(event.id, call);
		if (type === 'exception') call.exceptions.push(event);
		else {
			call.returned = event;
			close(open, call);
		}
	}

	/** Turns an event's dependencies into the parent and the links of its call. */
	connect(event: ReadEvent): void {
		const own = this.#byEvent.get(event.id);
		if (own === undefined) return;
		for (const [index, id] of event.dependencies.entries()) {
			const other = this.#byEvent.get(id);
			const isParent = own.event === event && index === 0;
			if (other === undefined || (isParent && other === own)) {
				const why = other === undefined ? 'which no imported event has' : 'which is its own call';
				const rest = `must be the id of another event; it got ${JSON.stringify(id)}, ${why}. It is left out.`;
				this.faults.push(createFault(event.index, `dependencies[${index}]`, rest));
				if (isParent) own.parent = undefined;
			} else if (isParent) own.parent = other;
			else if (other !== own) own.links.add(other);
		}
	}

	/** Removes cycles of parents: the call of a cycle that began first becomes a root, with a link to its parent. */
	breakCycles(): void {
		const checked = new Set<RecordedCall>();
		for (const start of this.calls) {
			const path = new Set<RecordedCall>();
			for (let call: RecordedCall | undefined = start; call !== undefined && !checked.has(call); call = call.parent) {
				if (path.has(call)) {
					this.#breakCycle(call);
					break;
				}
				path.add(call);
			}
			for (const call of path) checked.add(call);
		}
		for (const { parent, links } of this.calls) if (parent !== undefined) links.delete(parent);
	}

	#breakCycle(inCycle: RecordedCall): void {
		let first = inCycle;
		for (let call = inCycle.parent; call !== undefined && call !== inCycle; call = call.parent) {
			if (isAfter(first.event, call.event)) first = call;
		}
		const { event, parent } = first;
		if (parent === undefined) return;
		first.links.add(parent);
		first.parent = undefined;
		const rest = `closes a cycle, since ${JSON.stringify(parent.event.id)} depends on it; it became a link.`;
		this.faults.push(createFault(event.index, 'dependencies[0]', rest));
	}

	/** The open call that a return or an exception belongs to. */
	#callOf(event: ReadEvent, open: readonly RecordedCall[]): RecordedCall | undefined {
		const { function: name, depth } = event.content;
		const matches = (call: RecordedCall | undefined) =>
			call?.event.content.function === name && call.event.content.depth === depth;
		// A declared dependency is more reliable than the nesting, which concurrent calls can break.
		const dependencies = event.dependencies.map((id) => this.#byEvent.get(id));
		const declared = dependencies.find((call) => call !== undefined && matches(call) && open.includes(call));
		return declared ?? open.findLast(matches);
	}
}

/** Removes a call that returned from the open ones, and those below it, which can have no return any more. */
function close(open: RecordedCall[], call: RecordedCall): void {
	const index = open.lastIndexOf(call);
	const later = open.splice(index).slice(1);
	for (const other of later) if (!isBelow(other, call)) open.push(other);
}

/** Whether a call has a greater depth and descends from the other one, or from a root with a greater depth. */
function isBelow(call: RecordedCall, other: RecordedCall): boolean {
	if (call.event.content.depth <= other.event.content.depth) return false;
	let ancestor = call;
	while (ancestor !== other && ancestor.parent !== undefined && isAfter(ancestor.event, other.event)) {
		ancestor = ancestor.parent;
	}
	if (ancestor === other) return true;
	return ancestor.parent === undefined && ancestor.event.content.depth > other.event.content.depth;
}

/** By time; events of the same time are in the order in which they were given. */
function isAfter(a: ReadEvent, b: ReadEvent): boolean {
	return a.timestamp === b.timestamp ? a.index > b.index : a.timestamp > b.timestamp;
}
