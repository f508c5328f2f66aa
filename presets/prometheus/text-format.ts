import type { Attributes } from '@opentelemetry/api';
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

/** Prometheus's own text, version 0.0.4; or OpenMetrics 1.0.0. */
export type Format = 'text' | 'openmetrics';

type Type = 'counter' | 'gauge' | 'histogram';

/** The lines of one name: Prometheus wants them together. */
interface Family {
	readonly type: Type;
	readonly head: string[];
	readonly samples: Map<string, string>;
}

/**
 * Writes a collection as the page that Prometheus scrapes.
 *
 * Scopes are labels, as the specification of the Prometheus exporter has it, so that two scopes may have metrics of one
 * name. Of two metrics that make one name with two types the first is written, and that is said once: a page that
 * contradicts itself would be refused whole.
 */
export function textFormat({ resource, scopeMetrics }: ResourceMetrics, format: Format): string {
	const families = new Map<string, Family>();
	for (const { scope, metrics } of scopeMetrics) {
		for (const metric of metrics) add(families, metric, scope, format);
	}
	const lines = target(resource.attributes, format);
	for (const { head, samples } of families.values()) {
		if (samples.size > 0) lines.push(...head, ...samples.values());
	}
	if (format === 'openmetrics') lines.push('# EOF');
	return `${lines.join('\n')}\n`;
}

function add(families: Map<string, Family>, metric: MetricData, scope: ScopeMetrics['scope'], format: Format): void {
	const { name: own, unit: ownUnit, description } = metric.descriptor;
	const type = typeOf(metric);
	if (type === undefined) {
		warnOnce(
			`prometheus/exponential/${own}`,
			`prometheus: ${own} is an exponential histogram, which its page cannot say.`,
		);
		return;
	}
	const gauge = metric.dataPointType === DataPointType.GAUGE;
	const made = prometheusName(own, ownUnit, type === 'counter' ? type : gauge ? 'gauge' : 'other');
	if (made === undefined) return;
	const { name, unit } = made;
	// In OpenMetrics a counter's family has no `_total`, and its samples have.
	const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
	let lines = families.get(family);
	if (lines === undefined) {
		const help = escaped(description, format === 'openmetrics');
		const head = [`# TYPE ${family} ${type}`, ...(help === '' ? [] : [`# HELP ${family} ${help}`])];
		// A unit that is not the end of the name would be refused.
		if (format === 'openmetrics' && unit !== '' && family.endsWith(`_${unit}`)) head.push(`# UNIT ${family} ${unit}`);
		lines = { type, head, samples: new Map() };
		families.set(family, lines);
	} else if (lines.type !== type) {
		warnOnce(
			`prometheus/type/${family}`,
			`prometheus: two metrics are called ${family}, a ${lines.type} and a ${type}.`,
		);
		return;
	}
	for (const point of metric.dataPoints) {
		const labels = labelsOf(point.attributes, scope);
		// The first of two alike: the SDK keeps points apart whose labels are one on the page.
		const key = [...labels].map(String).sort().join();
		if (lines.samples.has(key)) continue;
		lines.samples.set(key, sample(name, labels, point as DataPoint<number | Histogram>, format));
	}
}

function typeOf(metric: MetricData): Type | undefined {
	if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
	if (metric.dataPointType === DataPointType.SUM && metric.isMonotonic) return 'counter';
	return metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM ? undefined : 'gauge';
}

function sample(name: string, labels: Labels, { value }: DataPoint<number | Histogram>, format: Format): string {
	if (typeof value === 'number') return `${name}${braces(labels)} ${shown(value)}`;
	const { boundaries, counts } = value.buckets;
	const lines: string[] = [];
	let below = 0;
	for (const [index, count] of counts.entries()) {
		below += count;
		const bound = boundaries[index] ?? Number.POSITIVE_INFINITY;
		lines.push(`${name}_bucket${braces(labels, bucket(bound, format))} ${below}`);
		if (bound === Number.POSITIVE_INFINITY) break;
	}
	if (value.sum !== undefined) lines.push(`${name}_sum${braces(labels)} ${shown(value.sum)}`);
	lines.push(`${name}_count${braces(labels)} ${value.count}`);
	return lines.join('\n');
}

/** OpenMetrics writes bounds as floats, `1.0`, which is what Prometheus 3 makes of `1`: one series on either way. */
function bucket(bound: number, format: Format): string {
	const text = shown(bound);
	return format === 'openmetrics' && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function shown(value: number): string {
	if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
	return value > 0 ? '+Inf' : '-Inf';
}

type Labels = ReadonlyMap<string, string>;

/** Attributes whose names are one on the page share it, with their values in a row: so says the specification. */
function labelsOf(attributes: Attributes, scope?: ScopeMetrics['scope']): Labels {
	const labels = new Map<string, string>();
	for (const key of Object.keys(attributes).sort()) {
		const clean = labelName(key);
		const name =
			clean === 'le' || (scope !== undefined && clean.startsWith('otel_scope_')) ? `exported_${clean}` : clean;
		const before = labels.get(name);
		const value = text(attributes[key]);
		labels.set(name, before === undefined ? value : `${before};${value}`);
	}
	if (scope !== undefined) labels.set('otel_scope_name', scope.name);
	if (scope?.version) labels.set('otel_scope_version', scope.version);
	return labels;
}

function text(value: unknown): string {
	if (typeof value === 'string') return value;
	try {
		return JSON.stringify(value) ?? '';
	} catch {
		return '';
	}
}

function braces(labels: Labels, le?: string): string {
	const all = [...labels].map(([name, value]) => `${name}="${escaped(value, true)}"`);
	if (le !== undefined) all.push(`le="${le}"`);
	return all.length === 0 ? '' : `{${all.join(',')}}`;
}

function escaped(value: string, quotes: boolean): string {
	const safe = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
	return quotes ? safe.replaceAll('"', '\\"') : safe;
}

/** Who speaks: the resource, as the metric that the specification has for it. */
function target(attributes: Attributes, format: Format): string[] {
	const [name, type] = format === 'openmetrics' ? ['target', 'info'] : ['target_info', 'gauge'];
	return [`# TYPE ${name} ${type}`, `# HELP ${name} Target metadata`, `target_info${braces(labelsOf(attributes))} 1`];
}
