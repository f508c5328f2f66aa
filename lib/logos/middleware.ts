import { DecorationError } from '../agentese/errors/errors.js';
import { valueInWords } from '../agentese/errors/value-in-words.js';
import { tryParsePath } from '../agentese/paths/parse.js';
import { compareTemplates, matchHandle, type PathTemplate, parsePathTemplate } from '../agentese/paths/template.js';
import { invocationOf } from '../invocation/context.js';
import { activeContext } from '../runtime/active-context.js';
import { currentEpoch } from '../runtime/epoch.js';
import { TRACED } from '../signals/tracing/spec.js';
import { RunningInvocation } from '../weaving/invocations/running-invocation.js';
import { createJoinPoint, type JoinPoint } from '../weaving/join-points/join-point.js';
import { perform } from '../weaving/wrapper.js';
import type { LogosMiddleware } from './logos.js';
import { otherJoinPoint } from './route-join-points.js';

/**
 * The options of {@linkcode telemetryMiddleware}.
 *
 * @example
 * ```ts
 * import { telemetryMiddleware, type TelemetryMiddlewareOptions } from 'agentese-otel';
 *
 * const options: TelemetryMiddlewareOptions = { templates: ['self.soul.ask', 'world.town.:citizen.manifest'] };
 * telemetryMiddleware(options).length; // => 4
 * telemetryMiddleware({ templates: ['soul.ask'] }); // throws PathSyntaxError
 * ```
 */
export interface TelemetryMiddlewareOptions {
	/** The paths and templates that the dispatcher answers. Every other path is counted as `_OTHER`. */
	readonly templates: readonly string[];
}

/**
 * Returns middleware that traces and counts every invocation of a dispatcher that calls middleware with
 * `(path, umwelt, args, next)`. Below a logos of this toolkit, which does so itself, it only calls `next`.
 *
 * @param options - the paths and templates that the dispatcher answers
 * @returns middleware that returns what `next` returns, and throws what `next` throws
 * @throws DecorationError if `templates` is no array
 * @throws PathSyntaxError if a template is invalid
 *
 * @example
 * ```ts
 * import { telemetryMiddleware } from 'agentese-otel';
 *
 * const telemetry = telemetryMiddleware({ templates: ['self.soul.ask', 'world.town.:citizen.manifest'] });
 * const next = async (path: string, _umwelt: unknown, [question]: readonly unknown[]) => `${path} answers ${question}`;
 * await telemetry('self.soul.ask', null, ['why'], next); // => 'self.soul.ask answers why'
 * ```
 */
export function telemetryMiddleware(options: TelemetryMiddlewareOptions): LogosMiddleware {
	const given: unknown = (options as TelemetryMiddlewareOptions | null | undefined)?.templates;
	if (!Array.isArray(given)) {
		throw new DecorationError({
			decorator: 'telemetryMiddleware()',
			class: '',
			rule: "The option 'templates' is an array of paths and templates.",
			got: `${valueInWords(given)} for templates`,
			wayOut: "telemetryMiddleware({ templates: ['self.soul.challenge'] })",
		});
	}
	const templates = options.templates.map(parsePathTemplate).sort(compareTemplates);
	const joinPoints = new Map<PathTemplate, JoinPoint>();
	let epoch = 0;
	return async (path, umwelt, args, next) => {
		const base = activeContext();
		const parent = invocationOf(base);
		// The enclosing invocation is this one: a logos of this toolkit, or the same middleware, has begun it.
		if (parent?.path === path && parent.args[0] === umwelt) return next(path, umwelt, args);
		if (epoch !== currentEpoch()) {
			epoch = currentEpoch();
			joinPoints.clear();
		}
		const { template, params } = match(templates, path);
		let point = template === undefined ? otherJoinPoint(path) : joinPoints.get(template);
		if (point === undefined) {
			point = createJoinPoint({
				path: template,
				functionName: '',
				decorators: [[TRACED, {}]],
			});
			if (template !== undefined) joinPoints.set(template, point);
		}
		const invocation = new RunningInvocation(point, undefined, [umwelt, ...args], parent, base, {
			path,
			params,
			umwelt: { observer: umwelt },
		});
		return perform(invocation, () => next(path, umwelt, args), undefined, []);
	};
}

/** Returns the first template that matches a path, with the values of its parameters; an empty object if none does. */
function match(
	templates: readonly PathTemplate[],
	path: string,
): { template?: PathTemplate; params?: Readonly<Record<string, string>> } {
	const parsed = tryParsePath(path);
	if (parsed instanceof Error) return {};
	const segments = parsed.path.split('.');
	for (const template of templates) {
		const params = matchHandle(template, segments);
		if (params !== undefined) return { template, params };
	}
	return {};
}
