import type { TokenCount, Usage } from './usage.js';

/**
 * The sums over the model calls that one invocation made itself. An optional part (`cacheRead`, `cacheWrite`,
 * `reasoning`) is undefined until a call reports it.
 */
export class UsageTotal implements TokenCount {
	in = 0;
	out = 0;
	cacheRead: number | undefined;
	cacheWrite: number | undefined;
	reasoning: number | undefined;
	/** True once one of the calls was partial. */
	partial = false;
	/** Both directions by model, for the counter; the key undefined is for calls without a model. */
	readonly byModel = new Map<string | undefined, { in: number; out: number }>();

	/** Adds one model call to the sums and to those of its model. */
	add(usage: Usage): void {
		this.in += usage.in;
		this.out += usage.out;
		this.cacheRead = sum(this.cacheRead, usage.cacheRead);
		this.cacheWrite = sum(this.cacheWrite, usage.cacheWrite);
		this.reasoning = sum(this.reasoning, usage.reasoning);
		this.partial ||= usage.partial === true;
		const model = this.byModel.get(usage.model);
		if (model === undefined) {
			this.byModel.set(usage.model, { in: usage.in, out: usage.out });
		} else {
			model.in += usage.in;
			model.out += usage.out;
		}
	}

	/** The model, if all calls were of the same one. */
	get model(): string | undefined {
		const [[model] = []] = this.byModel;
		return this.byModel.size === 1 ? model : undefined;
	}
}

function sum(total: number | undefined, added: number | undefined): number | undefined {
	return added === undefined ? total : (total ?? 0) + added;
}
