import type { TokenCount, Usage } from './usage.js';

/** Sums over the model calls of one invocation. */
export class UsageTotal implements TokenCount {
	in = 0;
	out = 0;
	cacheRead: number | undefined;
	cacheWrite: number | undefined;
	reasoning: number | undefined;
	partial = false;
	/** Both directions by model, for the counter; undefined stands for a call that named none. */
	readonly byModel = new Map<string | undefined, { in: number; out: number }>();

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

	/** The model, where all calls were of one. */
	get model(): string | undefined {
		const [[model] = []] = this.byModel;
		return this.byModel.size === 1 ? model : undefined;
	}
}

function sum(before: number | undefined, more: number | undefined): number | undefined {
	return more === undefined ? before : (before ?? 0) + more;
}
