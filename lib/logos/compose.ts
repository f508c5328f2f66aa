import { invocationOf } from '../invocation/context.js';
import { activeContext } from '../runtime/active-context.js';
import { TRACED } from '../signals/tracing/spec.js';
import { makePoint } from '../weaving/join-point.js';
import { Invocation } from '../weaving/running-invocation.js';
import { perform } from '../weaving/wrapper.js';

/**
 * Runs the stages of a composition one after the other, under one plain span `agentese.compose` that is not counted.
 * The first stage gets the arguments, each further one the result of the one before it.
 *
 * @param umwelt - who asks: what is made below the composition, beside its stages, says so too
 * @param stages - answers the paths, or throws where the text is no composition: that too leaves its span
 */
export function compose(
	text: string,
	stages: () => readonly string[],
	umwelt: unknown,
	args: readonly unknown[],
	run: (path: string, args: readonly unknown[]) => unknown,
): unknown {
	const attributes = (): Record<string, string> => ({ 'agentese.composition': text.slice(0, 1024) });
	const point = makePoint({
		path: undefined,
		functionName: '',
		words: [[TRACED, { name: 'agentese.compose', attributes }]],
	});
	const base = activeContext();
	const invocation = new Invocation(point, undefined, args, invocationOf(base), base, {
		umwelt: { observer: umwelt },
	});
	const inSequence = async (): Promise<unknown> => {
		let input = args;
		for (const path of stages()) input = [await run(path, input)];
		return input[0];
	};
	return perform(invocation, inSequence, undefined, []);
}
