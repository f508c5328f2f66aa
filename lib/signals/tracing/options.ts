import type { Context, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import type { Capture, ErrorContent } from '../capture/settings.js';

/** Any function or method. */
export type Callable = (this: never, ...args: never[]) => unknown;

/** The final value of a call of `F`: what its promise resolves to, what its generator returns, or what it returns. */
export type Settled<F extends Callable> =
	Awaited<ReturnType<F>> extends Generator<unknown, infer R> | AsyncGenerator<unknown, infer R>
		? R
		: Awaited<ReturnType<F>>;

/** The type of the value that may hold token usage: the settled value or, for a stream without one, its last item. */
export type TokenSource<F extends Callable> =
	Awaited<ReturnType<F>> extends Generator<infer T, infer R> | AsyncGenerator<infer T, infer R>
		? T | R
		: Awaited<ReturnType<F>> extends AsyncIterable<infer T> | ReadableStream<infer T>
			? T
			: Awaited<ReturnType<F>>;

/**
 * Attributes by their keys. A value that OpenTelemetry would drop (Date, bigint, Error, Map, Set, class instances) is
 * written as text; null and undefined are left out.
 */
export type AttributeRecord = Readonly<Record<string, unknown>>;

/**
 * The options of `@Traced`. The parameters of the callbacks have the types of the decorated method. A callback that
 * throws never fails the method: the error is logged once, and the callback counts as not given.
 */
export interface TracedOptions<F extends Callable = Callable, Self = unknown> {
	/**
	 * The whole path of this method, if it is not the class's handle and the method's name; may be a template with
	 * parameters, such as `world.town.:citizen.greet`.
	 * @default the class's handle and the method's name
	 */
	path?: string;
	/**
	 * The aspect of this method: the last segment of its path. False: the method is not published, and no path reaches
	 * it.
	 * @default the method's name
	 */
	aspect?: string | false;
	/**
	 * The name of the span. @default by configuration `agentese.invoke` or the path; without a path the function's name
	 */
	name?: string;
	/** The kind of the span. @default SpanKind.INTERNAL */
	kind?: SpanKind;
	/**
	 * Returns the observer: an umwelt in any of AGENTESE's shapes. Undefined means the enclosing invocation's observer,
	 * null the guest. Writes `agentese.observer` and `agentese.archetype`.
	 * @default the first parameter
	 */
	observer?(args: Parameters<F>, self: Self): unknown;
	/** Returns attributes that samplers can read. Called for every call that may be sampled. @default none */
	startAttributes?(args: Parameters<F>, self: Self): AttributeRecord | undefined;
	/** Returns attributes of the span. Called only if the span records. @default none */
	attributes?(args: Parameters<F>, self: Self): AttributeRecord | undefined;
	/** Returns a text for `agentese.result`, or attributes, from the settled value. @default the value's type name */
	result?(value: Settled<F>, args: Parameters<F>): string | AttributeRecord | undefined;
	/** Returns true if this error is a refusal: outcome `refused`, status unset, no exception event. @default never */
	expected?(error: unknown): boolean;
	/** Returns true if this value is a refusal: outcome `refused`, status unset. @default never */
	refused?(value: Settled<F>): boolean;
	/** True starts a new trace, with a link to the span that was active. @default false */
	root?: boolean;
	/** Returns the parent of the span. @default the active span */
	parent?(args: Parameters<F>): Context | SpanContext | Span | undefined;
	/** Returns spans that caused this call, as links of its span. @default none */
	links?(args: Parameters<F>): readonly (Link | SpanContext)[] | undefined;
	/** `'current'` writes the attributes on the active span and starts none. @default 'new' */
	span?: 'new' | 'current';
	/**
	 * Returns the token usage in the result or, for a stream, in its last chunk: a `TokenUsage`, or the usage as a
	 * model's client reports it. Called instead of the toolkit's readers, and only if no model call was reported.
	 * @default the toolkit's readers
	 */
	tokens?(value: TokenSource<F>): TokenUsage | object | undefined;
	/**
	 * The name of the member of the result that determines the end of the invocation, such as `textStream`. No other
	 * member is read.
	 * @default none
	 */
	watch?: string;
	/**
	 * The value of `gen_ai.operation.name`, if the configuration lists the GenAI conventions.
	 * @default by the aspect's category
	 */
	operation?: 'invoke_agent' | 'execute_tool';
	/**
	 * What is written of arguments and result as `agentese.arguments` and `agentese.return`: nothing, their types and
	 * sizes, or all within the configured limits. The umwelt and the items of streams are never written.
	 * @default by configuration, `off`
	 */
	capture?: Capture;
	/** `'type'` writes neither message nor stack of an error. @default by configuration, `full` */
	errors?: ErrorContent;
}

/** The legal keys of `TracedOptions`, in the order of the documentation. */
export const TRACED_KEYS = [
	'path',
	'aspect',
	'name',
	'kind',
	'observer',
	'startAttributes',
	'attributes',
	'result',
	'expected',
	'refused',
	'root',
	'parent',
	'links',
	'span',
	'tokens',
	'watch',
	'operation',
	'capture',
	'errors',
] as const satisfies readonly (keyof TracedOptions)[];
