import type { Context } from '@opentelemetry/api';
import type { Observer } from '../agentese/observers/observer.js';
import type { Streamed } from '../settling/common/stream-timing.js';
import type { TokenAccount } from '../usage/accounting/token-account.js';
import type { TokenCount } from '../usage/accounting/usage.js';
import type { Category } from './category.js';

/** How an invocation ended. */
export type OutcomeKind = 'ok' | 'error' | 'refused' | 'cancelled';

/** The end of an invocation, as advices see it. */
export interface Outcome {
	readonly kind: OutcomeKind;
	/** True where it threw or rejected; `error` is then the very thing thrown, which may be undefined. */
	readonly threw: boolean;
	readonly error?: unknown;
	/** The settled value: what a promise gave, what a generator returned. */
	readonly value?: unknown;
	/** For a stream, the name of its kind, such as `AsyncGenerator`. */
	readonly stream?: string;
	/** What was measured of a stream, where an advice has `item` or wants `streams`, or the method is traced or metered. */
	readonly streamed?: Streamed;
	/** `error.type`: where it failed. A code that matches `^[A-Z][A-Z0-9_]{1,63}$`, else the class name. */
	readonly errorType?: string;
	/** From the call to the real end, in milliseconds. */
	readonly duration: number;
	/** Set where the end is earlier than now (a stream that nobody consumed), on the clock of `performance.now()`. */
	readonly endedAt?: number;
}

/** What is known of a method on a class: computed once per method and class of the receiver. */
export interface JoinPointFacts {
	/** The path with its parameters' names, `world.town.:citizen.manifest`; undefined where the class has no handle. */
	readonly template: string | undefined;
	/** One of `world`, `self`, `concept`, `void`, `time`; undefined without a handle. */
	readonly context: string | undefined;
	/** The segments between context and aspect; empty where there are none. */
	readonly holon: string | undefined;
	/** The last segment: the verb. */
	readonly aspect: string | undefined;
	/** `Soul.challenge`: OpenTelemetry's `code.function.name`. */
	readonly functionName: string;
	/** What kind of aspect `@Aspect` says it is; undefined where it says nothing. */
	readonly category?: Category | undefined;
}

/** One call of one aspect by one observer: what `currentInvocation()` answers and what advices get. */
export interface InvocationView {
	/** What is known of the method itself. */
	readonly point: JoinPointFacts;
	/** The path as it was invoked, entity ids and all; undefined without a handle. */
	readonly path: string | undefined;
	/** The path as it was written, where an alias was used. */
	readonly alias: string | undefined;
	/** The values of the template's parameters; empty where there are none. */
	readonly params: Readonly<Record<string, string>>;
	/** Who asks: the given observer, else the enclosing invocation's, else the guest. */
	readonly observer: Observer;
	/** What the method is called on. */
	readonly self: unknown;
	/** What the method is called with; empty once the invocation ended. */
	readonly args: readonly unknown[];
	/** The enclosing invocation. */
	readonly parent: InvocationView | undefined;
	/** Tokens that it spent itself so far, children not counted; undefined where none were. */
	readonly tokens: TokenCount | undefined;
	/** Tokens that it and all invocations below it spent so far; undefined where none were. */
	readonly totalTokens: { readonly in: number; readonly out: number } | undefined;
	/** The context that the method runs in. An advice may replace it while it enters, to put a span in for example. */
	context: Context;
}

/** An invocation as the toolkit's own parts see it: tokens are credited to it, and a dispatcher's call claims it. */
export interface LiveInvocation extends InvocationView {
	readonly parent: LiveInvocation | undefined;
	/** True once its advices entered: a span that starts in its context before that is its own. */
	readonly entered: boolean;
	readonly ended: boolean;
	/** What it spent, and those below it; undefined while nothing was. */
	account: TokenAccount | undefined;
	/** True, once, for the call that a dispatcher makes for this invocation. */
	claims(member: object, self: unknown): boolean;
}

/**
 * What one decorator adds to a call. All parts are optional. An advice cannot change a result: what its parts answer
 * (but for `enter`'s, which is handed on as `state`) is ignored, and what they throw is swallowed, counted and said once.
 */
export interface Advice<S = unknown> {
	/** Before the method runs. What it answers is given to `item` and `leave` as `state`. */
	enter?(invocation: InvocationView): S;
	/** An item of a stream went to its consumer. Where no advice has this part, items are not looked for. */
	item?(invocation: InvocationView, value: unknown, state: S): void;
	/** True where it wants streams measured, for `outcome.streamed`; one that has `item` need not say so. @default false */
	readonly streams?: boolean;
	/** After the real end: the last item of a stream, the settling of a promise, the return of anything else. */
	leave?(invocation: InvocationView, outcome: Outcome, state: S): void;
	/** Whether a value or an error is a refusal: an answer of the domain, and no failure. */
	refuses?(outcome: { readonly threw: boolean; readonly value?: unknown; readonly error?: unknown }): boolean;
	/** True while it has nothing to do. A method all of whose advices are idle is called as if it were not woven. */
	idle?(): boolean;
	/**
	 * True where it has nothing to do with a call that is made in this context. A call with which all advices of a method
	 * that are not idle have nothing to do is no invocation, and what it gives is followed in that context.
	 */
	idleIn?(context: Context): boolean;
	/** False where it never looks at `outcome.duration`: where no advice does, nobody looks at the clock. @default true */
	readonly timed?: boolean;
}

/** What the options of a decorator say of the invocation itself, rather than of what one advice does with it. */
export interface InvocationFacts {
	/** The whole path, in place of handle and method name. */
	readonly path?: string | undefined;
	/** The aspect, in place of the method's name; false: the method is not published. */
	readonly aspect?: string | false | undefined;
	/** Who asks: undefined means the enclosing invocation's observer, null the guest. */
	readonly observer?: ((args: readonly unknown[], self: unknown) => unknown) | undefined;
	/** Model tokens in the settled value or, for a stream, in its last item. */
	readonly tokens?: ((value: unknown) => unknown) | undefined;
	/** The member of a many-sided result to follow. */
	readonly watch?: string | undefined;
	/** What OpenTelemetry's GenAI conventions call it. */
	readonly operation?: 'invoke_agent' | 'execute_tool' | undefined;
}

/** What makes a decorator: `@Traced` and `@Metered` are made of this, and so is a user's own. */
export interface AdviceSpec<O extends object = object> {
	/** The decorator's name, for messages; two specs of one name on one method are one advice, their options merged. */
	readonly name: string;
	/** The legal option keys, for refusing others with the nearest one. */
	readonly keys: readonly string[];
	/** True where the decorator on a method publishes it as an aspect. @default false */
	readonly publishes?: boolean;
	/** Refuses wrong values: answers a sentence (the rule, what it got, the way out), or undefined where all is well. */
	check?(options: O): string | undefined;
	/** True while none of its advices has anything to do, whatever the method. @default false */
	asleep?(): boolean;
	/** What the options say of the invocation itself. */
	facts?(options: O): InvocationFacts;
	/** The advice for one method of one class; asked once for each, not at each call. */
	advice(options: O, point: JoinPointFacts): Advice;
}
