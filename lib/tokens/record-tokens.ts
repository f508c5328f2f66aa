import { innermostInvocation } from '../invocation/context.js';
import { warnOnce } from '../runtime/log-once.js';
import type { TokenUsage } from '../usage/accounting/usage.js';
import { readUsage } from '../usage/formats/find-usage.js';
import { attributeUsage } from './attribution/attribute-usage.js';

/**
 * Records what a model call spent. The tokens are attributed to the innermost invocation of the running code, at any
 * await depth below it; enclosing invocations have them in their totals only. The counts of several calls add up to
 * `agentese.tokens.in` and `agentese.tokens.out` of that invocation, and are added to the counter `agentese.tokens`
 * when it ends, or at once if it has ended already. Outside of any invocation they are counted under the path `_OTHER`,
 * and a warning is logged once.
 *
 * With a `responseId`, a call that a span or a client of {@linkcode meterModel} reports as well counts once.
 *
 * Never throws: an object without a usage is ignored, and a warning is logged once.
 *
 * @param usage - what a `tokens` option may return: a `TokenUsage`, or the usage or the whole response as a model's client
 *   reports it, such as `response.usage`. Null and undefined record nothing
 *
 * @example
 * ```ts
 * import { recordTokens, traceInvocation } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * traceInvocation('self.soul.ask', (invocation) => {
 * 	recordTokens({ input: 12, output: 30, model: 'gpt-4o' });
 * 	recordTokens({ prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 });
 * 	return [invocation.tokens?.input, invocation.tokens?.output];
 * }); // => [17, 31]
 * ```
 */
export function recordTokens(usage: TokenUsage | object | null | undefined): void {
	if (usage === undefined || usage === null) return;
	try {
		const checked = readUsage(usage);
		if (checked === undefined) {
			warnOnce(
				'tokens.unreadable',
				'recordTokens accepts { input, output } as whole numbers from 0, or the usage that a client reports; it got ' +
					'something else.',
			);
			return;
		}
		attributeUsage(innermostInvocation(), checked, 'recorded');
	} catch (error) {
		warnOnce('tokens.failed', 'tokens could not be recorded.', error);
	}
}
