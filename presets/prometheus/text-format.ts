import type { Attributes, HrTime } from '@opentelemetry/api';
import {
	type DataPoint,
	DataPointType,
	type Histogram,
	type MetricData,
	type ResourceMetrics,
	type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { labelName, prometheusName } from './metric-names.js';

/** A format of the metrics page: Prometheus's own text format, version 0.0.4, or OpenMetrics 1.0.0. */
export type PageFormat = 'text' | 'openmetrics';

/** The type of a metric, as `# TYPE` states it. */
type MetricType = 'counter' | 'gauge' | 'histogram';

/** All lines of one metric name, which Prometheus requires to be adjacent. */
interface Family {
	readonly type: MetricType;
	/** The lines that begin with `#`. */
	readonly head: string[];
	/** The lines of each data point, by its labels. */
	readonly samples: Map<string, string>;
}

/**
 * Formats a collection as the page that Prometheus scrapes.
 *
 * Instrumentation scopes become labels, as the specification of the Prometheus exporter requires, so that two scopes
 * may have metrics of the same name. Of two metrics that have the same name and different types only the first is
 * written, which is reported once: Prometheus would refuse the whole page otherwise.
 */
export function textFormat({ resource, scopeMetrics }: ResourceMetrics, format: PageFormat): string {
	const families = new Map<string, Family>();
	for (const { scope, metrics } of scopeMetrics) {
		for (const metric of metrics) addMetric(families, metric, scope, format);
	}
	const lines = targetInfo(resource.attributes, format);
	for (const { head, samples } of families.values()) {
		if (samples.size > 0) lines.push(...head, ...samples.values());
	}
	if (format === 'openmetrics') lines.push('# EOF');
	return `${lines.join('\n')}\n`;
}

function addMetric(
	families: Map<string, Family>,
	metric: MetricData,
	scope: ScopeMetrics['scope'],
	format: PageFormat,
): void {
	const { name: otelName, unit: otelUnit, description } = metric.descriptor;
	const type = typeOf(metric);
	if (type === undefined) {
		warnOnce(
			`prometheus/exponential/${otelName}`,
			`prometheus: ${otelName} is an exponential histogram, which the text format cannot represent; it is left out.`,
		);
		return;
	}
	const isGauge = metric.dataPointType === DataPointType.GAUGE;
	const converted = prometheusName(otelName, otelUnit, type === 'counter' ? type : isGauge ? 'gauge' : 'other');
	if (converted === undefined) return;
	const { name, unit } = converted;
	// In OpenMetrics the samples of a counter end in `_total`, but the name of its family does not.
	const familyName = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
	let family = families.get(familyName);
	if (family === undefined) {
		const help = escaped(description, format === 'openmetrics');
		const head = [`# TYPE ${familyName} ${type}`, ...(help === '' ? [] : [`# HELP ${familyName} ${help}`])];
		// Prometheus refuses a unit that is not the end of the name.
		if (format === 'openmetrics' && unit !== '' && familyName.endsWith(`_${unit}`)) {
			head.push(`# UNIT ${familyName} ${unit}`);
		}
		family = { type, head, samples: new Map() };
		families.set(familyName, family);
	} else if (family.type !== type) {
		warnOnce(
			`prometheus/type/${familyName}`,
			`prometheus: two metrics are called ${familyName}, a ${family.type} and a ${type}; the ${type} is left out.`,
		);
		return;
	}
	for (const point of metric.dataPoints) {
		const labels = labelsOf(point.attributes, scope);
		// Two points whose attributes become the same labels: only the first is written.
		const key = [...labels].map(String).sort().join();
		if (family.samples.has(key)) continue;
		const lines = sampleLines(name, labels, point as DataPoint<number | Histogram>, format);
		// OpenMetrics states when a series began, so that its first value counts as an increase.
		if (format === 'openmetrics' && type !== 'gauge') {
			lines.push(`${familyName}_created${labelSet(labels)} ${secondsText(point.startTime)}`);
		}
		family.samples.set(key, lines.join('\n'));
	}
}

/** Returns the type on the page, or undefined for an exponential histogram, which has none. */
function typeOf(metric: MetricData): MetricType | undefined {
	if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
	if (metric.dataPointType === DataPointType.SUM && metric.isMonotonic) return 'counter';
	return metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM ? undefined : 'gauge';
}

/** Formats one data point: one line, or for a histogram one for each bucket, one for the sum and one for the count. */
function sampleLines(
	name: string,
	labels: Labels,
	{ value }: DataPoint<number | Histogram>,
	format: PageFormat,
): string[] {
	if (typeof value === 'number') return [`${name}${labelSet(labels)} ${numberText(value)}`];
	const { boundaries, counts } = value.buckets;
	const lines: string[] = [];
	// Buckets on the page are cumulative; those of OpenTelemetry are not.
	let cumulative = 0;
	for (const [index, count] of counts.entries()) {
		cumulative += count;
		const bound = boundaries[index] ?? Number.POSITIVE_INFINITY;
		lines.push(`${name}_bucket${labelSet(labels, boundText(bound, format))} ${cumulative}`);
		if (bound === Number.POSITIVE_INFINITY) break;
	}
	if (value.sum !== undefined) lines.push(`${name}_sum${labelSet(labels)} ${numberText(value.sum)}`);
	lines.push(`${name}_count${labelSet(labels)} ${value.count}`);
	return lines;
}

/** Formats a time as seconds since 1970. */
function secondsText([seconds, nanos]: HrTime): string {
	return `${seconds}.${String(Math.floor(nanos / 1e6)).padStart(3, '0')}`;
}

/**
 * Formats the upper bound of a bucket. OpenMetrics requires a float, `1.0`, and Prometheus 3 converts `1` to that, so
 * that both formats give the same series.
 */
function boundText(bound: number, format: PageFormat): string {
	const text = numberText(bound);
	return format === 'openmetrics' && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function numberText(value: number): string {
	if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
	return value > 0 ? '+Inf' : '-Inf';
}

/** The labels of a sample, by name. */
type Labels = ReadonlyMap<string, string>;

/**
 * Converts attributes to labels. If two keys become the same name, their values are joined with a semicolon, as the
 * specification of the Prometheus exporter requires.
 *
 * @param scope - is added as labels; a label of an attribute that would conflict with it is prefixed with `exported_`
 */
function labelsOf(attributes: Attributes, scope?: ScopeMetrics['scope']): Labels {
	const labels = new Map<string, string>();
	for (const key of Object.keys(attributes).sort()) {
		const label = labelName(key);
		const name =
			label === 'le' || (scope !== undefined && label.startsWith('otel_scope_')) ? `exported_${label}` : label;
		const previous = labels.get(name);
		const value = valueText(attributes[key]);
		labels.set(name, previous === undefined ? value : `${previous};${value}`);
	}
	if (scope !== undefined) labels.set('otel_scope_name', scope.name);
	if (scope?.version) labels.set('otel_scope_version', scope.version);
	return labels;
}

/** Returns the value of a label: a string unchanged, anything else as JSON. Never throws. */
function valueText(value: unknown): string {
	if (typeof value === 'string') return value;
	try {
		return JSON.stringify(value) ?? '';
	} catch {
		return '';
	}
}

/** Formats labels in braces. @param le - the upper bound of a bucket, as the last label */
function labelSet(labels: Labels, le?: string): string {
	const pairs = [...labels].map(([name, value]) => `${name}="${escaped(value, true)}"`);
	if (le !== undefined) pairs.push(`le="${le}"`);
	return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Escapes backslashes and line breaks, and quotation marks too if `quotes` is set. */
function escaped(value: string, quotes: boolean): string {
	const escapedText = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
	return quotes ? escapedText.replaceAll('"', '\\"') : escapedText;
}

/**
 * Formats the resource as `target_info`, the metric that the specification of the Prometheus exporter defines for it.
 */
function targetInfo(attributes: Attributes, format: PageFormat): string[] {
	const [name, type] = format === 'openmetrics' ? ['target', 'info'] : ['target_info', 'gauge'];
	return [`# TYPE ${name} ${type}`, `# HELP ${name} Target metadata`, `target_info${labelSet(labelsOf(attributes))} 1`];
}
