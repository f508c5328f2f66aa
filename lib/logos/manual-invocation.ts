import type { Context, Link, Span, SpanContext } from '@opentelemetry/api';
import { nearest } from '../agentese/errors/nearest.js';
import { tryParsePath } from '../agentese/paths/parse.js';
import { type PathTemplate, parsePathTemplate } from '../agentese/paths/template.js';
import { OTHER } from '../instruments/labels.js';
import type { Invocation } from '../invocation/advice.js';
import type { AttributeRecord } from '../invocation/attributes.js';
import { invocationOf } from '../invocation/context.js';
import { activeContext, runInContext } from '../runtime/active-context.js';
import { warnFault, warnOnce } from '../runtime/log-once.js';
import type { TracedOptions } from '../signals/tracing/options.js';
import { TRACED } from '../signals/tracing/spec.js';
import { enterInvocation } from '../weaving/invocations/invocation-lifecycle.js';
import { RunningInvocation } from '../weaving/invocations/running-invocation.js';
import { createJoinPoint, type JoinPoint, type JoinPointPath } from '../weaving/join-points/join-point.js';
import { perform } from '../weaving/wrapper.js';

/**
 * The options of {@linkcode traceInvocation} and {@linkcode startInvocation}: those of {@linkcode Traced | @Traced},
 * with values in place of the callbacks that read arguments. A callback that throws is logged once and otherwise
 * ignored.
 *
 * `R` is what the block returns.
 *
 * @example
 * ```ts
 * import { type BlockOptions, traceInvocation } from 'agentese-otel';
 *
 * const options: BlockOptions<string> = {
 * 	template: 'world.town.:citizen.manifest',
 * 	observer: { id: 'kent' },
 * 	result: (value) => value.length,
 * };
 * traceInvocation('world.town.ada.manifest', options, () => 'here'); // => 'here'
 * ```
 */
export interface BlockOptions<R = unknown, Member extends string = string>
	extends Readonly<
		Pick<
			TracedOptions<() => R, unknown, Member>,
			| 'name'
			| 'kind'
			| 'result'
			| 'expected'
			| 'refused'
			| 'root'
			| 'tokens'
			| 'follow'
			| 'operation'
			| 'capture'
			| 'errors'
		>
	> {
	/**
	 * The umwelt, in any of AGENTESE's shapes: undefined means the enclosing invocation's observer, null the guest.
	 * @default undefined
	 */
	readonly observer?: unknown;
	/**
	 * The template of a path that holds entity ids, such as `world.town.:citizen.manifest`. Metrics carry the template,
	 * the span the path. @default the path itself
	 */
	readonly template?: string | undefined;
	/** False: traced, but not counted. @default true */
	readonly metered?: boolean | undefined;
	/** Attributes that a sampler can read. @default none */
	readonly samplingAttributes?: AttributeRecord | undefined;
	/** Attributes of the span. @default none */
	readonly attributes?: AttributeRecord | undefined;
	/** The parent of the span. @default the active span */
	readonly parent?: Context | SpanContext | Span | undefined;
	/** Links to spans that caused this one. @default none */
	readonly links?: Link | SpanContext | readonly (Link | SpanContext)[] | undefined;
}

/**
 * An invocation that is ended by hand. It ends once; every further call of `end`, `fail` or `cancel` has no effect. Its
 * methods can be passed on without their object, and never throw, except for what the function of `run` throws.
 */
export interface OpenInvocation extends Disposable {
	/** The invocation, with its path, its observer and the methods that add to its span. */
	readonly invocation: Invocation;
	/** Runs a function inside the invocation. Returns what it returns and throws what it throws. */
	run<T>(fn: () => T): T;
	/**
	 * Ends it with outcome `ok`, or `refused` if the value is a refusal.
	 *
	 * @param value - what the options `result`, `refused` and `tokens` receive. @default undefined
	 */
	end(value?: unknown): void;
	/**
	 * Ends it with an error, which is not thrown: outcome `error`, `refused` or `cancelled`, as for a method.
	 * `invocation.fail` records an error and does not end it.
	 */
	fail(error: unknown): void;
	/** Ends it with outcome `cancelled`. */
	cancel(): void;
	/** Ends it with outcome `unknown`, unless it was ended before. `using` calls it at the end of the block. */
	[Symbol.dispose](): void;
}

/**
 * Runs a function as an invocation of a path: it is traced and counted, and `currentInvocation()` returns it in
 * everything that runs below. Returns what the function returns: a value at once, a promise or a stream settled as for
 * a method.
 *
 * An invalid path is no failure: it is written on the span as it is, counted as `_OTHER`, and logged once.
 *
 * @param path - the path of the invocation, entity ids included
 * @param block - the function to run; it receives the invocation
 * @returns what the function returns
 * @throws TypeError if the last argument is no function
 * @throws what the function throws, unchanged
 *
 * @example
 * ```ts
 * import { traceInvocation } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using telemetry = await startTelemetry({ preset: 'json' });
 * await traceInvocation('self.soul.challenge', async ({ path }) => `answer of ${path}`); // => 'answer of self.soul.challenge'
 * telemetry.stats().spans.created; // => 1
 * ```
 */
export function traceInvocation<T>(path: string, block: (invocation: Invocation) => T): T;
/**
 * Runs a function as an invocation of a path, with options: it is traced and counted, and `currentInvocation()` returns
 * it in everything that runs below. Returns what the function returns: a value at once, a promise or a stream settled as
 * for a method.
 *
 * An invalid path is no failure: it is written on the span as it is, counted as `_OTHER`, and logged once.
 *
 * @param path - the path of the invocation, entity ids included
 * @param options - the observer, the template and the options of `@Traced`
 * @param block - the function to run; it receives the invocation
 * @returns what the function returns
 * @throws TypeError if the last argument is no function
 * @throws what the function throws, unchanged
 */
export function traceInvocation<T, const Member extends string = string>(
	path: string,
	options: BlockOptions<T, Member>,
	block: (invocation: Invocation) => T,
): T;
export function traceInvocation<T>(
	path: string,
	second: BlockOptions<T> | ((invocation: Invocation) => T),
	third?: (invocation: Invocation) => T,
): T {
	const block = typeof second === 'function' ? second : third;
	if (typeof block !== 'function') {
		throw new TypeError(`traceInvocation('${String(path)}') needs a function as its last argument, which it runs.`);
	}
	const invocation = open(path, typeof second === 'function' ? {} : second);
	return perform(invocation, block as (...args: unknown[]) => unknown, undefined, [invocation]) as T;
}

/**
 * Begins an invocation of a path that is ended by hand, for work that is not one function. It is not the current
 * invocation; use `run` for the parts that belong to it. Declared with `using`, it ends at the end of the block: with
 * outcome `unknown` and the status unset, unless it was ended before, because the block may have thrown. An invalid
 * path is treated as by {@linkcode traceInvocation}. Never throws.
 *
 * @param path - the path of the invocation, entity ids included
 * @param options - the observer, the template and the options of `@Traced`. @default {}
 * @returns the invocation, with the methods that end it
 * @throws TypeError if the path is no text: an invocation without one would be known by nothing
 *
 * @example
 * ```ts
 * import { startInvocation } from 'agentese-otel';
 *
 * const open = startInvocation('time.forest.grow', { observer: null });
 * try {
 * 	open.end(open.run(() => 'grown'));
 * } catch (error) {
 * 	open.fail(error);
 * }
 * open.invocation.observer; // => { id: 'anonymous', archetype: 'guest' }
 * ```
 */
export function startInvocation(path: string, options: BlockOptions = {}): OpenInvocation {
	if (typeof path !== 'string') {
		const got = path === null ? 'null' : typeof path;
		throw new TypeError(
			`startInvocation() needs a path as its first argument, such as 'self.soul.challenge'; it got ${got}.`,
		);
	}
	const invocation = open(path, options);
	enterInvocation(invocation);
	return {
		invocation,
		run: (fn) => runInContext(invocation.otelContext, fn, undefined, []),
		end: (value) => invocation.done(value),
		fail: (error) => invocation.failed(error),
		cancel: () => invocation.cancelled(),
		[Symbol.dispose]: () => invocation.disposed(),
	};
}

/** Creates the invocation of a path in the active context, without beginning it. Never throws. */
function open(path: unknown, options: BlockOptions<never>): RunningInvocation {
	const base = activeContext();
	const pathText = typeof path === 'string' ? path : `(${typeof path})`;
	try {
		return new RunningInvocation(manualJoinPoint(path, options), undefined, [], invocationOf(base), base, {
			path: pathText,
			umwelt: { observer: options.observer },
		});
	} catch (error) {
		warnFault('The beginning of a block', error);
		return new RunningInvocation(UNOBSERVED, undefined, [], undefined, base, { path: pathText });
	}
}

/** The join point of a block that cannot be observed: it has no advices. */
const UNOBSERVED: JoinPoint = Object.freeze({
	template: OTHER,
	context: undefined,
	holon: undefined,
	aspect: undefined,
	functionName: '',
	advices: [],
	refusalAdvices: [],
	options: {},
	observerIndex: 0,
	parameterAttributes: [],
	memberAttributes: [],
	wantsItems: false,
	showsItems: false,
	unobserved: true,
	idleByContext: undefined,
	timed: false,
	instanceFields: undefined,
});

/** The options that a block has in common with `@Traced`. */
const SAME_KEYS: readonly string[] = [
	'name',
	'kind',
	'result',
	'expected',
	'refused',
	'root',
	'tokens',
	'follow',
	'operation',
	'capture',
	'errors',
] satisfies readonly (keyof BlockOptions)[];

/** The options that a block alone has, for the nearest word. */
const OWN_KEYS: readonly string[] = [
	'observer',
	'template',
	'metered',
	'samplingAttributes',
	'attributes',
	'parent',
	'links',
] satisfies readonly (keyof BlockOptions)[];

/** Logs each option that does not exist once, with the nearest one. It throws nothing: a block runs whatever it is given. */
function warnUnknown(options: object): void {
	for (const key in options) {
		if (SAME_KEYS.includes(key)) continue;
		const [near] = nearest(key, [...SAME_KEYS, ...OWN_KEYS], 1);
		warnOnce(
			`block.option.${key}`,
			`traceInvocation and startInvocation have no option '${key.slice(0, 80)}', which is ignored. ` +
				`The legal options are ${[...SAME_KEYS, ...OWN_KEYS].join(', ')}.` +
				(near === undefined ? '' : ` Did you mean '${near}'?`),
		);
	}
}

/** Returns the join point of a manual invocation. There is no class to keep it by, so it is created at each call. */
function manualJoinPoint(path: unknown, options: BlockOptions<never>): JoinPoint {
	const { observer: _, template, metered, attributes, samplingAttributes, parent, links, ...same } = options;
	warnUnknown(same);
	const traced = {
		...same,
		...(metered === undefined ? undefined : { metered: metered !== false }),
		...(attributes === undefined ? undefined : { attributes: () => attributes }),
		...(samplingAttributes === undefined ? undefined : { samplingAttributes: () => samplingAttributes }),
		...(parent === undefined ? undefined : { parent: () => parent }),
		...(links === undefined ? undefined : { links: () => links }),
	} as TracedOptions;
	return createJoinPoint({
		path: joinPointPath(path, template),
		functionName: '',
		decorators: [[TRACED, traced]],
	});
}

/** Returns the template and the parts of a path; `_OTHER` for an invalid path, which is logged once. */
function joinPointPath(path: unknown, template: string | undefined): JoinPointPath {
	const parsed = tryParsePath(path);
	if (parsed instanceof Error) {
		warnOnce('block.path', 'traceInvocation was given something that is no path; it counts as _OTHER.', parsed);
		return { template: OTHER };
	}
	const { context, holon, aspect } = parsed;
	return { template: template === undefined ? parsed.path : checkedTemplate(template), context, holon, aspect };
}

/** Returns a valid template, and `_OTHER` for an invalid one, which it logs once. */
function checkedTemplate(template: string): string {
	try {
		return (parsePathTemplate(template) satisfies PathTemplate).template;
	} catch (error) {
		warnOnce('block.template', 'traceInvocation was given a template that is none; it counts as _OTHER.', error);
		return OTHER;
	}
}
