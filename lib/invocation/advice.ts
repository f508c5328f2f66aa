import type { Context, Link, SpanContext } from '@opentelemetry/api';
import type { Observer } from '../agentese/observers/observer.js';
import type { Streamed } from '../settling/common/stream-timing.js';
import type { TokenAccount } from '../usage/accounting/token-account.js';
import type { TokenCount } from '../usage/accounting/usage.js';
import type { AttributeRecord, DeclaredAttributes } from './attributes.js';
import type { Callable } from './callable.js';
import type { AspectCategory } from './category.js';
import type { GenAiOperation } from './gen-ai-operation.js';
import type { MeteredAttribute } from './metered-attribute.js';

/**
 * How an invocation ended.
 *
 * - `ok`: it returned, resolved, or its stream came to the end.
 * - `error`: it threw or rejected, or its stream failed.
 * - `refused`: the value or the error is a refusal, by the `refused` or `expected` option or an advice's `refuses`.
 * - `cancelled`: it failed with an abort error, or with the reason of an aborted signal among its arguments; its stream
 *   ended after such a signal was aborted; or the consumer of its stream stopped before the end.
 * - `suspended`: it threw to be continued later: LangGraph's `interrupt()`, React's thrown promises.
 * - `unknown`: whether its work succeeded is not known: `startInvocation` began it, and it was disposed of without `end`,
 *   `fail` or `cancel`; or nobody is known to have consumed its result.
 *
 * An error that is passed to `Invocation.fail` turns `ok` and `unknown` into the outcome that the error has if it is
 * thrown.
 */
export type OutcomeKind = 'ok' | 'error' | 'refused' | 'cancelled' | 'suspended' | 'unknown';

/** The end of an invocation, as advices receive it. */
export interface Outcome {
	/** How it ended. */
	readonly kind: OutcomeKind;
	/** True if the method threw or its promise rejected. `error` is then what was thrown, which may be undefined. */
	readonly threw: boolean;
	/**
	 * The same object that the caller of the method receives, or the one that was passed to `Invocation.fail`; undefined
	 * without either.
	 */
	readonly error?: unknown;
	/** True if `Invocation.fail` recorded `error`. Left out otherwise. */
	readonly recorded?: boolean;
	/** The settled value: what a promise resolved to, or what a generator returned. Undefined for other streams. */
	readonly value?: unknown;
	/** The name of the stream's kind, such as `AsyncGenerator`; left out if the result is no stream. */
	readonly stream?: string;
	/**
	 * What was measured of a stream. Left out if the result is no stream, or if no advice has an `item` part or sets
	 * `streams`; `@Traced` and `@Metered` set it.
	 */
	readonly streamed?: Streamed;
	/**
	 * The value of `error.type`; left out unless the outcome is `error`. It is the error's `code` if it matches `^[A-Z][A-Z0-9_]{1,63}$`, else
	 * the name of its class.
	 */
	readonly errorType?: string;
	/** The time from the call to the end of the result, in milliseconds; 0 if every advice sets `timed` to false. */
	readonly duration: number;
	/**
	 * When it ended, on the clock of `performance.now()`, in milliseconds. Set only if that is earlier than now: for a
	 * stream that nobody consumed to the end.
	 */
	readonly endedAt?: number;
}

/**
 * What is known of a method on a class before it is called. It is computed once per method and class of the receiver.
 */
export interface JoinPointFacts {
	/**
	 * The path with the names of its parameters, such as `world.town.:citizen.manifest`; `_OTHER` if no resolver answers
	 * the path; undefined if the method has none.
	 */
	readonly template: string | undefined;
	/** The first segment: `world`, `self`, `concept`, `void` or `time`; undefined without a path. */
	readonly context: string | undefined;
	/** The segments between context and aspect; empty if there are none, undefined without a path. */
	readonly holon: string | undefined;
	/** The last segment of the path; undefined without a path. */
	readonly aspect: string | undefined;
	/** The value of OpenTelemetry's `code.function.name`, such as `Soul.challenge`; empty if no method is called. */
	readonly functionName: string;
	/** The category that `@Aspect` declares; left out if it declares none. */
	readonly category?: AspectCategory | undefined;
}

/**
 * One call of one aspect by one observer: what `currentInvocation()` returns and what advices receive.
 *
 * Its methods never throw and never change a result. They write to the span of this invocation and have no effect where
 * nothing records: without an SDK, on a call that is not sampled or has {@linkcode Metered | @Metered} alone, and after
 * the end. Wrong arguments are logged once and ignored.
 *
 * @example
 * ```ts
 * import { currentInvocation, traceInvocation } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * traceInvocation('self.soul.upgrade', () => {
 * 	const invocation = currentInvocation()?.set({ 'app.plan': 'pro' }).rename('upgrade');
 * 	return `${invocation?.holon}.${invocation?.aspect}`;
 * }); // => 'soul.upgrade'
 * ```
 */
export interface Invocation {
	/** The path as it was invoked, entity ids included and aliases expanded; undefined if the method has none. */
	readonly path: string | undefined;
	/**
	 * The path with the names of its parameters, such as `world.town.:citizen.manifest`, as metrics carry it; `_OTHER` if
	 * no resolver answers the path; undefined if the method has none.
	 */
	readonly template: string | undefined;
	/** The first segment of the template, such as `world`; undefined without a path. OpenTelemetry's is `otelContext`. */
	readonly context: string | undefined;
	/** The segments between context and aspect; empty if there are none, undefined without a path. */
	readonly holon: string | undefined;
	/** The last segment of the template; undefined without a path. */
	readonly aspect: string | undefined;
	/** The value of OpenTelemetry's `code.function.name`, such as `Soul.challenge`; empty if no method is called. */
	readonly functionName: string;
	/** The category that `@Aspect` declares; undefined if it declares none. */
	readonly category: AspectCategory | undefined;
	/** The path as the caller wrote it, if it began with an alias; else undefined. */
	readonly alias: string | undefined;
	/** The values of the template's parameters, by name; empty if there are none. */
	readonly params: Readonly<Record<string, string>>;
	/** The observer: the given one, else that of `withObserver` or the enclosing invocation, else the guest. */
	readonly observer: Observer;
	/** The object that the method is called on. */
	readonly self: unknown;
	/** The arguments of the method; empty once the invocation has ended. */
	readonly args: readonly unknown[];
	/** The enclosing invocation; undefined if there is none. After the end, the nearest one that has not ended. */
	readonly parent: Invocation | undefined;
	/** The outermost invocation around this one; this one if there is none around it. */
	readonly root: Invocation;
	/** The tokens of the model calls made in it so far, without those of its children; undefined if there are none. */
	readonly tokens: TokenCount | undefined;
	/** The tokens of the model calls made in it and in all invocations below it so far; undefined if there are none. */
	readonly totalTokens: Pick<TokenCount, 'input' | 'output'> | undefined;
	/**
	 * The id of the trace that the code inside belongs to, 32 hexadecimal digits, also if it is not sampled; undefined if
	 * no span is active inside. For log lines.
	 */
	readonly traceId: string | undefined;
	/**
	 * The id of the span that is active inside, 16 hexadecimal digits: its own, or the enclosing one if it has none;
	 * undefined without either. For log lines.
	 */
	readonly spanId: string | undefined;
	/**
	 * The attributes that identify the method on the toolkit's metrics, for an instrument of the application:
	 * `agentese.path` (the template) and `agentese.context`, or `code.function.name` without a path. Their values are
	 * bounded: an id is none of them. Frozen.
	 */
	readonly metricAttributes: Readonly<Record<string, string>>;
	/**
	 * The OpenTelemetry context that the method runs in. An advice may replace it in its `enter` part, for example to add
	 * a span.
	 */
	otelContext: Context;
	/**
	 * Writes attributes on the span of this invocation. A value that OpenTelemetry would drop (Date, Error, Map, …) is
	 * written as text; null and undefined are left out; secrets are removed. Keys that begin with `agentese.` belong to the
	 * toolkit and are refused. Up to 64 keys of up to 256 characters are written for one invocation, texts of up to 4096
	 * characters and arrays of up to 128 values; what is beyond that is cut or dropped, which is logged once.
	 */
	set(attributes: AttributeRecord & Partial<DeclaredAttributes>): this;
	/**
	 * Writes attributes as `set` does, and on every span that starts inside this invocation from now on: those of
	 * invocations, and those of all libraries if `invocationSpanProcessor` runs, as it does under `startTelemetry`. An
	 * attribute that an inner invocation propagates, or that a span sets itself, wins. Nothing leaves the process.
	 */
	propagate(attributes: AttributeRecord & Partial<DeclaredAttributes>): this;
	/**
	 * Replaces the name of the span, not the path and not a label of metrics. Keep the number of names low: no ids. Names
	 * are cut at 256 characters.
	 */
	rename(name: string): this;
	/** Adds a link to the span that caused this one. Undefined adds none. */
	link(to: Link | SpanContext | undefined): this;
	/**
	 * Records an error that was caught, and does not end the invocation: an `exception` event now, and at the end the
	 * outcome, the status and `error.type` that the error gives if it is thrown. An error that `expected` accepts makes the
	 * outcome `refused`. What the invocation throws itself wins; of several errors the last one.
	 */
	fail(error: unknown): this;
	/**
	 * Adds to a counter of the application, with the `metricAttributes` of this invocation: `count('app.retries')`. It is
	 * counted in every invocation, also in one that is not sampled or has ended, while a meter provider is registered. The
	 * counter's scope is `agentese-otel/application`. Up to 100 names are counted; a further one is ignored, which is
	 * logged once, as a wrong argument is.
	 *
	 * @param name - a constant name without an id, not beginning with `agentese.`; a letter, then up to 254 letters, digits
	 *   and `_ . - /`
	 * @param by - how many are added, in the unit of the counter; at least 0. @default 1
	 */
	count(name: string, by?: number): this;
}

/** An invocation with the members that only the toolkit uses: for token usage and for dispatchers. */
export interface LiveInvocation extends Invocation {
	/** What is known of the method itself. */
	readonly point: JoinPointFacts;
	readonly parent: LiveInvocation | undefined;
	readonly root: LiveInvocation;
	/** What its methods have added to it; undefined until one of them is called. */
	readonly additions: Additions | undefined;
	/** True once all advices have entered. A toolkit span that starts in its context before that is its own span. */
	readonly entered: boolean;
	/** True once its result has settled. */
	readonly ended: boolean;
	/** The token usage of it and of those below it; undefined until the first model call. */
	account: TokenAccount | undefined;
	/**
	 * Returns true for the one call that a dispatcher makes for this invocation: that call must not start a second one.
	 * Each further call returns false.
	 */
	claims(member: object, self: unknown): boolean;
}

/** What a method of an `Invocation` adds to its span. The values are checked, and not redacted. */
export type Annotation =
	| { readonly attributes: AttributeRecord }
	| { readonly name: string }
	| { readonly link: Link | SpanContext }
	| { readonly error: unknown; readonly errorType: string };

/** What the methods of an invocation have added to it. */
export interface Additions {
	/** The keys that `set` and `propagate` have written on its span; at most 64. */
	readonly keys: Set<string>;
	/** What was added before the advices entered, and is written once they have. */
	pending: Annotation[] | undefined;
	/** The attributes that `propagate` writes on spans inside; not redacted. */
	propagated: AttributeRecord | undefined;
	/** The last error that was passed to `fail`. It is wrapped because an error may be undefined. */
	caught: { readonly error: unknown } | undefined;
}

/**
 * What one decorator adds to a call. All parts are optional. An advice cannot change a result: the return values of its
 * parts are ignored, except that `item` and `leave` receive what `enter` returned. If a part throws, the error is
 * counted, logged once, and does not reach the application.
 */
export interface Advice<S = unknown> {
	/**
	 * Runs before the method.
	 *
	 * @returns a state of its own, which `item` and `leave` receive
	 * @default nothing runs, and the state is undefined
	 */
	enter?(invocation: Invocation): S;
	/**
	 * Runs for each item of a stream that reaches the consumer. If no advice of the method has this part and none sets
	 * `streams`, items are not observed at all. @default nothing runs
	 */
	item?(invocation: Invocation, value: unknown, state: S): void;
	/**
	 * True if streams are to be measured, for `outcome.streamed`. An advice with an `item` part has it anyway. @default
	 * false
	 */
	readonly streams?: boolean;
	/**
	 * Runs when the result is complete: after the last item of a stream, when a promise has settled, or when the method
	 * has returned or thrown. @default nothing runs
	 */
	leave?(invocation: Invocation, outcome: Outcome, state: S): void;
	/**
	 * Returns true if the value or the error is a refusal, which is a result of the domain and no failure. @default never
	 */
	refuses?(outcome: Pick<Outcome, 'threw' | 'value' | 'error' | 'stream'>): boolean;
	/**
	 * Returns true if it has nothing to do. If all advices of a method are idle, the method is called as if it were not
	 * woven. It is called when something is configured or declared, not at each call. @default never
	 */
	idle?(): boolean;
	/**
	 * Returns true if it has nothing to do with a call that is made in this context. If that is so for all advices of the
	 * method that are not idle, the call starts no invocation, and its result runs in that context. @default never
	 */
	idleIn?(context: Context): boolean;
	/**
	 * False if it never reads `outcome.duration`. If no advice of a method reads it, the clock is not read. @default true
	 */
	readonly timed?: boolean;
}

/** An advice that writes to a span: that of `@Traced`. */
export interface AnnotatedAdvice<S = unknown> extends Advice<S> {
	/**
	 * Writes what a method of the invocation adds to the span, if that records.
	 *
	 * @param state - what `enter` returned; undefined once the invocation has ended
	 */
	annotateSpan?(annotation: Annotation, state: S): void;
}

/** The options of a decorator that concern the invocation itself and not one advice. All are optional. */
export interface InvocationOptions {
	/** The full path or its template. @default the class's handle and the method's name */
	readonly path?: string | undefined;
	/** The aspect; false if the method is not published. @default the method's name */
	readonly aspect?: string | false | undefined;
	/**
	 * Returns the umwelt: undefined means the enclosing invocation's observer, null the guest.
	 * @default the first parameter, or the one with `@Umwelt()`
	 */
	readonly observer?: ((args: readonly unknown[], self: unknown) => unknown) | undefined;
	/** Returns the token usage in the settled value or, for a stream, in its last item. @default the token readers */
	readonly tokens?: ((value: unknown) => unknown) | undefined;
	/** The member to follow of a result with several streams or promises, such as `textStream`. @default none */
	readonly watch?: string | undefined;
	/** The value of `gen_ai.operation.name` in OpenTelemetry's GenAI conventions. @default by the aspect's category */
	readonly operation?: GenAiOperation | undefined;
	/** The application's attributes on metrics and span, by their keys. @default none */
	readonly meteredAttributes?: Readonly<Record<string, MeteredAttribute<Callable, unknown>>> | undefined;
}

/** What a decorator is created from: `@Traced`, `@Metered` and each decorator of `createDecorator`. */
export interface AdviceSpec<O extends object = object> {
	/** The decorator's name in messages. Several of one name on one method are one advice, with their options merged. */
	readonly name: string;
	/** The legal option keys. An unknown key is refused with the nearest of them. */
	readonly keys: readonly string[];
	/** The option that a string sets which is given in place of the options, as `@Traced('pay')` sets `name`. @default none */
	readonly textOption?: string;
	/** Checked options that apply if no decorator of the name on the method or its class sets them. @default none */
	readonly defaults?: O;
	/** Former names of options with their present ones, for the message about an unknown key. @default none */
	readonly renamed?: Readonly<Record<string, string>>;
	/**
	 * Checks the values of the options.
	 *
	 * @returns the rule that is broken, as a sentence; undefined if all values are legal
	 */
	check?(options: O): string | undefined;
	/** Returns true if its advices have nothing to do on any method. @default never */
	idle?(): boolean;
	/** Returns the options that concern the invocation itself. @default none */
	invocationOptions?(options: O): InvocationOptions;
	/**
	 * Returns a decorator that this one brings along, with its options, as `@Traced` brings `@Metered`. A method that has
	 * it already gets the brought options under its own. @default none
	 */
	brings?(options: O, point: JoinPointFacts): readonly [AdviceSpec, object] | undefined;
	/**
	 * Returns the function that decides, once for each call, whether the advice of this decorator and of the one that it
	 * brings apply to the call. @default they apply to every call
	 */
	condition?(options: O): ((args: readonly unknown[], self: unknown) => unknown) | undefined;
	/**
	 * Returns the advice for one method of one class. It is called once for each and after each change of configuration.
	 */
	advice(options: O, point: JoinPointFacts): Advice;
}
