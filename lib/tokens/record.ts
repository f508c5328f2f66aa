import { sayOnce } from '../runtime/say.js';
import { currentInvocation } from '../weaving/context.js';
import { countTokens } from './count.js';
import { readUsage, type TokenUsage } from './usage.js';

/**
 * Says what a model call spent. It credits the innermost invocation of the running code, at any await depth below it;
 * an enclosing one never repeats it. The counts of several calls add up to `agentese.tokens.in` and
 * `agentese.tokens.out` of that invocation, and to the counter `agentese.tokens` when it ends (at once, if it ended
 * already). Outside of any invocation they are counted under the path `_OTHER`, and that is said once.
 *
 * Never throws: a usage without a whole, non-negative number is left out, and that is said once.
 */
export function recordTokens(usage: TokenUsage): void {
	try {
		const count = readUsage(usage);
		if (count === undefined) {
			sayOnce('tokens.unreadable', 'recordTokens takes { in, out } as whole numbers from 0; it got something else.');
			return;
		}
		const invocation = currentInvocation();
		if (invocation !== undefined) {
			invocation.addTokens(count);
			return;
		}
		sayOnce('tokens.outside', 'recordTokens was called outside of any invocation; such tokens count under _OTHER.');
		countTokens(undefined, count);
	} catch (error) {
		sayOnce('tokens.failed', 'tokens could not be recorded.', error);
	}
}
