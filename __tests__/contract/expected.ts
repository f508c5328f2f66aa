import type { Attributes } from '@opentelemetry/api';
import type { RecordedPoint, RecordedSpan } from './harness.js';
import { sortKey } from './harness.js';

/** The default boundaries of `agentese.invoke.duration`, in ms. */
export const BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000];

/** A span: internal, with status OK, and nothing else but what is passed. */
export function span(name: string, attributes: Attributes = {}, rest: Partial<RecordedSpan> = {}): RecordedSpan {
	return { name, kind: 'INTERNAL', status: 'OK', attributes, events: [], links: [], children: [], ...rest };
}

/** The span of `mark(name)`. */
export function marked(name: string): RecordedSpan {
	return span(name, {}, { status: 'UNSET' });
}

/** The attributes of an invocation of a path by the guest, before its outcome is known. */
export function pathAttributes(path: string, functionName?: string): Attributes {
	const [context = '', ...rest] = path.split('.');
	return {
		'agentese.path': path,
		'agentese.context': context,
		'agentese.holon': rest.slice(0, -1).join('.'),
		'agentese.aspect': rest.at(-1) ?? '',
		'agentese.observer': 'anonymous',
		'agentese.archetype': 'guest',
		...(functionName === undefined ? {} : { 'code.function.name': functionName }),
	};
}

/** The span of an invocation that ended well. */
export function invoke(
	path: string,
	functionName: string | undefined,
	attributes: Attributes = {},
	rest: Partial<RecordedSpan> = {},
): RecordedSpan {
	const all = { ...pathAttributes(path, functionName), 'agentese.outcome': 'ok', ...attributes };
	return span('agentese.invoke', all, rest);
}

/** The status and the exception event of a failed span. */
export function failure(
	type: string,
	message: string,
	{ exception = type, stack = true }: { exception?: string; stack?: boolean } = {},
): Pick<RecordedSpan, 'status' | 'events'> {
	const attributes = {
		'exception.type': exception,
		'exception.message': message,
		...(stack ? { 'exception.stacktrace': '(stack)' } : {}),
	};
	return { status: `ERROR: ${message}`, events: [{ name: 'exception', attributes }] };
}

/** The labels of a path. */
export function pathLabels(template: string): Attributes {
	const context = template === '_OTHER' ? '_OTHER' : (template.split('.')[0] ?? '');
	return { 'agentese.path': template, 'agentese.context': context };
}

/** The points of `times` invocations with one outcome: counter, histogram, and the up-down counter back at zero. */
export function counted(
	labels: Attributes,
	outcome = 'ok',
	{ times = 1, errorType }: { times?: number; errorType?: string } = {},
): RecordedPoint[] {
	const ended = { ...labels, 'agentese.outcome': outcome };
	return inOrder([
		active(labels, 0),
		{ name: 'agentese.invoke.duration', unit: 'ms', labels: ended, value: times, boundaries: BUCKETS },
		{ name: 'agentese.invocations', unit: '{invocation}', labels: ended, value: times },
		...(errorType === undefined ? [] : [failures(labels, errorType, times)]),
	]);
}

/** The point of invocations that failed with one class of error. */
export function failures(labels: Attributes, errorType: string, value: number): RecordedPoint {
	const { 'agentese.context': _, ...method } = labels;
	return { name: 'agentese.errors', unit: '{error}', labels: { ...method, 'error.type': errorType }, value };
}

/** The point of invocations in progress. */
export function active(labels: Attributes, value: number): RecordedPoint {
	return { name: 'agentese.invoke.active', unit: '{invocation}', labels, value };
}

/** The point of tokens in one direction. */
export function tokens(labels: Attributes, direction: 'in' | 'out', value: number): RecordedPoint {
	return {
		name: 'agentese.tokens',
		unit: '{token}',
		labels: { ...labels, 'agentese.tokens.direction': direction },
		value,
	};
}

/** Points in the order of `points()`, with equal ones summed. */
export function inOrder(points: readonly RecordedPoint[]): RecordedPoint[] {
	const byKey = new Map<string, RecordedPoint>();
	for (const point of points) {
		const key = sortKey(point);
		byKey.set(key, { ...point, value: point.value + (byKey.get(key)?.value ?? 0) });
	}
	return [...byKey.values()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}
