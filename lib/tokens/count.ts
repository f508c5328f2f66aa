import { instruments } from '../metering/instruments.js';
import { pointLabels } from '../metering/labels.js';
import type { JoinPointFacts, TokenCount } from '../weaving/advice.js';

/** Adds to the counter `agentese.tokens`; its sum over all labels is the bill. */
export function countTokens(point: JoinPointFacts | undefined, count: TokenCount): void {
	const counter = instruments()?.tokens;
	if (counter === undefined) return;
	const labels = pointLabels(point);
	if (count.in > 0) counter.add(count.in, { ...labels, 'agentese.direction': 'in' });
	if (count.out > 0) counter.add(count.out, { ...labels, 'agentese.direction': 'out' });
}
