import { expect } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { currentInvocation } from '../../index.js';
import { dropSdk, startSdk, stopSdk } from './harness.js';

/** How an invocation is expected to end. */
export type End =
	| { readonly outcome: 'ok'; readonly result: string }
	| { readonly outcome: 'cancelled'; readonly threw?: boolean }
	| {
			readonly outcome: 'error';
			readonly type: string;
			readonly message: string;
			readonly exception?: string;
			readonly stack?: boolean;
	  };

/** The marks that were made inside of the invocation, and by its consumer. */
export interface Marks {
	readonly inside?: readonly string[];
	readonly outside?: readonly string[];
}

/** A decorator or function form that weaves, and what it leaves of one invocation. */
export interface Form {
	readonly name: string;
	/** True for a dispatcher, whose call is a promise whatever the method gives. */
	readonly dispatches: boolean;
	/** True where the options of `@Traced` can be given. */
	readonly optional: boolean;
	weave(body: () => unknown, options?: { readonly watch?: string }): () => unknown;
	/** Asserts that the one invocation since the last look ended so: whole timeline, whole metrics. */
	ended(end: End, marks: Marks): Promise<void>;
	/** Asserts that the one invocation is under way. */
	underWay(): Promise<void>;
}

/** What a fact is proved with. */
export interface Trial {
	weave(body: () => unknown, options?: { readonly watch?: string }): () => unknown;
	ended(end: End, marks?: Marks): Promise<void>;
	underWay(): Promise<void>;
}

/** One fact that holds for every form. */
export interface Fact {
	readonly name: string;
	/** True where it is about the very thing that the call answers, which a dispatcher's promise hides. */
	readonly direct: boolean;
	/** True where it needs the options of `@Traced`. */
	readonly optional: boolean;
	readonly prove: (trial: Trial) => Promise<void> | void;
}

type Prove = Fact['prove'];

/** A fact about every form. */
export function fact(name: string, prove: Prove): Fact {
	return { name, direct: false, optional: false, prove };
}

/** A fact about the very thing that a call answers. */
export function direct(name: string, prove: Prove): Fact {
	return { name, direct: true, optional: false, prove };
}

/** A fact about an option of `@Traced`. */
export function optional(name: string, prove: Prove): Fact {
	return { name, direct: true, optional: true, prove };
}

/** True where a fact can be asked of a form. */
export function applies({ direct: isDirect, optional: isOptional }: Fact, form: Form): boolean {
	return (!isDirect || !form.dispatches) && (!isOptional || form.optional);
}

/** Proves a fact of a form, with an SDK of its own. A fact that never says how the invocation ended proves nothing. */
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

/** Whether the running code is inside of an invocation; the naive control knows the active span only. */
export function where(): 'inside' | 'outside' {
	return (currentInvocation() ?? trace.getActiveSpan()) === undefined ? 'outside' : 'inside';
}
