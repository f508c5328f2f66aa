import { scopedState } from '../../runtime/scoped-state.js';

/**
 * Who reports the usage of a model call: the application (`recordTokens`), a client of `meterModel`, a span, or the
 * result of the woven method.
 */
export type Source = 'recorded' | 'client' | 'span' | 'result';

/** The sources that have reported one call. */
type CallReports = Partial<Record<Source, true>>;

/** The most response ids that are remembered in one tree of invocations; the oldest is removed first. */
const MAX_REMEMBERED = 1000;

/**
 * From this length on, an id is taken to be unique in the world. The ids of providers are longer; those of servers that
 * draw from few values (Ollama's `chatcmpl-999`) are shorter.
 */
const UNIQUE_LENGTH = 20;

/**
 * The model calls that were reported, by response id.
 *
 * Two reports under one id are one call if they come from two sources. Two reports of the same source are two calls,
 * because the ids of some servers recur (Ollama draws them from 999); but what the application reports twice is one
 * call.
 */
export class ReportedCalls {
	readonly #byId = new Map<string, CallReports[]>();
	readonly #limit: number;

	/** @param limit - the most ids to remember; the oldest is removed first */
	constructor(limit = MAX_REMEMBERED) {
		this.#limit = limit;
	}

	/** Records a report. Returns true if it is the first one of its call. */
	record(id: string, source: Source): boolean {
		const known = this.#byId.get(id);
		if (known === undefined) {
			this.#remember(id, [{ [source]: true }]);
			return true;
		}
		// A call that this source has not reported yet is the one that it reports now.
		const unmatched = known.find((reports) => reports[source] === undefined);
		if (unmatched !== undefined) unmatched[source] = true;
		else if (source !== 'recorded') known.push({ [source]: true });
		return unmatched === undefined && source !== 'recorded';
	}

	/** Returns whether any call was reported under this id. */
	has(id: string): boolean {
		return this.#byId.has(id);
	}

	#remember(id: string, reports: CallReports[]): void {
		if (this.#byId.size >= this.#limit) {
			const [oldest] = this.#byId.keys();
			if (oldest !== undefined) this.#byId.delete(oldest);
		}
		this.#byId.set(id, reports);
	}
}

const state = scopedState('usage/deduplicate', () => ({
	/**
	 * Calls with unique ids. They are process-wide, because a stream may be read, and reported, in another invocation.
	 */
	unique: new ReportedCalls(10 * MAX_REMEMBERED),
	/** Calls with short ids that were reported outside of any invocation. */
	outside: new ReportedCalls(),
	/** The short ids that were reported lately, in any tree of invocations, by another source than a result. */
	short: new Set<string>(),
}));

/**
 * Returns the calls among which an id is remembered: those of the process if the id is unique, else those of the tree.
 *
 * @param tree - returns the calls of the tree of invocations; undefined outside of any invocation
 */
export function callsWith(id: string, tree: (() => ReportedCalls) | undefined): ReportedCalls {
	if (id.length >= UNIQUE_LENGTH) return state.unique;
	return tree === undefined ? state.outside : tree();
}

/**
 * Remembers the id of a response that another source than a result reported, so that an invocation that only returns
 * this response does not count it again. A unique id is remembered by `ReportedCalls` already.
 */
export function rememberReported(id: string): void {
	if (id.length >= UNIQUE_LENGTH) return;
	if (state.short.size >= 10 * MAX_REMEMBERED) {
		const [oldest] = state.short;
		if (oldest !== undefined) state.short.delete(oldest);
	}
	state.short.add(id);
}

/**
 * Returns whether a response was reported lately, in any tree of invocations: a stream may be read in another
 * invocation than the one that requested it.
 */
export function wasReported(id: string): boolean {
	return state.short.has(id) || state.unique.has(id);
}
