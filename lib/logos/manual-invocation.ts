import type { Context, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import { tryParsePath } from '../agentese/paths/parse.js';
import { type PathTemplate, parsePathTemplate } from '../agentese/paths/template.js';
import { OTHER } from '../instruments/labels.js';
import type { InvocationView } from '../invocation/advice.js';
import { invocationOf } from '../invocation/context.js';
import { activeContext, runInContext } from '../runtime/active-context.js';
import { warnOnce } from '../runtime/log-once.js';
import { METERED } from '../signals/metering/spec.js';
import type { AttributeRecord, TracedOptions } from '../signals/tracing/options.js';
import { TRACED } from '../signals/tracing/spec.js';
import type { TokenUsage } from '../usage/accounting/usage.js';
import { type JoinPoint, makePoint, type PointPath } from '../weaving/join-point.js';
import { Invocation } from '../weaving/running-invocation.js';
import { perform } from '../weaving/wrapper.js';

/** The options of `traceInvocation` and `startInvocation`: those of `@Traced` where there are no arguments to read. */
export interface BlockOptions<R = unknown> {
	/** Who asks: an umwelt. Undefined means the enclosing invocation's observer, null the guest. @default undefined */
	readonly observer?: unknown;
	/** The path's template, `world.town.:citizen.manifest`, where the path holds entity ids. @default the path itself */
	readonly template?: string;
	/** False: traced, but not counted. @default true */
	readonly metered?: boolean;
	readonly name?: string;
	readonly kind?: SpanKind;
	readonly startAttributes?: AttributeRecord;
	readonly attributes?: AttributeRecord;
	readonly result?: (value: R) => string | AttributeRecord | undefined;
	readonly expected?: (error: unknown) => boolean;
	readonly refused?: (value: R) => boolean;
	readonly root?: boolean;
	readonly parent?: Context | SpanContext | Span;
	readonly links?: readonly (Link | SpanContext)[];
	readonly tokens?: (value: unknown) => TokenUsage | object | undefined;
	readonly watch?: string;
	readonly operation?: 'invoke_agent' | 'execute_tool';
}

/** An invocation that was opened by hand. It ends once; whatever is said after that is ignored. */
export interface OpenInvocation extends Disposable {
	readonly invocation: InvocationView;
	/** Runs a function inside the invocation, and answers or throws what it does. */
	run<T>(fn: () => T): T;
	/** Ends it with outcome `ok`, or `refused` where the value is a refusal. */
	end(value?: unknown): void;
	/** Ends it with an error, which is not thrown. */
	fail(error: unknown): void;
	/** Ends it as left by its consumer. */
	cancel(): void;
}

/**
 * Runs a block of code as an invocation of a path: traced, counted, and current for what runs below it. Answers what
 * the block answers, synchronously where the block does.
 *
 * A path that is none is not refused (telemetry does not fail the block): it is traced as it is, counted as `_OTHER`,
 * and said once.
 */
export function traceInvocation<T>(path: string, block: (invocation: InvocationView) => T): T;
export function traceInvocation<T>(
	path: string,
	options: BlockOptions<Awaited<T>>,
	block: (invocation: InvocationView) => T,
): T;
export function traceInvocation<T>(
	path: string,
	second: BlockOptions<Awaited<T>> | ((invocation: InvocationView) => T),
	third?: (invocation: InvocationView) => T,
): T {
	const block = typeof second === 'function' ? second : third;
	if (typeof block !== 'function') {
		throw new TypeError(`traceInvocation('${String(path)}') takes a function as its last argument, which it runs.`);
	}
	const invocation = open(path, typeof second === 'function' ? {} : second);
	return perform(invocation, block as (...args: unknown[]) => unknown, undefined, [invocation]) as T;
}

/**
 * Opens an invocation without making it current. End it by hand or with `using`, which ends it with outcome `ok`.
 */
export function startInvocation(path: string, options: BlockOptions = {}): OpenInvocation {
	const invocation = open(path, options).enter();
	return {
		invocation,
		run: (fn) => runInContext(invocation.context, fn, undefined, []),
		end: (value) => invocation.done(value),
		fail: (error) => invocation.failed(error),
		cancel: () => invocation.cancelled(),
		[Symbol.dispose]: () => invocation.done(undefined),
	};
}

function open(path: unknown, options: BlockOptions<never>): Invocation {
	const base = activeContext();
	const shown = typeof path === 'string' ? path : `(${typeof path})`;
	return new Invocation(manualPoint(path, options), undefined, [], invocationOf(base), base, {
		path: shown,
		umwelt: { observer: options.observer },
	});
}

/** The join point of a block. Blocks have no class, and so no place to keep it: it is made at each call. */
export function manualPoint(path: unknown, options: BlockOptions<never>): JoinPoint {
	const { observer: _, template, metered, attributes, startAttributes, parent, links, ...same } = options;
	const traced = {
		...same,
		...(attributes === undefined ? undefined : { attributes: () => attributes }),
		...(startAttributes === undefined ? undefined : { startAttributes: () => startAttributes }),
		...(parent === undefined ? undefined : { parent: () => parent }),
		...(links === undefined ? undefined : { links: () => links }),
	} as TracedOptions;
	return makePoint({
		path: pointPath(path, template),
		functionName: '',
		words:
			metered === false
				? [[TRACED, traced]]
				: [
						[TRACED, traced],
						[METERED, {}],
					],
	});
}

function pointPath(path: unknown, template: string | undefined): PointPath {
	const parsed = tryParsePath(path);
	if (parsed instanceof Error) {
		warnOnce('block.path', 'traceInvocation was given something that is no path; it counts as _OTHER.', parsed);
		return { template: OTHER };
	}
	const { context, holon, aspect } = parsed;
	return { template: template === undefined ? parsed.path : checked(template), context, holon, aspect };
}

function checked(template: string): string {
	try {
		return (parsePathTemplate(template) satisfies PathTemplate).template;
	} catch (error) {
		warnOnce('block.template', 'traceInvocation was given a template that is none; it counts as _OTHER.', error);
		return OTHER;
	}
}
