import type { ConfigRule } from '../../config/schema/config.js';
import { warnOnce } from '../../lib/runtime/log-once.js';

/** Whether some rule has a rate of its own. */
export function hasRates(rules: readonly Pick<ConfigRule, 'rate'>[]): boolean {
	return rules.some(({ rate }) => rate !== undefined);
}

/** Says once that the rates of rules have no effect, where somebody else decides which traces are kept. */
export function warnRatesIgnored(rules: readonly Pick<ConfigRule, 'rate'>[], decider: string): void {
	if (!hasRates(rules)) return;
	warnOnce(
		`rules/rate/${decider}`,
		`the "rate" of a rule has no effect here: ${decider} decides which traces are kept. "enabled" and "name" hold.`,
	);
}
