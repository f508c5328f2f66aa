import { innermostInvocation } from '../invocation/context.js';
import { warnOnce } from '../runtime/log-once.js';
import { checkUsage, type TokenUsage } from '../usage/accounting/usage.js';
import { attributeUsage } from './attribution/attribute-usage.js';

/**
 * Records what a model call spent. The tokens are attributed to the innermost invocation of the running code, at any
 * await depth below it; enclosing invocations have them in their totals only. The counts of several calls add up to
 * `agentese.tokens.in` and `agentese.tokens.out` of that invocation, and are added to the counter `agentese.tokens`
 * when it ends, or at once if it has ended already. Outside of any invocation they are counted under the path `_OTHER`,
 * and a warning is logged once.
 *
 * With a `responseId`, a call that a span or a client of `meterModel` reports as well counts once.
 *
 * Never throws: a usage in which neither `in` nor `out` is a whole number from 0 is ignored, and a warning is logged
 * once.
 */
export function recordTokens(usage: TokenUsage): void {
	try {
		const checked = checkUsage(usage);
		if (checked === undefined) {
			warnOnce('tokens.unreadable', 'recordTokens accepts { in, out } as whole numbers from 0; it got something else.');
			return;
		}
		attributeUsage(innermostInvocation(), checked, 'recorded');
	} catch (error) {
		warnOnce('tokens.failed', 'tokens could not be recorded.', error);
	}
}
