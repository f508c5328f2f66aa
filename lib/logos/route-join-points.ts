import { tryParsePath } from '../agentese/paths/parse.js';
import { OTHER } from '../instruments/labels.js';
import type { AdviceSpec } from '../invocation/advice.js';
import { currentEpoch } from '../runtime/epoch.js';
import { METERED } from '../signals/metering/spec.js';
import { TRACED } from '../signals/tracing/spec.js';
import { classOf } from '../weaving/declarations/prototype-chain.js';
import { createJoinPoint, createMemberJoinPoint, type JoinPoint } from '../weaving/join-points/join-point.js';
import type { Route } from './routes.js';

/** Returns a function that calls `create` once per epoch and key. */
function perEpoch<K extends object>(create: (key: K) => JoinPoint): (key: K) => JoinPoint {
	let epoch = 0;
	let joinPoints = new WeakMap<K, JoinPoint>();
	return (key) => {
		const now = currentEpoch();
		if (now !== epoch) {
			epoch = now;
			joinPoints = new WeakMap();
		}
		let point = joinPoints.get(key);
		if (point === undefined) {
			point = create(key);
			joinPoints.set(key, point);
		}
		return point;
	};
}

/**
 * Returns the join point of a route: the method's own, with tracing and metering added if the method has no decorators
 * for them, because every invocation through a dispatcher is traced and counted. `@Untraced` removes the span, but not
 * the counters.
 */
export const routeJoinPoint: (route: Route) => JoinPoint = perEpoch(({ member, resolver, template }) => {
	if (member === undefined) return createJoinPoint({ path: template, functionName: '', decorators: [...ALWAYS] });
	const owner = member.isStatic || member.homeObject === resolver ? resolver : Object.getPrototypeOf(resolver);
	const always: AdviceSpec[] = member.untraced ? [METERED] : [TRACED, METERED];
	return createMemberJoinPoint(member, owner ?? classOf(resolver)?.prototype, always);
});

/** The decorators of an invocation that reaches no method. */
const ALWAYS = [
	[TRACED, {}],
	[METERED, {}],
] as const;

/**
 * Returns the join point of a path that fails before any method runs, or that matches no declared template. It is
 * counted as `_OTHER`, so that unknown paths cannot create an unlimited number of metric series.
 */
export function otherJoinPoint(path: unknown): JoinPoint {
	const parsed = tryParsePath(path);
	const parts = parsed instanceof Error ? {} : { context: parsed.context, holon: parsed.holon, aspect: parsed.aspect };
	return createJoinPoint({ path: { template: OTHER, ...parts }, functionName: '', decorators: [...ALWAYS] });
}
