import archy from 'archy';
import Table from 'cli-table3';
import type { PointRead, SpanRead } from './read.js';

/** A tree for each trace: path, observer, duration, tokens, result, error. */
export function showTraces(spans: readonly SpanRead[]): string {
	const known = new Set(spans.map((span) => span.spanId));
	const roots = spans.filter((span) => span.parentSpanId === undefined || !known.has(span.parentSpanId));
	return roots.map((root) => archy(branch(root, spans))).join('\n');
}

function branch(span: SpanRead, spans: readonly SpanRead[]): archy.Data {
	const children = spans.filter((one) => one.parentSpanId === span.spanId && one.traceId === span.traceId);
	return { label: label(span), nodes: children.map((child) => branch(child, spans)) };
}

function label({ name, attributes, milliseconds, failed }: SpanRead): string {
	const at = (key: string): string | undefined => attributes[`agentese.${key}`];
	const tokens = at('tokens.in') === undefined ? undefined : `${at('tokens.in')} tokens in, ${at('tokens.out')} out`;
	const outcome = at('outcome') === 'refused' ? 'refused' : undefined;
	return [
		at('path') ?? at('composition') ?? name,
		at('observer') === undefined ? undefined : `by ${at('observer')} (${at('archetype')})`,
		`${milliseconds.toFixed(1)} ms`,
		tokens,
		[outcome, at('result')].filter((part) => part !== undefined).join(' ') || undefined,
		failed === undefined ? undefined : `${attributes['error.type']}: ${failed.split('. ')[0]}`,
	]
		.filter((part) => part !== undefined)
		.join(' | ');
}

/** One row for each path and outcome: how often, how long on the whole, and what it spent. */
export function showMetrics(points: readonly PointRead[]): string {
	const table = new Table({
		head: ['path', 'outcome', 'invocations', 'ms', 'tokens in', 'tokens out'],
		colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
		style: { head: [], border: [], compact: true },
	});
	for (const { metric, labels, value } of points) {
		if (metric !== 'agentese.invocations') continue;
		const path = labels['agentese.path'] ?? labels['code.function.name'] ?? '';
		const outcome = labels['agentese.outcome'] ?? '';
		const error = labels['error.type'] === undefined ? '' : ` ${labels['error.type']}`;
		const ms = find(points, 'agentese.invoke.duration', { path, outcome })?.sum;
		const spent = (direction: string): string =>
			String(find(points, 'agentese.tokens', { path, direction })?.value ?? '');
		table.push([path, `${outcome}${error}`, String(value), ms?.toFixed(1) ?? '', spent('in'), spent('out')]);
	}
	return table.toString();
}

function find(
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
