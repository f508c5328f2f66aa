import type { TokenCount, Usage } from './usage.js';

/**
 * The sums over the model calls that one invocation made itself. An optional part (`cacheRead`, `cacheWrite`,
 * `reasoning`) is undefined until a call reports it.
 */
export class UsageTotal implements TokenCount {
	input = 0;
	output = 0;
	cacheRead: number | undefined;
	cacheWrite: number | undefined;
	reasoning: number | undefined;
	/** True once one of the calls was partial. */
	partial = false;
	/** Both directions by model, for the counter; the key undefined is for calls without a model. */
	readonly byModel = new Map<string | undefined, { input: number; output: number }>();

	/** Adds one model call to the sums and to those of its model. */
	add(usage: Usage): void {
		this.input += usage.input;
		this.output += usage.output;
		this.cacheRead = sum(this.cacheRead, usage.cacheRead);
		this.cacheWrite = sum(this.cacheWrite, usage.cacheWrite);
		this.reasoning = sum(this.reasoning, usage.reasoning);
		this.partial ||= usage.partial === true;
		const model = this.byModel.get(usage.model);
		if (model === undefined) {
			this.byModel.set(usage.model, { input: usage.input, output: usage.output });
		} else {
			model.input += usage.input;
			model.output += usage.output;
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
