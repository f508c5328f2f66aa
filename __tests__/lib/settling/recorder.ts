import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { Settlement } from '../../../lib/settling/common/settlement.js';
import { settle } from '../../../lib/settling/settle.js';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const PLACE = createContextKey('place');

/** Names the context of the running code: that of an invocation, of a consumer, or 'nowhere'. */
export function where(): unknown {
	return context.active().getValue(PLACE) ?? 'nowhere';
}

export function placeContext(name: string): Context {
	return ROOT_CONTEXT.setValue(PLACE, name);
}

/** Runs code in a context of that name. */
export function at<R>(name: string, fn: () => R): R {
	return context.with(placeContext(name), fn);
}

/** A settlement that writes down what it is told, and what it is told after its end. */
export class Recorder implements Settlement {
	readonly events: unknown[][] = [];
	ended = false;
	readonly wantsItems: boolean;
	readonly watch: string | undefined;
	readonly #inside: Context;

	constructor(options: { items?: boolean; watch?: string; name?: string } = {}) {
		this.wantsItems = options.items ?? false;
		this.watch = options.watch;
		this.#inside = placeContext(options.name ?? 'inside');
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return context.with(this.#inside, fn as never, self as never, ...(args as unknown as never[])) as R;
	}

	item(value: unknown): void {
		if (!this.ended) this.events.push(['item', value]);
	}

	done(value: unknown, kind?: string): void {
		this.#end(kind === undefined ? ['done', value] : ['done', value, kind]);
	}

	failed(error: unknown): void {
		this.#end(['failed', error]);
	}

	cancelled(kind?: string): void {
		this.#end(['cancelled', kind]);
	}

	abandoned(): void {
		this.#end(['abandoned']);
	}

	#end(event: unknown[]): void {
		if (this.ended) return;
		this.ended = true;
		this.events.push(event);
	}
}

/** Settles a value for a new recorder. */
export function woven<T>(
	value: T,
	options?: { items?: boolean; watch?: string; name?: string },
): { readonly result: T; readonly events: unknown[][]; readonly recorder: Recorder } {
	const recorder = new Recorder(options);
	const result = settle(value, recorder) as T;
	return { result, events: recorder.events, recorder };
}

/** What a function throws, or that it throws nothing. */
export function thrownBy(fn: () => unknown): unknown {
	try {
		fn();
	} catch (error) {
		return error;
	}
	return 'nothing thrown';
}

/** Waits until every promise, tick and immediate under way was run. */
export async function quiet(rounds = 5): Promise<void> {
	for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
}
