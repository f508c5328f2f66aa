import { bulkHistogram } from '../../instruments/bulk-histogram.js';
import type { Instruments } from '../../instruments/instruments.js';
import { bounded } from '../../instruments/labels.js';
import { type BoundHistogram, HistogramSeries } from '../../instruments/series.js';
import type { InvocationView, Outcome } from '../../invocation/advice.js';
import { SCOPE } from '../../runtime/version.js';
import { agentAround, agentName, operationOf, toolName } from './operation.js';
import { type GenaiHistogram, type GenaiVersion, genai, type Operation } from './versions.js';

/** The histograms of the conventions under one meter provider, and their series by what tells these apart. */
interface Made {
	readonly histograms: Map<string, BoundHistogram>;
	readonly cells: Map<string, HistogramSeries>;
}

const byInstruments = new WeakMap<Instruments, Made>();

/** Records how long an invocation took under the name that the GenAI conventions have for it, while they are on. */
export function recordGenai(on: Instruments, invocation: InvocationView, { duration, errorType }: Outcome): void {
	const version = genai();
	if (version === undefined) return;
	const operation = operationOf(invocation.point);
	if (operation === undefined) return;
	const { agent, tool, errorType: type } = version.attributes;
	const who = operation === 'invoke_agent' ? agentName(invocation.point) : agentAround(invocation);
	const said: Said = [
		operation,
		who === undefined ? undefined : bounded(agent, who),
		operation === 'execute_tool' ? bounded(tool, toolName(invocation.point)) : undefined,
		errorType === undefined ? undefined : bounded(type, errorType),
	];
	cellFor(on, version, said).record(duration / 1000);
}

/** What tells the series apart: agent, tool and `error.type`, as far as there are any. */
type Said = readonly [Operation, agent: string | undefined, tool: string | undefined, errorType: string | undefined];

function cellFor(on: Instruments, { attributes: names, durations }: GenaiVersion, said: Said): HistogramSeries {
	let made = byInstruments.get(on);
	if (made === undefined) {
		made = { histograms: new Map(), cells: new Map() };
		byInstruments.set(on, made);
	}
	const key = said.join('\u0000');
	let cell = made.cells.get(key);
	if (cell === undefined) {
		const [operation, agent, tool, errorType] = said;
		const labels = Object.freeze({
			...(agent !== undefined && { [names.agent]: agent }),
			...(tool !== undefined && { [names.tool]: tool, [names.toolType]: 'function' }),
			...(errorType !== undefined && { [names.errorType]: errorType }),
		});
		cell = new HistogramSeries(histogramOf(on, made, durations[operation]), labels, on.ledger);
		made.cells.set(key, cell);
	}
	return cell;
}

function histogramOf(
	on: Instruments,
	{ histograms }: Made,
	{ name, description, boundaries }: GenaiHistogram,
): BoundHistogram {
	let found = histograms.get(name);
	if (found === undefined) {
		const advice = { explicitBucketBoundaries: [...boundaries] };
		const histogram = on.meter(SCOPE).createHistogram(name, { description, unit: 's', advice });
		found = { histogram, boundaries, addWhole: bulkHistogram(histogram, boundaries) };
		histograms.set(name, found);
	}
	return found;
}
