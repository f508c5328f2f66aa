import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { EffectiveConfig } from '../../config/schema/config.js';
import type { TracingSettings } from '../../lib/invocation/settings.js';
import type { Rule } from '../../lib/rules/rule.js';
import { configureRules } from '../../lib/rules/rules.js';
import { unmatchedRules, warnUnmatchedRules } from '../../lib/weaving/unmatched-rules.js';
import { whenProcessEnds } from '../process-end/process-end.js';

/** Most of what an application has is loaded and was called by then. */
const SETTLED_MS = 60_000;

/** The rules of a config, while they hold. */
export interface HeldRules {
	/** What those match that have matched nothing so far; after the stop, those of that moment. */
	unmatched(): string[];
	/** Takes the rules out again. */
	readonly stop: () => void;
}

/**
 * Makes the rules of a config hold, and says once which of them matched nothing: after the first minute, or when
 * telemetry or the process ends before that. Not at the start, for classes are loaded after it (`--import` starts
 * telemetry before any).
 *
 * @throws TypeError for a rule that is none
 */
export function startRules(rules: readonly Rule[]): HeldRules {
	if (rules.length === 0) return { unmatched: () => [], stop: () => undefined };
	const restore = configureRules(rules);
	// The timer would else hold whatever invocation telemetry is started in.
	const timer = context.with(ROOT_CONTEXT, () => setTimeout(warnUnmatchedRules, SETTLED_MS));
	timer.unref();
	const forget = whenProcessEnds((end) => {
		if (end === 'last') warnUnmatchedRules();
	});
	let last: string[] | undefined;
	const unmatched = () => last ?? unmatchedRules().map(({ match }) => match);
	const stop = () => {
		if (last !== undefined) return;
		clearTimeout(timer);
		forget();
		warnUnmatchedRules();
		last = unmatched();
		restore();
	};
	return { unmatched, stop };
}

/** What a config says of how spans are made. */
export function tracingOf({ spanName, conventions, observer: { baggage } }: EffectiveConfig): Partial<TracingSettings> {
	return { spanName, conventions, baggage };
}
