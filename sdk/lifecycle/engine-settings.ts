import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { EffectiveConfig } from '../../config/schema/config.js';
import type { TracingSettings } from '../../lib/invocation/settings.js';
import type { Rule } from '../../lib/rules/rule.js';
import { configureRules } from '../../lib/rules/rules.js';
import { platform } from '../../lib/runtime/platform.js';
import { unmatchedRules, warnUnmatchedRules } from '../../lib/weaving/join-points/unmatched-rules.js';
import { whenProcessEnds } from '../process-end/process-end.js';

/** After this time, most of an application's classes are loaded and were called. */
const UNMATCHED_WARNING_MS = 60_000;

/** The rules of a config while they are in effect. */
export interface ActiveRules {
	/** Returns the `match` of each rule that has matched nothing so far; after `stop`, those at the time of the stop. */
	unmatched(): string[];
	/**
	 * Replaces the rules from the next call on. Those that match nothing are logged as those of a start are.
	 *
	 * @throws TypeError for an invalid rule; then nothing is changed
	 */
	readonly replace: (rules: readonly Rule[]) => void;
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
	/** Restores the rules from before the start; undefined as long as no rule was in effect. */
	let restore: (() => void) | undefined;
	let removeWarning: () => void = () => undefined;
	let unmatchedAtStop: string[] | undefined;
	const replace = (next: readonly Rule[]) => {
		if (unmatchedAtStop !== undefined || (next.length === 0 && restore === undefined)) return;
		const restoreFormer = configureRules(next);
		restore ??= restoreFormer;
		removeWarning();
		removeWarning = next.length === 0 ? () => undefined : warnLater();
	};
	const unmatched = () => unmatchedAtStop ?? unmatchedRules().map(({ match }) => match);
	const stop = () => {
		if (unmatchedAtStop !== undefined) return;
		removeWarning();
		if (restore !== undefined) warnUnmatchedRules();
		unmatchedAtStop = restore === undefined ? [] : unmatched();
		restore?.();
	};
	replace(rules);
	return { unmatched: () => (restore === undefined ? [] : unmatched()), replace, stop };
}

/** Logs unmatched rules after the first minute, and at the end of the process. Returns the removal of both. */
function warnLater(): () => void {
	// In the root context: the timer would keep the invocation alive in which telemetry is started.
	const timer = context.with(ROOT_CONTEXT, () => platform.setTimeout(warnUnmatchedRules, UNMATCHED_WARNING_MS));
	timer.unref();
	const removeListener = whenProcessEnds((end) => {
		if (end === 'final') warnUnmatchedRules();
	});
	return () => {
		platform.clearTimeout(timer);
		removeListener();
	};
}

/** Returns the settings of the toolkit's spans that a config contains. */
export function tracingSettings({
	spanName,
	metered,
	conventions,
	observer: { baggage },
}: EffectiveConfig): Partial<TracingSettings> {
	return { spanName, metered, conventions, baggage };
}
