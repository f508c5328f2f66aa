import { tryParsePath } from '../agentese/paths/parse.js';
import { compareTemplates, matchHandle, type PathTemplate, parsePathTemplate } from '../agentese/paths/template.js';
import { invocationOf } from '../invocation/context.js';
import { activeContext } from '../runtime/active-context.js';
import { currentEpoch } from '../runtime/epoch.js';
import { METERED } from '../signals/metering/spec.js';
import { TRACED } from '../signals/tracing/spec.js';
import { type JoinPoint, makePoint } from '../weaving/join-point.js';
import { Invocation } from '../weaving/running-invocation.js';
import { perform } from '../weaving/wrapper.js';
import type { Middleware } from './logos.js';
import { otherPoint } from './route-join-points.js';

/** The options of `telemetryMiddleware`. */
export interface TelemetryMiddlewareOptions {
	/** The paths and templates that the dispatcher answers. Any other path counts as `_OTHER`. */
	readonly templates: readonly string[];
}

/**
 * Traces and counts every invocation of any dispatcher that takes middleware `(path, umwelt, args, next)`. Below a
 * logos of this toolkit, which does so itself, it hands on.
 *
 * @throws PathSyntaxError for a template that is none
 */
export function telemetryMiddleware(options: TelemetryMiddlewareOptions): Middleware {
	const templates = options.templates.map(parsePathTemplate).sort(compareTemplates);
	const points = new Map<PathTemplate, JoinPoint>();
	let epoch = 0;
	return async (path, umwelt, args, next) => {
		const base = activeContext();
		const parent = invocationOf(base);
		if (parent?.path === path && parent.args[0] === umwelt) return next(path, umwelt, args);
		if (epoch !== currentEpoch()) {
			epoch = currentEpoch();
			points.clear();
		}
		const { template, params } = match(templates, path);
		let point = template === undefined ? otherPoint(path) : points.get(template);
		if (point === undefined) {
			point = makePoint({
				path: template,
				functionName: '',
				words: [
					[TRACED, {}],
					[METERED, {}],
				],
			});
			if (template !== undefined) points.set(template, point);
		}
		const invocation = new Invocation(point, undefined, [umwelt, ...args], parent, base, {
			path,
			params,
			umwelt: { observer: umwelt },
		});
		return perform(invocation, () => next(path, umwelt, args), undefined, []);
	};
}

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
