import type { LiveInvocation } from '../../invocation/advice.js';
import { activeContext } from '../../runtime/active-context.js';
import { metricsOn } from '../../runtime/epoch.js';
import { warnOnce } from '../../runtime/log-once.js';
import type { Source } from '../../usage/accounting/deduplicate.js';
import { TokenAccount } from '../../usage/accounting/token-account.js';
import type { Usage } from '../../usage/accounting/usage.js';
import { ownerOf } from './owner.js';
import { addToSubtotals } from './subtotal.js';
import { countTokens } from './token-counter.js';
import { hold } from './uncounted.js';

/**
 * Accounts for one usage, whoever reported it. Nothing else adds tokens to:
 *
 * - the tokens of the invocation that owns them, and the counter `agentese.tokens` with the totals of this process.
 *   Both are left out for the source `process`, because the other process counts its own tokens;
 * - the subtotals that `answerWithTokens` sends to the calling process;
 * - the subtree totals of the enclosing invocations. For the source `process` the owner itself is one of them.
 *
 * The counter is increased when the owner ends (`uncounted.ts`), and at once if the owner has ended, was counted by a
 * shutdown, or is undefined.
 *
 * @param owner - the invocation with which the tokens are accounted, as `ownerOf()` returns it; undefined outside of
 *   all
 * @param usage - one model call that no other source has reported, or what another process spent
 * @param source - who reported it; `process` for what `addTokensFrom` reads from a response of another process
 */
export function accountUsage(owner: LiveInvocation | undefined, usage: Usage, source: Source | 'process'): void {
	const local = source !== 'process';
	if (local && owner === undefined) {
		// Without metrics nothing is wrong: below a span that is not sampled, methods are no invocations.
		const outside = metricsOn();
		if (outside) {
			warnOnce(
				'tokens.outside',
				'a model call was reported outside of any invocation; such tokens count under _OTHER.',
			);
		}
		countTokens(undefined, usage, usage.model, outside ? 'outside' : undefined);
	} else if (local && owner?.ended === true) {
		countTokens(owner.point, usage, usage.model, 'late');
	} else if (local && owner !== undefined) {
		const account = accountOf(owner);
		account.add(usage, source);
		if (account.counted) countTokens(owner.point, usage, usage.model);
		else hold(owner);
	}
	addToSubtotals(local && owner !== undefined ? owner.otelContext : activeContext(), usage);
	const innermost = ownerOf(local ? owner?.parent : owner);
	for (let outer = innermost; outer !== undefined; outer = outer.parent) {
		if (!outer.ended) accountOf(outer).addBelow(usage);
	}
}

/** Returns the account of an invocation, and creates it if this is its first usage. */
export function accountOf(invocation: LiveInvocation): TokenAccount {
	invocation.account ??= new TokenAccount();
	return invocation.account;
}
