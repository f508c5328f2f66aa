import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { EffectiveConfig } from '../../config/schema/config.js';
import type { TracingSettings } from '../../lib/invocation/settings.js';
import type { Rule } from '../../lib/rules/rule.js';
import { configureRules } from '../../lib/rules/rules.js';
import { unmatchedRules, warnUnmatchedRules } from '../../lib/weaving/join-points/unmatched-rules.js';
import { whenProcessEnds } from '../process-end/process-end.js';

/** After this time, most of an application's classes are loaded and were called. */
const UNMATCHED_WARNING_MS = 60_000;

/** The rules of a config while they are in effect. */
export interface ActiveRules {
	/** Returns the `match` of each rule that has matched nothing so far; after `stop`, those at the time of the stop. */
	unmatched(): string[];
	/** Ends the effect of the rules. A second call does nothing. */
	readonly stop: () => void;
}

/**
 * Puts the rules of a config into effect. Rules that have matched nothing are logged once: after the first minute, or
 * when telemetry or the process ends before that. They are not logged at the start, since classes are loaded after it
 * (`--import` starts telemetry before any class is).
 *
 * @throws TypeError for an invalid rule
 */
export function startRules(rules: readonly Rule[]): ActiveRules {
	if (rules.length === 0) return { unmatched: () => [], stop: () => undefined };
	const restore = configureRules(rules);
	// In the root context: the timer would keep the invocation alive in which telemetry is started.
	const timer = context.with(ROOT_CONTEXT, () => setTimeout(warnUnmatchedRules, UNMATCHED_WARNING_MS));
	timer.unref();
	const removeListener = whenProcessEnds((end) => {
		if (end === 'last') warnUnmatchedRules();
	});
	let unmatchedAtStop: string[] | undefined;
	const unmatched = () => unmatchedAtStop ?? unmatchedRules().map(({ match }) => match);
	const stop = () => {
		if (unmatchedAtStop !== undefined) return;
		clearTimeout(timer);
		removeListener();
		warnUnmatchedRules();
		unmatchedAtStop = unmatched();
		restore();
	};
	return { unmatched, stop };
}

/** Returns the settings of the toolkit's spans that a config contains. */
export function tracingSettings({
	spanName,
	conventions,
	observer: { baggage },
}: EffectiveConfig): Partial<TracingSettings> {
	return { spanName, conventions, baggage };
}
