import type { Context, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import type { AttributeRecord } from '../../invocation/attributes.js';
import type { Callable } from '../../invocation/callable.js';
import type { GenAiOperation } from '../../invocation/gen-ai-operation.js';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import type { Capture, CaptureSides, ErrorContent } from '../capture/settings.js';
import type { MeteredOptions } from '../metering/options.js';
import type { Followed, Settled, TokenSource } from './settled.js';

/** A class of errors. */
export type ErrorClass = abstract new (...args: never[]) => unknown;

/**
 * The options of {@linkcode Traced | @Traced}. The parameters of the callbacks have the types of the decorated method.
 * A callback that throws never fails the method: the error is logged once, and the callback counts as not given.
 *
 * Each callback is the type of a method, so that its parameters are compared in both directions: the options of a whole
 * class, whose methods return different values, may name one type.
 *
 * @example
 * ```ts
 * import { traced, type TracedOptions } from 'agentese-otel';
 *
 * const options: TracedOptions<(question: string) => Promise<{ ruling: string }>> = {
 * 	path: 'self.soul.ask',
 * 	attributes: ([question]) => ({ 'app.length': question.length }),
 * 	result: ({ ruling }) => ruling,
 * 	expected: [RangeError],
 * };
 * const ask = traced(async (question: string) => ({ ruling: question === '' ? 'REJECT' : 'ACCEPT' }), options);
 * await ask('why'); // => { ruling: 'ACCEPT' }
 * ```
 */
export interface TracedOptions<F extends Callable = Callable, Self = unknown, Member extends string = string> {
	/**
	 * The whole path of this method, if it is not the class's handle and the method's name; may be a template with
	 * parameters, such as `world.town.:citizen.greet`.
	 * @default the class's handle and the method's name
	 */
	path?: string | undefined;
	/**
	 * The aspect of this method: the last segment of its path, if `@Aspect` sets none. It does not publish the method.
	 * False: no path reaches the method, even if it has `@Aspect` or its class publishes all annotated methods.
	 * @default the method's name
	 */
	aspect?: string | false | undefined;
	/**
	 * The name of the span, or a function that returns it when the span starts. Metrics keep the path and the method's
	 * name. If the function throws, or returns anything but a non-empty string, the default is used; what it throws is
	 * logged once. What it returns is cut at 256 characters.
	 * @default by configuration `agentese.invoke` or the path; without a path the function's name
	 */
	name?: string | { call(args: Parameters<F>, self: Self): string | undefined }['call'] | undefined;
	/** The kind of the span. @default SpanKind.INTERNAL */
	kind?: SpanKind | undefined;
	/**
	 * Returns the observer: an umwelt in any of AGENTESE's shapes. Undefined means the enclosing invocation's observer,
	 * null the guest. Writes `agentese.observer` and `agentese.archetype`.
	 * @default the first parameter
	 */
	observer?: { call(args: Parameters<F>, self: Self): unknown }['call'] | undefined;
	/** Returns attributes that samplers can read. Called for every call that may be sampled. @default none */
	samplingAttributes?: { call(args: Parameters<F>, self: Self): AttributeRecord | undefined }['call'] | undefined;
	/** Returns attributes of the span. Called only if the span records. @default none */
	attributes?: { call(args: Parameters<F>, self: Self): AttributeRecord | undefined }['call'] | undefined;
	/** Returns a text for `agentese.result`, or attributes, from the settled value. @default the value's type name */
	result?:
		| {
				call(
					value: Settled<Followed<ReturnType<F>, Member>>,
					args: Parameters<F>,
				): string | number | boolean | AttributeRecord | undefined;
		  }['call']
		| undefined;
	/**
	 * The classes of errors that are refusals, or a function that returns true for an error that is one: outcome `refused`,
	 * status unset, no exception event. @default no error
	 */
	expected?: readonly ErrorClass[] | { call(error: unknown): boolean }['call'] | undefined;
	/** Returns true if this value is a refusal: outcome `refused`, status unset. @default never */
	refused?: { call(value: Settled<Followed<ReturnType<F>, Member>>): boolean }['call'] | undefined;
	/** True starts a new trace, with a link to the span that was active. @default false */
	root?: boolean | undefined;
	/** Returns the parent of the span. @default the active span */
	parent?: { call(args: Parameters<F>): Context | SpanContext | Span | undefined }['call'] | undefined;
	/** Returns the span or the spans that caused this call, as links of its span; see `linkFrom`. @default none */
	links?:
		| { call(args: Parameters<F>): Link | SpanContext | readonly (Link | SpanContext)[] | undefined }['call']
		| undefined;
	/** `'current'` writes the attributes on the active span and starts none. @default 'new' */
	span?: 'new' | 'current' | undefined;
	/**
	 * Returns the token usage in the result or, for a stream, in its last chunk: a `TokenUsage`, or the usage as a
	 * model's client reports it. Called instead of the toolkit's readers, and only if no model call was reported.
	 * @default the toolkit's readers
	 */
	tokens?:
		| { call(value: TokenSource<Followed<ReturnType<F>, Member>>): TokenUsage | object | undefined }['call']
		| undefined;
	/**
	 * The name of the member of the result that determines the end of the invocation, such as `textStream`. No other
	 * member is read.
	 * @default none
	 */
	follow?: Member | undefined;
	/**
	 * The value of `gen_ai.operation.name`, if the configuration lists the GenAI conventions: one of theirs, or any other
	 * string.
	 * @default by the aspect's category
	 */
	operation?: GenAiOperation | undefined;
	/**
	 * What is written of arguments and result as `agentese.arguments` and `agentese.return_value`: nothing, their types and
	 * sizes, or all within the configured limits; or each side by itself, and a function that selects of the arguments. The
	 * umwelt and the items of streams are never written.
	 * @default by configuration, `off`
	 */
	capture?: Capture | CaptureSides<Parameters<F>> | undefined;
	/**
	 * Whether the invocations are counted and timed as well, as by `@Metered`; or the options of `@Metered`. With `@Metered`
	 * on the method too they are counted once, and its options win.
	 * @default by configuration, true, for a method with a path; else false
	 */
	metered?: boolean | MeteredOptions<F, Self> | undefined;
	/**
	 * Returns whether a call is traced. If false, this decorator creates no span and counts nothing; `@Metered` beside it
	 * counts nevertheless. Called once for each call, at its begin. If it throws, the call is traced. @default always
	 */
	when?: { call(args: Parameters<F>, self: Self): boolean }['call'] | undefined;
	/** `'type'` writes neither message nor stack of an error. @default by configuration, `full` */
	errors?: ErrorContent | undefined;
}

/** The legal keys of `TracedOptions`, in the order of the documentation. */
export const TRACED_KEYS = [
	'path',
	'aspect',
	'name',
	'kind',
	'observer',
	'samplingAttributes',
	'attributes',
	'result',
	'expected',
	'refused',
	'root',
	'parent',
	'links',
	'span',
	'tokens',
	'follow',
	'operation',
	'metered',
	'when',
	'capture',
	'errors',
] as const satisfies readonly (keyof TracedOptions)[];
