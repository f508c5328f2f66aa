import type { LiveInvocation } from '../../invocation/advice.js';
import { callsWith, rememberReported, type Source, wasReported } from '../../usage/accounting/deduplicate.js';
import type { Usage } from '../../usage/accounting/usage.js';
import { accountOf, accountUsage } from './account-usage.js';
import { ownerOf, rootOf } from './owner.js';

/**
 * Attributes the usage of one model call to the invocation that made it, unless another source has reported this call
 * already.
 *
 * @param invocation - the innermost invocation around the call; undefined outside of all
 */
export function attributeUsage(invocation: LiveInvocation | undefined, usage: Usage, source: Source): void {
	const { responseId } = usage;
	const owner = ownerOf(invocation);
	if (source === 'span' && owner !== undefined && wasReadFromResult(owner, usage)) return;
	if (responseId !== undefined) {
		const tree = owner === undefined ? undefined : () => accountOf(rootOf(owner)).calls;
		if (!callsWith(responseId, tree).record(responseId, source)) return;
		if (source !== 'result') rememberReported(responseId);
	}
	accountUsage(owner, usage, source);
}

/**
 * Returns whether a usage that was found in the result of `owner` may be that of a call that no other source reported.
 * Without a response id that is so only if nothing was accounted in `owner` or below it.
 */
export function mayBeUnreported(owner: LiveInvocation, { responseId }: Usage): boolean {
	const { account } = owner;
	if (responseId !== undefined && wasReported(responseId)) return false;
	if (account === undefined || (account.own === undefined && !account.below.any)) return true;
	if (account.reported || account.anonymous || responseId === undefined) return false;
	return !accountOf(rootOf(owner)).calls.has(responseId);
}

/**
 * Returns true, once for each invocation, if a span that ended after its invocation reports the call that was read from
 * the result of that invocation. If both reports have a response id, the ids decide, and this returns false.
 */
function wasReadFromResult(owner: LiveInvocation, { input, output, responseId }: Usage): boolean {
	const { ended, account } = owner;
	if (!ended || account === undefined || account.reported) return false;
	if (responseId !== undefined && !account.anonymous) return false;
	if (account.own?.input !== input || account.own.output !== output) return false;
	account.reported = true;
	return true;
}
