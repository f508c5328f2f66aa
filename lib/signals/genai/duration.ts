import { bulkHistogram } from '../../instruments/bulk-histogram.js';
import type { Instruments } from '../../instruments/instruments.js';
import { bounded } from '../../instruments/labels.js';
import { type BoundHistogram, HistogramSeries } from '../../instruments/series.js';
import type { LiveInvocation, Outcome } from '../../invocation/advice.js';
import { SCOPE } from '../../runtime/version.js';
import { agentName, enclosingAgent, operationOf, toolName } from './operation.js';
import { type GenaiHistogram, type GenaiVersion, genai, type Operation } from './versions.js';

/** What exists of the conventions' metrics under one meter provider. */
interface GenaiMetrics {
	/** By the name of the histogram. */
	readonly histograms: Map<string, BoundHistogram>;
	/** By the joined `SeriesKey`. */
	readonly series: Map<string, HistogramSeries>;
}

/** Weakly held, so that the series of a provider are freed with its instruments. */
const byInstruments = new WeakMap<Instruments, GenaiMetrics>();

/**
 * Records how long an invocation took in the duration histogram of the GenAI conventions, while the configuration lists
 * them. An invocation whose operation has no such histogram is not recorded.
 *
 * @param outcome - its `duration` is in milliseconds; the histograms are in seconds
 */
export function recordGenaiDuration(
	instruments: Instruments,
	invocation: LiveInvocation,
	{ duration, errorType }: Outcome,
): void {
	const version = genai();
	if (version === undefined) return;
	const operation = operationOf(invocation.point);
	if (operation === undefined || !isTimed(operation, version)) return;
	const { agent, tool, errorType: type } = version.attributes;
	const agentValue = operation === 'invoke_agent' ? agentName(invocation.point) : enclosingAgent(invocation);
	const key: SeriesKey = [
		operation,
		agentValue === undefined ? undefined : bounded(agent, agentValue),
		operation === 'execute_tool' ? bounded(tool, toolName(invocation.point)) : undefined,
		errorType === undefined ? undefined : bounded(type, errorType),
	];
	seriesFor(instruments, version, key).record(duration / 1000);
}

/** True for an operation that the conventions have a duration histogram for. */
function isTimed(operation: string, { durations }: GenaiVersion): operation is Operation {
	return Object.hasOwn(durations, operation);
}

/** What distinguishes the series: the operation, and the values of agent, tool and `error.type`, if there are any. */
type SeriesKey = readonly [
	Operation,
	agent: string | undefined,
	tool: string | undefined,
	errorType: string | undefined,
];

/** Returns the series with this key, created at the first call for it. */
function seriesFor(
	instruments: Instruments,
	{ attributes: names, durations }: GenaiVersion,
	key: SeriesKey,
): HistogramSeries {
	let metrics = byInstruments.get(instruments);
	if (metrics === undefined) {
		metrics = { histograms: new Map(), series: new Map() };
		byInstruments.set(instruments, metrics);
	}
	const name = key.join('\u0000');
	let series = metrics.series.get(name);
	if (series === undefined) {
		const [operation, agent, tool, errorType] = key;
		const labels = Object.freeze({
			...(agent !== undefined && { [names.agent]: agent }),
			...(tool !== undefined && { [names.tool]: tool, [names.toolType]: 'function' }),
			...(errorType !== undefined && { [names.errorType]: errorType }),
		});
		series = new HistogramSeries(
			histogramOf(instruments, metrics, durations[operation]),
			labels,
			instruments.preAggregation,
		);
		metrics.series.set(name, series);
	}
	return series;
}

/** Returns a histogram of the conventions, created at the first call for it. */
function histogramOf(
	instruments: Instruments,
	{ histograms }: GenaiMetrics,
	{ name, description, boundaries }: GenaiHistogram,
): BoundHistogram {
	let bound = histograms.get(name);
	if (bound === undefined) {
		const advice = { explicitBucketBoundaries: [...boundaries] };
		const histogram = instruments.meter(SCOPE).createHistogram(name, { description, unit: 's', advice });
		bound = { histogram, boundaries, addBulk: bulkHistogram(histogram, boundaries) };
		histograms.set(name, bound);
	}
	return bound;
}
