import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { Settlement } from '../../../lib/settling/common/settlement.js';
import { settle } from '../../../lib/settling/settle.js';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const CONTEXT_NAME = createContextKey('context name');

/** Returns the name of the active context: that of an invocation, that of a consumer, or 'nowhere'. */
export function contextName(): unknown {
	return context.active().getValue(CONTEXT_NAME) ?? 'nowhere';
}

/** Returns a context of that name. */
export function namedContext(name: string): Context {
	return ROOT_CONTEXT.setValue(CONTEXT_NAME, name);
}

/** Runs code in a context of that name. */
export function inContext<R>(name: string, fn: () => R): R {
	return context.with(namedContext(name), fn);
}

/** A settlement that records its calls until its end. */
export class Recorder implements Settlement {
	readonly events: unknown[][] = [];
	ended = false;
	readonly wantsItems: boolean;
	readonly watch: string | undefined;
	readonly #context: Context;

	constructor(options: { items?: boolean; watch?: string; name?: string } = {}) {
		this.wantsItems = options.items ?? false;
		this.watch = options.watch;
		this.#context = namedContext(options.name ?? 'inside');
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return context.with(this.#context, fn as never, self as never, ...(args as unknown as never[])) as R;
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

/** Settles a value with a new recorder. */
export function woven<T>(
	value: T,
	options?: { items?: boolean; watch?: string; name?: string },
): { readonly result: T; readonly events: unknown[][]; readonly recorder: Recorder } {
	const recorder = new Recorder(options);
	const result = settle(value, recorder) as T;
	return { result, events: recorder.events, recorder };
}

/** Returns what a function throws; 'nothing thrown' if it returns. */
export function thrownBy(fn: () => unknown): unknown {
	try {
		fn();
	} catch (error) {
		return error;
	}
	return 'nothing thrown';
}

/** Waits for some turns of the event loop, in which all pending promises, ticks and immediates run. */
export async function waitForTurns(rounds = 5): Promise<void> {
	for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
}
