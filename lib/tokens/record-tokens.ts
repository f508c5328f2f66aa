import { innermostInvocation } from '../invocation/context.js';
import { warnOnce } from '../runtime/log-once.js';
import { checkUsage, type TokenUsage } from '../usage/accounting/usage.js';
import { attributeUsage } from './attribution/attribute-usage.js';

/**
 * Says what a model call spent. It credits the innermost invocation of the running code, at any await depth below it;
 * an enclosing one never repeats it under the same name. The counts of several calls add up to `agentese.tokens.in` and
 * `agentese.tokens.out` of that invocation, and to the counter `agentese.tokens` when it ends (at once, if it ended
 * already). Outside of any invocation they are counted under the path `_OTHER`, and that is said once.
 *
 * With a `responseId`, a call that a span or a client of `meterModel` reports as well counts once.
 *
 * Never throws: a usage without a whole, non-negative number is left out, and that is said once.
 */
export function recordTokens(usage: TokenUsage): void {
	try {
		const checked = checkUsage(usage);
		if (checked === undefined) {
			warnOnce('tokens.unreadable', 'recordTokens takes { in, out } as whole numbers from 0; it got something else.');
			return;
		}
		attributeUsage(innermostInvocation(), checked, 'said');
	} catch (error) {
		warnOnce('tokens.failed', 'tokens could not be recorded.', error);
	}
}
