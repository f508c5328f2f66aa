import { processState } from '../../runtime/process-state.js';

/** Who reports a model call: the application, a client of `meterModel`, a span, or the method's own result. */
export type Source = 'said' | 'metered' | 'seen' | 'read';

/** One call, and who reported it. */
type Reports = Partial<Record<Source, true>>;

/** So many responses are remembered in one tree of invocations; the oldest are forgotten. */
const MAX_REMEMBERED = 1000;

/** The ids of providers are longer; those of servers that draw from few (Ollama's `chatcmpl-999`) are shorter. */
const LONG = 20;

/**
 * The responses that were credited in one tree of invocations, or anywhere.
 *
 * Two reports under one id are one call where they come from two sources. Two of one source are two calls, for there
 * are servers whose ids recur (Ollama draws them from 999); but what the application says twice it means once.
 */
export class ReportedCalls {
	readonly #byId = new Map<string, Reports[]>();
	readonly #most: number;

	constructor(most = MAX_REMEMBERED) {
		this.#most = most;
	}

	/** Takes a report; answers true where it is the first one of its call. */
	take(id: string, source: Source): boolean {
		const known = this.#byId.get(id);
		if (known === undefined) {
			this.#remember(id, [{ [source]: true }]);
			return true;
		}
		const unmatched = known.find((reports) => reports[source] === undefined);
		if (unmatched !== undefined) unmatched[source] = true;
		else if (source !== 'said') known.push({ [source]: true });
		return unmatched === undefined && source !== 'said';
	}

	has(id: string): boolean {
		return this.#byId.has(id);
	}

	#remember(id: string, reports: Reports[]): void {
		if (this.#byId.size >= this.#most) {
			const [oldest] = this.#byId.keys();
			if (oldest !== undefined) this.#byId.delete(oldest);
		}
		this.#byId.set(id, reports);
	}
}

const state = processState('usage/deduplicate', () => ({
	/** Those whose ids no other call can have: a stream may be read, and reported, far from where it was asked for. */
	anywhere: new ReportedCalls(10 * MAX_REMEMBERED),
	/** Those with short ids that were reported outside of any invocation. */
	outside: new ReportedCalls(),
	/** Short ids that somebody reported lately, in any tree, and not only as part of a result. */
	told: new Set<string>(),
}));

/** Where a response is remembered: with its tree, unless its id is one that no other call can have. */
export function callsWith(id: string, tree: (() => ReportedCalls) | undefined): ReportedCalls {
	if (id.length >= LONG) return state.anywhere;
	return tree === undefined ? state.outside : tree();
}

/** Remembers a response that was reported, so that no invocation which merely passes it on is read. */
export function rememberReported(id: string): void {
	if (id.length >= LONG) return;
	if (state.told.size >= 10 * MAX_REMEMBERED) {
		const [oldest] = state.told;
		if (oldest !== undefined) state.told.delete(oldest);
	}
	state.told.add(id);
}

/** Whether a response was reported lately, wherever: a stream may be read in another invocation than asked for it. */
export function wasReported(id: string): boolean {
	return state.told.has(id) || state.anywhere.has(id);
}
