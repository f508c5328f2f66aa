import { warnFault, warnOnce } from '../../runtime/log-once.js';
import { ChunkReader, keepsLast } from '../../tokens/result-usage.js';
import type { InvocationState } from './invocation-state.js';

/**
 * Handles one item of an invocation's stream: reads token usage from it, and shows it to the advices with an `item`
 * part. Does nothing once the invocation has ended. Never throws.
 */
export function showItem(invocation: InvocationState, value: unknown): void {
	if (invocation.ended) return;
	const { options, advices, showsItems } = invocation.point;
	// A primitive holds no usage, so it is read only if a `tokens` option or a registered reader reads the last item.
	try {
		if ((typeof value === 'object' && value !== null) || keepsLast(options.tokens)) {
			invocation.chunks ??= new ChunkReader(options.tokens);
			invocation.chunks.add(value);
		}
	} catch (error) {
		warnFault('Reading the item of a stream', error);
	}
	if (!showsItems) return;
	for (let i = 0; i < advices.length; i++) {
		try {
			advices[i]?.item?.(invocation, value, i === 0 ? invocation.firstState : invocation.otherStates?.[i]);
		} catch (error) {
			warnOnce('advice.item', `an advice of ${invocation.point.functionName} threw on an item of a stream.`, error);
		}
	}
}
