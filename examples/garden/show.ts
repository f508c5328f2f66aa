import archy from 'archy';
import Table from 'cli-table3';
import type { PointRead, SpanRead } from './read.js';

/** Returns a tree of spans for each trace, each span with its path, observer, duration, tokens, result and error. */
export function showTraces(spans: readonly SpanRead[]): string {
	const known = new Set(spans.map((span) => span.spanId));
	// A span whose parent is in no file, because another process wrote it, is a root here.
	const roots = spans.filter((span) => span.parentSpanId === undefined || !known.has(span.parentSpanId));
	return roots.map((root) => archy(branch(root, spans))).join('\n');
}

function branch(span: SpanRead, spans: readonly SpanRead[]): archy.Data {
	const children = spans.filter((other) => other.parentSpanId === span.spanId && other.traceId === span.traceId);
	return { label: label(span), nodes: children.map((child) => branch(child, spans)) };
}

function label({ name, attributes, milliseconds, failed }: SpanRead): string {
	const get = (key: string): string | undefined => attributes[`agentese.${key}`];
	const tokens = get('tokens.in') === undefined ? undefined : `${get('tokens.in')} tokens in, ${get('tokens.out')} out`;
	const outcome = get('outcome') === 'refused' ? 'refused' : undefined;
	return [
		get('path') ?? get('composition') ?? name,
		get('observer') === undefined ? undefined : `by ${get('observer')} (${get('archetype')})`,
		`${milliseconds.toFixed(1)} ms`,
		tokens,
		[outcome, get('result')].filter((part) => part !== undefined).join(' ') || undefined,
		failed === undefined ? undefined : `${attributes['error.type']}: ${failed.split('. ')[0]}`,
	]
		.filter((part) => part !== undefined)
		.join(' | ');
}

/** Returns a table with a row for each path and outcome: number of invocations, total duration, and tokens. */
export function showMetrics(points: readonly PointRead[]): string {
	const table = new Table({
		head: ['path', 'outcome', 'invocations', 'ms', 'tokens in', 'tokens out'],
		colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
		style: { head: [], border: [], compact: true },
	});
	for (const { metric, labels, value } of points) {
		// Each declared path has both outcomes at 0 before its first call.
		if (metric !== 'agentese.invocations' || value === 0) continue;
		const path = labels['agentese.path'] ?? labels['code.function.name'] ?? '';
		const outcome = labels['agentese.outcome'] ?? '';
		const errors = points.filter(
			(point) => point.metric === 'agentese.errors' && point.labels['agentese.path'] === path,
		);
		const error = outcome === 'error' ? errors.map((point) => ` ${point.labels['error.type']}`).join(',') : '';
		const ms = findPoint(points, 'agentese.invoke.duration', { path, outcome })?.sum;
		const tokens = (direction: string): string =>
			String(findPoint(points, 'agentese.tokens', { path, 'tokens.direction': direction })?.value ?? '');
		table.push([path, `${outcome}${error}`, String(value), ms?.toFixed(1) ?? '', tokens('in'), tokens('out')]);
	}
	return table.toString();
}

/** Returns the first point of the metric whose `agentese.*` labels have the wanted values. */
function findPoint(
	points: readonly PointRead[],
	metric: string,
	wanted: Readonly<Record<string, string>>,
): PointRead | undefined {
	return points.find(
		(point) =>
			point.metric === metric &&
			Object.entries(wanted).every(([key, value]) => point.labels[`agentese.${key}`] === value),
	);
}
