import { expect } from '@jest/globals';
import type { Attributes } from '@opentelemetry/api';
import type { Outcome } from '../../extend.js';
import { active, counted, failure, marked, pathAttributes, pathLabels, span } from './expected.js';
import type { End, Form, Marks } from './fact.js';
import { openSpans, points, type RecordedPoint, type RecordedSpan, settled, timeline } from './harness.js';

/** The telemetry that a form leaves of an invocation. */
export interface Leaves {
	/** The function's name on the span; undefined for a span without one. Left out if it creates no span. */
	readonly span?: string | undefined;
	/** The path. Left out if it has none. */
	readonly path?: string;
	/** True: counted under its path, or under the span's function name; a text: under that function name. */
	readonly counts?: boolean | string;
	/** The outcomes that its advice received. */
	readonly heard?: Outcome[];
}

/** Creates a form from how it weaves and what it leaves. */
export function formOf(
	name: string,
	leaves: Leaves,
	weave: Form['weave'],
	{ optional = false, dispatches = false } = {},
): Form {
	return {
		name,
		acceptsOptions: optional,
		dispatches,
		weave,
		async ended(end, marks) {
			await settled();
			const spans = await timeline();
			expect({ spans: hasSpan(leaves) ? spans : byName(spans), points: await points() }).toEqual({
				spans: expectedSpans(leaves, end, marks),
				points: expectedPoints(leaves, end),
			});
			const kinds = leaves.heard?.splice(0).map(({ kind, threw, errorType }) => ({ kind, threw, errorType }));
			if (kinds === undefined) return;
			const failed = end.outcome === 'error';
			const threw = failed || (end.outcome === 'cancelled' && end.threw === true);
			expect(kinds).toEqual([{ kind: end.outcome, threw, errorType: failed ? end.type : undefined }]);
		},
		async underWay() {
			await settled();
			expect({
				spans: openSpans(),
				active: (await points()).filter((point) => point.name === 'agentese.invoke.active'),
				heard: leaves.heard ?? [],
			}).toEqual({
				spans: hasSpan(leaves) ? [spanName(leaves)] : [],
				active: leaves.counts ? [active(labels(leaves), 1)] : [],
				heard: [],
			});
		},
	};
}

function hasSpan(leaves: Leaves): boolean {
	return 'span' in leaves;
}

function spanName({ span: name, path }: Leaves): string {
	return path === undefined ? (name ?? '') : 'agentese.invoke';
}

function expectedSpans(leaves: Leaves, end: End, { inside = [], outside = [] }: Marks): RecordedSpan[] {
	if (!hasSpan(leaves)) return byName([...inside, ...outside].map(marked));
	const failed = end.outcome === 'error' ? failure(end.type, end.message, end) : undefined;
	const status = { ok: 'OK', cancelled: 'UNSET', unknown: 'UNSET', error: failed?.status ?? '' }[end.outcome];
	const rest = { status, events: failed?.events ?? [], children: inside.map(marked) };
	return [span(spanName(leaves), spanAttributes(leaves, end), rest), ...outside.map(marked)];
}

function spanAttributes({ span: name, path }: Leaves, end: End): Attributes {
	const failed = end.outcome === 'error' ? { 'error.type': end.type } : {};
	if (path === undefined) return { 'code.function.name': name ?? '', ...failed };
	const result = end.outcome === 'ok' ? { 'agentese.result': end.result } : {};
	return { ...pathAttributes(path, name), 'agentese.outcome': end.outcome, ...result, ...failed };
}

function expectedPoints(leaves: Leaves, end: End): RecordedPoint[] {
	if (!leaves.counts) return [];
	const all = counted(labels(leaves), end.outcome, end.outcome === 'error' ? { errorType: end.type } : {});
	// The duration of a result whose end was not seen is not known.
	return end.outcome === 'unknown' ? all.filter(({ name }) => name !== 'agentese.invoke.duration') : all;
}

function labels({ path, counts, span: name }: Leaves): Attributes {
	return path === undefined
		? { 'code.function.name': typeof counts === 'string' ? counts : (name ?? '') }
		: pathLabels(path);
}

function byName(spans: RecordedSpan[]): RecordedSpan[] {
	return spans.sort((a, b) => (a.name < b.name ? -1 : 1));
}
