import { tryParsePath } from '../agentese/paths/parse.js';
import { OTHER } from '../instruments/labels.js';
import type { AdviceSpec } from '../invocation/advice.js';
import { currentEpoch } from '../runtime/epoch.js';
import { METERED } from '../signals/metering/spec.js';
import { TRACED } from '../signals/tracing/spec.js';
import { type JoinPoint, makePoint, memberPoint } from '../weaving/join-point.js';
import { classOf } from '../weaving/prototype-chain.js';
import type { Route } from './routes.js';

/** What is made once per epoch and key. */
function perEpoch<K extends object>(make: (key: K) => JoinPoint): (key: K) => JoinPoint {
	let epoch = 0;
	let known = new WeakMap<K, JoinPoint>();
	return (key) => {
		const now = currentEpoch();
		if (now !== epoch) {
			epoch = now;
			known = new WeakMap();
		}
		let point = known.get(key);
		if (point === undefined) {
			point = make(key);
			known.set(key, point);
		}
		return point;
	};
}

/**
 * The join point of a route: the method's own, with tracing and metering even where it has neither, so that every
 * invocation through a dispatcher leaves its trace. `@Untraced` takes the span away, not the counters.
 */
export const routePoint: (route: Route) => JoinPoint = perEpoch(({ member, resolver, template }) => {
	if (member === undefined) return makePoint({ path: template, functionName: '', words: [...ALWAYS] });
	const owner = member.isStatic || member.home === resolver ? resolver : Object.getPrototypeOf(resolver);
	const always: AdviceSpec[] = member.untraced ? [METERED] : [TRACED, METERED];
	return memberPoint(member, owner ?? classOf(resolver)?.prototype, always);
});

const ALWAYS = [
	[TRACED, {}],
	[METERED, {}],
] as const;

/** The join point of a path that fails before any method runs, or matches no declared template: counted as `_OTHER`. */
export function otherPoint(path: unknown): JoinPoint {
	const parsed = tryParsePath(path);
	const parts = parsed instanceof Error ? {} : { context: parsed.context, holon: parsed.holon, aspect: parsed.aspect };
	return makePoint({ path: { template: OTHER, ...parts }, functionName: '', words: [...ALWAYS] });
}
