import { instruments } from '../../instruments/instruments.js';
import { bounded, pointLabels } from '../../instruments/labels.js';
import type { JoinPointFacts } from '../../invocation/advice.js';
import { ATTR_AGENTESE_MODEL, ATTR_AGENTESE_TOKENS_DIRECTION } from '../../runtime/names.generated.js';
import { addToTotals, type TokenTotals } from '../../usage/accounting/process-totals.js';

/**
 * Adds tokens to the counter `agentese.tokens`, whose sum over all labels is the bill, and to the totals of this
 * process. Directions with 0 tokens are left out of the counter. If metrics are off, only the totals change.
 *
 * @param point - the method whose labels the tokens get; undefined for the path `_OTHER`
 * @param tokens - whole numbers from 0
 * @param model - the label `agentese.model`, subject to the limit on its values; left out if undefined
 * @param kind - a second total to add to, beside `counted`
 */
export function countTokens(
	point: JoinPointFacts | undefined,
	tokens: { readonly input: number; readonly output: number },
	model: string | undefined,
	kind?: Exclude<keyof TokenTotals, 'counted'>,
): void {
	addToTotals('counted', tokens);
	if (kind !== undefined) addToTotals(kind, tokens);
	const counter = instruments()?.tokens;
	if (counter === undefined) return;
	const labels = pointLabels(point);
	if (model !== undefined) labels[ATTR_AGENTESE_MODEL] = bounded(ATTR_AGENTESE_MODEL, model);
	if (tokens.input > 0) counter.add(tokens.input, { ...labels, [ATTR_AGENTESE_TOKENS_DIRECTION]: 'in' });
	if (tokens.output > 0) counter.add(tokens.output, { ...labels, [ATTR_AGENTESE_TOKENS_DIRECTION]: 'out' });
}
