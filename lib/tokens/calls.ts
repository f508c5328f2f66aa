import { shared } from '../runtime/shared.js';

/** Who reports a model call: the application, a client of `meterModel`, a span, or the method's own result. */
export type Source = 'said' | 'metered' | 'seen' | 'read';

/** One call, and who reported it. */
type Reports = Partial<Record<Source, true>>;

/** So many responses are remembered in one tree of invocations; the oldest are forgotten. */
const MAX_REMEMBERED = 1000;

/**
 * The responses that were credited in one tree of invocations.
 *
 * Two reports under one id are one call where they come from two sources. Two of one source are two calls, for there
 * are servers whose ids recur (Ollama draws them from 999); but what the application says twice it means once.
 */
export class Calls {
	readonly #byId = new Map<string, Reports[]>();

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
		if (this.#byId.size >= MAX_REMEMBERED) {
			const [oldest] = this.#byId.keys();
			if (oldest !== undefined) this.#byId.delete(oldest);
		}
		this.#byId.set(id, reports);
	}
}

/** Ids of responses that somebody reported lately, in any tree. */
const told = shared('tokens/calls', () => new Set<string>());

/** Remembers a response that was reported, so that no invocation which merely passes it on is read. */
export function rememberTold(id: string): void {
	if (told.size >= 10 * MAX_REMEMBERED) {
		const [oldest] = told;
		if (oldest !== undefined) told.delete(oldest);
	}
	told.add(id);
}

/** Whether a response was reported lately, wherever: a stream may be read in another invocation than asked for it. */
export function wasTold(id: string): boolean {
	return told.has(id);
}
