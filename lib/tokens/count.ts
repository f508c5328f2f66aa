import { instruments } from '../metering/instruments.js';
import { bounded, pointLabels } from '../metering/labels.js';
import type { JoinPointFacts } from '../weaving/advice.js';
import type { Spent } from './spent.js';
import { tallied } from './tally.js';

/** Adds to the counter `agentese.tokens`; its sum over all labels is the bill. */
export function countTokens(
	point: JoinPointFacts | undefined,
	spent: { readonly in: number; readonly out: number },
	model: string | undefined,
): void {
	tallied('counted', spent);
	const counter = instruments()?.tokens;
	if (counter === undefined) return;
	const labels = pointLabels(point);
	if (model !== undefined) labels['agentese.model'] = bounded('agentese.model', model);
	if (spent.in > 0) counter.add(spent.in, { ...labels, 'agentese.direction': 'in' });
	if (spent.out > 0) counter.add(spent.out, { ...labels, 'agentese.direction': 'out' });
}

/** Adds all that an invocation spent itself. */
export function countSpent(point: JoinPointFacts, { byModel }: Spent): void {
	for (const [model, spent] of byModel) countTokens(point, spent, model);
}
