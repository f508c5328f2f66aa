import type { InvocationView } from './weaving/advice.js';
import { currentInvocation as innermost } from './weaving/context.js';

/**
 * The innermost invocation of the running code, at any await depth below it, and in a generator's body; undefined
 * outside of all. Inside of what `createLogos` dispatches it is there with or without an SDK; a method that is called
 * directly is an invocation only while an SDK runs, and there where the call is counted or its trace may be sampled.
 */
export function currentInvocation(): InvocationView | undefined {
	return innermost();
}
