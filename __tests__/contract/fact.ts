import { expect } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { currentInvocation } from '../../index.js';
import { dropSdk, startSdk, stopSdk } from './harness.js';

/** How an invocation is expected to end. */
export type End =
	| { readonly outcome: 'ok'; readonly result: string }
	| { readonly outcome: 'cancelled'; readonly threw?: boolean }
	/** Nobody is known to have consumed the result. */
	| { readonly outcome: 'unknown' }
	| {
			readonly outcome: 'error';
			readonly type: string;
			readonly message: string;
			readonly exception?: string;
			readonly stack?: boolean;
	  };

/** The names of spans that were made inside the invocation, and by its consumer. */
export interface Marks {
	readonly inside?: readonly string[];
	readonly outside?: readonly string[];
}

/** One way to weave a function, and the telemetry that it leaves of one invocation. */
export interface Form {
	readonly name: string;
	/** True for a dispatcher, whose call returns a promise whatever the method returns. */
	readonly dispatches: boolean;
	/** True if it accepts the options of `@Traced`. */
	readonly acceptsOptions: boolean;
	weave(body: () => unknown, options?: { readonly follow?: string }): () => unknown;
	/** Asserts that the one invocation since the last call ended like this: its whole timeline and all its metrics. */
	ended(end: End, marks: Marks): Promise<void>;
	/** Asserts that the one invocation is in progress. */
	underWay(): Promise<void>;
}

/** What a fact receives to prove itself with. */
export interface Trial {
	weave(body: () => unknown, options?: { readonly follow?: string }): () => unknown;
	ended(end: End, marks?: Marks): Promise<void>;
	underWay(): Promise<void>;
}

/** One fact that holds for every form. */
export interface Fact {
	readonly name: string;
	/** True if it is about the very object that the call returns, which a dispatcher's promise hides. */
	readonly aboutResult: boolean;
	/** True if it needs the options of `@Traced`. */
	readonly needsOptions: boolean;
	readonly prove: (trial: Trial) => Promise<void> | void;
}

type Prove = Fact['prove'];

/** A fact about every form. */
export function fact(name: string, prove: Prove): Fact {
	return { name, aboutResult: false, needsOptions: false, prove };
}

/** A fact about the very object that a call returns. */
export function factOfResult(name: string, prove: Prove): Fact {
	return { name, aboutResult: true, needsOptions: false, prove };
}

/** A fact about an option of `@Traced`. */
export function factOfOption(name: string, prove: Prove): Fact {
	return { name, aboutResult: true, needsOptions: true, prove };
}

/** True if a fact applies to a form. */
export function applies({ aboutResult: isDirect, needsOptions: isOptional }: Fact, form: Form): boolean {
	return (!isDirect || !form.dispatches) && (!isOptional || form.acceptsOptions);
}

/** Proves a fact for a form, with an SDK of its own. A fact that never calls `ended` fails. */
export async function prove(one: Fact, form: Form): Promise<void> {
	startSdk();
	let ends = 0;
	try {
		await one.prove({
			weave: (body, options) => form.weave(body, options),
			underWay: () => form.underWay(),
			ended: async (end, marks = {}) => {
				ends++;
				await form.ended(end, marks);
			},
		});
		expect(ends).toBeGreaterThan(0);
	} catch (error) {
		dropSdk();
		throw error;
	}
	stopSdk();
}

/** Whether the running code is inside an invocation; for the naive wrapper, inside an active span. */
export function where(): 'inside' | 'outside' {
	return (currentInvocation() ?? trace.getActiveSpan()) === undefined ? 'outside' : 'inside';
}
