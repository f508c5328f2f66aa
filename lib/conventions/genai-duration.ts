import { type Attributes, type Histogram, metrics } from '@opentelemetry/api';
import { bounded } from '../metering/labels.js';
import { currentEpoch, metricsOn } from '../runtime/signals.js';
import { SCOPE, VERSION } from '../runtime/version.js';
import type { InvocationView, Outcome } from '../weaving/advice.js';
import { type GenaiHistogram, type GenaiVersion, genai, type Operation } from './genai.js';
import { agentAround, agentName, operationOf, toolName } from './operation.js';

let made = new Map<string, Histogram>();
let madeIn = 0;

/** Records how long an invocation took under the name that the GenAI conventions have for it, while they are on. */
export function recordGenai(invocation: InvocationView, outcome: Outcome): void {
	const version = genai();
	if (version === undefined || !metricsOn()) return;
	const operation = operationOf(invocation.point);
	if (operation === undefined) return;
	histogram(version.durations[operation]).record(
		outcome.duration / 1000,
		labels(version.attributes, operation, invocation, outcome),
	);
}

function labels(
	names: GenaiVersion['attributes'],
	operation: Operation,
	invocation: InvocationView,
	{ errorType }: Outcome,
): Attributes {
	const found: Attributes = {};
	const agent = operation === 'invoke_agent' ? agentName(invocation.point) : agentAround(invocation);
	if (agent !== undefined) found[names.agent] = bounded(names.agent, agent);
	if (operation === 'execute_tool') {
		found[names.tool] = bounded(names.tool, toolName(invocation.point));
		found[names.toolType] = 'function';
	}
	if (errorType !== undefined) found[names.errorType] = bounded(names.errorType, errorType);
	return found;
}

/** An instrument made before an SDK starts is a no-op for ever in OpenTelemetry JS: so it is made anew for each. */
function histogram({ name, description, boundaries }: GenaiHistogram): Histogram {
	const epoch = currentEpoch();
	if (epoch !== madeIn) {
		madeIn = epoch;
		made = new Map();
	}
	let found = made.get(name);
	if (found === undefined) {
		const advice = { explicitBucketBoundaries: [...boundaries] };
		found = metrics.getMeter(SCOPE, VERSION).createHistogram(name, { description, unit: 's', advice });
		made.set(name, found);
	}
	return found;
}
