import type { ConfigRule } from '../../config/schema/config.js';
import { warnOnce } from '../../lib/runtime/log-once.js';

/** Whether some rule sets a rate. */
export function hasRates(rules: readonly Pick<ConfigRule, 'rate'>[]): boolean {
	return rules.some(({ rate }) => rate !== undefined);
}

/**
 * Logs once, if some rule sets a rate, that rates have no effect.
 *
 * @param decider - what decides instead which traces are kept, for the message
 */
export function warnRatesIgnored(rules: readonly Pick<ConfigRule, 'rate'>[], decider: string): void {
	if (!hasRates(rules)) return;
	warnOnce(
		`rules/rate/${decider}`,
		`the "rate" of a rule has no effect here: ${decider} decides which traces are kept. "enabled" and "name" apply.`,
	);
}
