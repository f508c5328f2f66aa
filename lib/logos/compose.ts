import { invocationOf } from '../invocation/context.js';
import { activeContext } from '../runtime/active-context.js';
import { ATTR_AGENTESE_COMPOSITION, SPAN_AGENTESE_COMPOSE } from '../runtime/names.generated.js';
import { TRACED } from '../signals/tracing/spec.js';
import { RunningInvocation } from '../weaving/invocations/running-invocation.js';
import { createJoinPoint } from '../weaving/join-points/join-point.js';
import { perform } from '../weaving/wrapper.js';

/** How much of a composition's text is written on its span, in characters. */
const MAX_TEXT = 1024;

/**
 * Runs the stages of a composition one after the other, below one span `agentese.compose`. The span is not counted as
 * an invocation. The first stage receives the arguments, each further one the result of the stage before it.
 *
 * @param text - the composition as the caller wrote it, for the span
 * @param stages - returns the paths, or throws if the text is no valid composition; the span then ends with that error
 * @param umwelt - the observer, also for invocations below the composition that are no stages
 * @param run - invokes one stage
 * @returns a promise of the last stage's result; it rejects with the error of the first stage that fails
 */
export function compose(
	text: string,
	stages: () => readonly string[],
	umwelt: unknown,
	args: readonly unknown[],
	run: (path: string, args: readonly unknown[]) => unknown,
): unknown {
	const attributes = (): Record<string, string> => ({ [ATTR_AGENTESE_COMPOSITION]: text.slice(0, MAX_TEXT) });
	const point = createJoinPoint({
		path: undefined,
		functionName: '',
		decorators: [[TRACED, { name: SPAN_AGENTESE_COMPOSE, attributes }]],
	});
	const base = activeContext();
	const invocation = new RunningInvocation(point, undefined, args, invocationOf(base), base, {
		umwelt: { observer: umwelt },
	});
	const inSequence = async (): Promise<unknown> => {
		let input = args;
		for (const path of stages()) input = [await run(path, input)];
		return input[0];
	};
	return perform(invocation, inSequence, undefined, []);
}
