import type { Advice, AdviceSpec, JoinPointFacts } from '../../invocation/advice.js';
import { warnOnce } from '../../runtime/log-once.js';
import { ConditionalAdvice } from './conditional-advice.js';

/** A decorator with its merged options. */
export type Decoration = readonly [AdviceSpec, object];

/** A decorator of a method, and the one that it brings because the method lacks it. */
interface Expanded {
	readonly own: Decoration;
	/** Undefined if it brings none, or the method has that one itself. */
	readonly brought: Decoration | undefined;
}

/**
 * Resolves the decorators that others bring, as `@Traced` brings `@Metered`. A decorator that the method has itself gets
 * the brought options under its own; one that it lacks is added, so that each is there once.
 */
export function expand(decorations: readonly Decoration[], point: JoinPointFacts): readonly Expanded[] {
	const brought = decorations.map(([spec, options]) => spec.brings?.(options, point));
	return decorations.map(([spec, options], i) => {
		const given = brought.find((other) => other?.[0].name === spec.name);
		const own: Decoration = given === undefined ? [spec, options] : [spec, { ...given[1], ...options }];
		const bring = brought[i];
		return { own, brought: decorations.some(([{ name }]) => name === bring?.[0].name) ? undefined : bring };
	});
}

/** Returns the advices of the decorators of a method, in the order in which they enter. Never throws. */
export function advicesOf(decorations: readonly Expanded[], point: JoinPointFacts): readonly Advice[] {
	return decorations.flatMap(({ own, brought }) => {
		const [spec, options] = own;
		const extra = brought === undefined ? undefined : adviceOf(brought, point);
		// What is constant in an epoch is left out here: an idle advice would be entered and left at each call.
		const advices = extra === undefined || extra.idle?.() === true ? [] : [extra];
		advices.push(adviceOf(own, point));
		const condition = spec.condition?.(options);
		return condition === undefined ? advices : [new ConditionalAdvice(condition, advices, point.functionName)];
	});
}

/** Returns the advice of a decorator; one that is always idle if the decorator throws, which is logged once. */
function adviceOf([spec, options]: Decoration, point: JoinPointFacts): Advice {
	try {
		return spec.advice(options, point);
	} catch (error) {
		warnOnce(`advice.make.${spec.name}`, `@${spec.name} could not make its advice for ${point.functionName}.`, error);
		return { idle: () => true };
	}
}
