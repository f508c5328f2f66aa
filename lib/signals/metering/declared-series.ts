import { type Instruments, instruments } from '../../instruments/instruments.js';
import { onCollection } from '../../instruments/pre-aggregation.js';
import type { Advice } from '../../invocation/advice.js';
import { declarationVersion } from '../../rules/declared.js';
import { currentEpoch } from '../../runtime/epoch.js';
import { warnOnce } from '../../runtime/log-once.js';
import { ConditionalAdvice } from '../../weaving/join-points/conditional-advice.js';
import { declaredJoinPoints } from '../../weaving/join-points/declared-members.js';
import { MeterAdvice } from './meter-advice.js';

/** How many series are created before the first call at most: half of what OpenTelemetry keeps of one metric. */
const MAX_SERIES = 1000;

/** For which instruments, which declarations and which rules the series exist. */
let known: { on: Instruments; declarations: number; epoch: number } | undefined;

/**
 * Before each collection, creates the series of `agentese.invocations` at 0 for each declared path that is counted, if
 * a class was declared since the last one. So the first reading of Prometheus has them, and the first error of a path is
 * an increase.
 */
export function declareSeriesAtCollections(): void {
	onCollection(() => {
		try {
			declareSeries();
		} catch (error) {
			warnOnce('metering/declared', 'the series of declared paths could not be created at 0.', error);
		}
	});
}

/** Creates the series, unless they exist. */
function declareSeries(): void {
	const on = instruments();
	const [declarations, epoch] = [declarationVersion(), currentEpoch()];
	if (on === undefined) return;
	if (known?.on === on && known.declarations === declarations && known.epoch === epoch) return;
	known = { on, declarations, epoch };
	let left = MAX_SERIES;
	for (const point of declaredJoinPoints()) {
		for (const advice of point.advices.flatMap(partsOf)) {
			if (advice instanceof MeterAdvice) left -= advice.declare(on, left);
		}
	}
}

/** Returns the advices that a call enters under a condition, or the advice itself. */
function partsOf(advice: Advice): readonly Advice[] {
	return advice instanceof ConditionalAdvice ? advice.advices : [advice];
}
