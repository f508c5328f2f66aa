import type { Context, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import type { Capture, ErrorContent } from '../capture/settings.js';

/** Any function or method. */
export type Callable = (this: never, ...args: never[]) => unknown;

/** What a call of `F` gives in the end: what its promise resolves to, what its generator returns. */
export type Settled<F extends Callable> =
	Awaited<ReturnType<F>> extends Generator<unknown, infer R> | AsyncGenerator<unknown, infer R>
		? R
		: Awaited<ReturnType<F>>;

/** What may hold token usage: the settled value or, where there is none, the last item of the stream. */
export type TokenSource<F extends Callable> =
	Awaited<ReturnType<F>> extends Generator<infer T, infer R> | AsyncGenerator<infer T, infer R>
		? T | R
		: Awaited<ReturnType<F>> extends AsyncIterable<infer T> | ReadableStream<infer T>
			? T
			: Awaited<ReturnType<F>>;

/**
 * Values of attributes. What OpenTelemetry would drop (Date, bigint, Error, Map, Set, class instances) is written as
 * text; null and undefined are left out.
 */
export type AttributeRecord = Readonly<Record<string, unknown>>;

/**
 * The options of `@Traced`. The callbacks' types are those of the decorated method. A callback that throws is said
 * once and otherwise ignored: it never fails the method.
 */
export interface TracedOptions<F extends Callable = Callable, Self = unknown> {
	/**
	 * The whole path that this method answers, where its class and name do not say it; may be a template.
	 * @default the class's handle and the method's name
	 */
	path?: string;
	/**
	 * The aspect that this method answers, or false: it is not published, and no path can reach it.
	 * @default the method's name
	 */
	aspect?: string | false;
	/** The name of the span. @default by configuration, `agentese.invoke` */
	name?: string;
	/** The kind of the span. @default SpanKind.INTERNAL */
	kind?: SpanKind;
	/**
	 * Who asks: an umwelt in any of AGENTESE's shapes. Undefined means the enclosing invocation's observer, null the
	 * guest. Writes `agentese.observer` and `agentese.archetype`.
	 * @default the first parameter
	 */
	observer?(args: Parameters<F>, self: Self): unknown;
	/** Attributes for samplers. Runs on every call that may be sampled. @default none */
	startAttributes?(args: Parameters<F>, self: Self): AttributeRecord | undefined;
	/** Attributes of the span. Runs once the span records. @default none */
	attributes?(args: Parameters<F>, self: Self): AttributeRecord | undefined;
	/** What the settled value means: a text for `agentese.result`, or attributes. @default the value's type name */
	result?(value: Settled<F>, args: Parameters<F>): string | AttributeRecord | undefined;
	/** True if this error is a refusal: outcome `refused`, status unset, no exception event. @default never */
	expected?(error: unknown): boolean;
	/** True if this value is a refusal: outcome `refused`, status unset. @default never */
	refused?(value: Settled<F>): boolean;
	/** True begins a new trace, with a link back to the span that was active. @default false */
	root?: boolean;
	/** An explicit parent. @default the active span */
	parent?(args: Parameters<F>): Context | SpanContext | Span | undefined;
	/** Causal links. @default none */
	links?(args: Parameters<F>): readonly (Link | SpanContext)[] | undefined;
	/** `'current'` enriches the span that is active and opens none. @default 'new' */
	span?: 'new' | 'current';
	/**
	 * Token usage in the result or, for a stream, in its last chunk: a `TokenUsage`, or the usage as a model's client
	 * reports it. Asked only where no model call was reported, and instead of the readers. @default the toolkit's readers
	 */
	tokens?(value: TokenSource<F>): TokenUsage | object | undefined;
	/**
	 * The member of a many-sided result to follow, such as `textStream`. Nothing of it is touched otherwise.
	 * @default none
	 */
	watch?: string;
	/**
	 * What OpenTelemetry's GenAI conventions call it, where the config switches them on: `gen_ai.operation.name`.
	 * @default by the aspect's category
	 */
	operation?: 'invoke_agent' | 'execute_tool';
	/**
	 * What is written of arguments and result, less the umwelt and the items of streams: nothing, their types and sizes,
	 * or all within the config's limits. Writes `agentese.arguments` and `agentese.return`. @default by configuration, `off`
	 */
	capture?: Capture;
	/** `'type'` writes of an error neither message nor stack. @default by configuration, `full` */
	errors?: ErrorContent;
}

/** The legal keys, in the order of the documentation. */
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
