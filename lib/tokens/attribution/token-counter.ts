import { instruments } from '../../instruments/instruments.js';
import { bounded, pointLabels } from '../../instruments/labels.js';
import type { JoinPointFacts } from '../../invocation/advice.js';
import { addToTotals } from '../../usage/accounting/process-totals.js';
import type { UsageTotal } from '../../usage/accounting/usage-total.js';

/** Adds to the counter `agentese.tokens`; its sum over all labels is the bill. */
export function countTokens(
	point: JoinPointFacts | undefined,
	spent: { readonly in: number; readonly out: number },
	model: string | undefined,
): void {
	addToTotals('counted', spent);
	const counter = instruments()?.tokens;
	if (counter === undefined) return;
	const labels = pointLabels(point);
	if (model !== undefined) labels['agentese.model'] = bounded('agentese.model', model);
	if (spent.in > 0) counter.add(spent.in, { ...labels, 'agentese.direction': 'in' });
	if (spent.out > 0) counter.add(spent.out, { ...labels, 'agentese.direction': 'out' });
}

/** Adds all that an invocation spent itself. */
export function countTotal(point: JoinPointFacts, { byModel }: UsageTotal): void {
	for (const [model, spent] of byModel) countTokens(point, spent, model);
}
