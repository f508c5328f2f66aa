import { tryParsePath } from '../agentese/paths/parse.js';
import { OTHER } from '../instruments/labels.js';
import { currentEpoch } from '../runtime/epoch.js';
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
 * Returns the join point of a route: the method's own, with `@Traced` added if the method does not have it, because every
 * invocation through a dispatcher is traced and counted. A method with `@Untraced` does not get it.
 */
export const routeJoinPoint: (route: Route) => JoinPoint = perEpoch(({ member, resolver, template }) => {
	if (member === undefined) return createJoinPoint({ path: template, functionName: '', decorators: [...ALWAYS] });
	const owner = member.isStatic || member.homeObject === resolver ? resolver : Object.getPrototypeOf(resolver);
	return createMemberJoinPoint(member, owner ?? classOf(resolver)?.prototype, member.untraced ? [] : [TRACED]);
});

/** The decorators of an invocation that reaches no method. */
const ALWAYS = [[TRACED, {}]] as const;

/**
 * Returns the join point of a path that fails before any method runs, or that matches no declared template. It is
 * counted as `_OTHER`, so that unknown paths cannot create an unlimited number of metric series.
 */
export function otherJoinPoint(path: unknown): JoinPoint {
	const parsed = tryParsePath(path);
	const parts = parsed instanceof Error ? {} : { context: parsed.context, holon: parsed.holon, aspect: parsed.aspect };
	return createJoinPoint({ path: { template: OTHER, ...parts }, functionName: '', decorators: [...ALWAYS] });
}
