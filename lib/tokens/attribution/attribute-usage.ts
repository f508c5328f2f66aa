import type { LiveInvocation } from '../../invocation/advice.js';
import { activeContext } from '../../runtime/active-context.js';
import { metricsOn } from '../../runtime/epoch.js';
import { sayOnce } from '../../runtime/log-once.js';
import { callsWith, rememberTold, type Source, wasTold } from '../../usage/accounting/deduplicate.js';
import { tallied } from '../../usage/accounting/process-totals.js';
import { Purse } from '../../usage/accounting/token-account.js';
import type { Usage } from '../../usage/accounting/usage.js';
import { gather } from './subtotal.js';
import { countTokens } from './token-counter.js';
import { owe } from './uncounted.js';

/**
 * Credits one model call to the invocation that made it, and to the totals of those around it. A call that another
 * source reported already is left out. What comes after the end, or outside of all, goes to the counter at once.
 */
export function credit(invocation: LiveInvocation | undefined, usage: Usage, source: Source): void {
	const { responseId } = usage;
	const owner = ownerOf(invocation);
	if (source === 'seen' && owner !== undefined && isWhatWasRead(owner, usage)) return;
	if (responseId !== undefined) {
		const tree = owner === undefined ? undefined : () => purseOf(rootOf(owner)).calls;
		if (!callsWith(responseId, tree).take(responseId, source)) return;
		if (source !== 'read') rememberTold(responseId);
	}
	if (owner === undefined) {
		outside(usage);
		return;
	}
	if (owner.ended) {
		countTokens(owner.point, usage, usage.model);
		tallied('late', usage);
	} else {
		const purse = purseOf(owner);
		purse.spend(usage, source);
		if (purse.paid) countTokens(owner.point, usage, usage.model);
		else owe(owner);
	}
	gather(owner.context, usage);
	addBelow(owner.parent, usage);
}

/** Adds to the total of an invocation and of those around it, as far as they go on. */
export function addBelow(
	invocation: LiveInvocation | undefined,
	spent: Pick<Usage, 'in' | 'out' | 'responseId'>,
): void {
	for (let up = ownerOf(invocation); up !== undefined; up = up.parent) if (!up.ended) purseOf(up).spentBelow(spent);
}

/** A helper without a path is no invocation of AGENTESE: what it spends is its invocation's. */
export function ownerOf(invocation: LiveInvocation | undefined): LiveInvocation | undefined {
	let owner = invocation;
	while (owner?.point.template === undefined && owner?.parent !== undefined) owner = owner.parent;
	return owner;
}

/** Whether what a result holds may be a call that nobody reported. */
export function mayBeUnreported(owner: LiveInvocation, { responseId }: Usage): boolean {
	const { purse } = owner;
	if (responseId !== undefined && wasTold(responseId)) return false;
	if (purse === undefined || (purse.own === undefined && !purse.below.any)) return true;
	if (purse.told || purse.anonymous || responseId === undefined) return false;
	return !purseOf(rootOf(owner)).calls.has(responseId);
}

/** Whether the result of an invocation told this call before its span ended, once: ids, where both have one, say it too. */
function isWhatWasRead({ ended, purse }: LiveInvocation, { in: read, out, responseId }: Usage): boolean {
	if (!ended || purse === undefined || purse.told || (responseId !== undefined && !purse.anonymous)) return false;
	if (purse.own?.in !== read || purse.own.out !== out) return false;
	purse.told = true;
	return true;
}

function outside(usage: Usage): void {
	// Below a span that is not sampled, methods that are not counted either are no invocations: that is no fault.
	if (metricsOn()) {
		sayOnce('tokens.outside', 'a model call was reported outside of any invocation; such tokens count under _OTHER.');
		tallied('outside', usage);
	}
	gather(activeContext(), usage);
	countTokens(undefined, usage, usage.model);
}

function purseOf(invocation: LiveInvocation): Purse {
	invocation.purse ??= new Purse();
	return invocation.purse;
}

function rootOf(invocation: LiveInvocation): LiveInvocation {
	let root = invocation;
	while (root.parent !== undefined) root = root.parent;
	return root;
}
