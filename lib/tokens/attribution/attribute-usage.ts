import type { LiveInvocation } from '../../invocation/advice.js';
import { activeContext } from '../../runtime/active-context.js';
import { metricsOn } from '../../runtime/epoch.js';
import { warnOnce } from '../../runtime/log-once.js';
import { callsWith, rememberReported, type Source, wasReported } from '../../usage/accounting/deduplicate.js';
import { addToTotals } from '../../usage/accounting/process-totals.js';
import { TokenAccount } from '../../usage/accounting/token-account.js';
import type { Usage } from '../../usage/accounting/usage.js';
import { addToSubtotals } from './subtotal.js';
import { countTokens } from './token-counter.js';
import { hold } from './uncounted.js';

/**
 * Credits one model call to the invocation that made it, and to the totals of those around it. A call that another
 * source reported already is left out. What comes after the end, or outside of all, goes to the counter at once.
 */
export function attributeUsage(invocation: LiveInvocation | undefined, usage: Usage, source: Source): void {
	const { responseId } = usage;
	const owner = ownerOf(invocation);
	if (source === 'seen' && owner !== undefined && wasReadFromResult(owner, usage)) return;
	if (responseId !== undefined) {
		const tree = owner === undefined ? undefined : () => accountOf(rootOf(owner)).calls;
		if (!callsWith(responseId, tree).take(responseId, source)) return;
		if (source !== 'read') rememberReported(responseId);
	}
	if (owner === undefined) {
		countOutside(usage);
		return;
	}
	if (owner.ended) {
		countTokens(owner.point, usage, usage.model);
		addToTotals('late', usage);
	} else {
		const purse = accountOf(owner);
		purse.add(usage, source);
		if (purse.counted) countTokens(owner.point, usage, usage.model);
		else hold(owner);
	}
	addToSubtotals(owner.context, usage);
	addBelow(owner.parent, usage);
}

/** Adds to the total of an invocation and of those around it, as far as they go on. */
export function addBelow(
	invocation: LiveInvocation | undefined,
	spent: Pick<Usage, 'in' | 'out' | 'responseId'>,
): void {
	for (let up = ownerOf(invocation); up !== undefined; up = up.parent) if (!up.ended) accountOf(up).addBelow(spent);
}

/** A helper without a path is no invocation of AGENTESE: what it spends is its invocation's. */
export function ownerOf(invocation: LiveInvocation | undefined): LiveInvocation | undefined {
	let owner = invocation;
	while (owner?.point.template === undefined && owner?.parent !== undefined) owner = owner.parent;
	return owner;
}

/** Whether what a result holds may be a call that nobody reported. */
export function mayBeUnreported(owner: LiveInvocation, { responseId }: Usage): boolean {
	const { account: purse } = owner;
	if (responseId !== undefined && wasReported(responseId)) return false;
	if (purse === undefined || (purse.own === undefined && !purse.below.any)) return true;
	if (purse.reported || purse.anonymous || responseId === undefined) return false;
	return !accountOf(rootOf(owner)).calls.has(responseId);
}

/** Whether the result of an invocation told this call before its span ended, once: ids, where both have one, say it too. */
function wasReadFromResult({ ended, account: purse }: LiveInvocation, { in: read, out, responseId }: Usage): boolean {
	if (!ended || purse === undefined || purse.reported || (responseId !== undefined && !purse.anonymous)) return false;
	if (purse.own?.in !== read || purse.own.out !== out) return false;
	purse.reported = true;
	return true;
}

function countOutside(usage: Usage): void {
	// Below a span that is not sampled, methods that are not counted either are no invocations: that is no fault.
	if (metricsOn()) {
		warnOnce('tokens.outside', 'a model call was reported outside of any invocation; such tokens count under _OTHER.');
		addToTotals('outside', usage);
	}
	addToSubtotals(activeContext(), usage);
	countTokens(undefined, usage, usage.model);
}

function accountOf(invocation: LiveInvocation): TokenAccount {
	invocation.account ??= new TokenAccount();
	return invocation.account;
}

function rootOf(invocation: LiveInvocation): LiveInvocation {
	let root = invocation;
	while (root.parent !== undefined) root = root.parent;
	return root;
}
