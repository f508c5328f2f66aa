import type { Encoding } from '../journal/frame.js';
import { type Field, fieldsOf, messagesIn, nested } from './protobuf.js';

/** A body, and how many records it holds. */
export interface Body {
	readonly body: Uint8Array;
	readonly count: number;
}

/** How the records of a metric are told apart in JSON: each kind of metric has its points in a field of its own. */
const POINTS = ['sum', 'gauge', 'histogram', 'exponentialHistogram', 'summary'] as const;

/** The names in JSON of what stands in a request of OTLP: resources, their scopes, and the scopes' records. */
const NAMES = [
	['resourceSpans', 'scopeSpans', 'spans'],
	['resourceMetrics', 'scopeMetrics', 'metrics'],
	['resourceLogs', 'scopeLogs', 'logRecords'],
] as const;

/**
 * Several request bodies as one. A request of OTLP is one list: in protobuf the fields of two messages, one after the
 * other, are the fields of their union, and in JSON the lists are spliced.
 */
export function join(bodies: readonly Uint8Array[], encoding: Encoding): Uint8Array {
	const [first] = bodies;
	if (bodies.length === 1 && first !== undefined) return first;
	if (encoding === 'protobuf') return Buffer.concat(bodies);
	const parts: Uint8Array[] = [];
	for (const body of bodies) {
		const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
		const from = text.indexOf('[') + 1;
		const inner = text.subarray(from, text.lastIndexOf(']'));
		if (inner.length === 0) continue;
		parts.push(parts.length === 0 ? text.subarray(0, from) : COMMA, inner);
	}
	return parts.length === 0 ? (first ?? new Uint8Array()) : Buffer.concat([...parts, END]);
}

const COMMA = Buffer.from(',');
const END = Buffer.from(']}\n');

/**
 * The same records in two bodies of half as many each; undefined where it holds one record, or cannot be read.
 *
 * @param metrics - the records are metrics, which count for their data points
 */
export function halves(body: Uint8Array, encoding: Encoding, metrics: boolean): [Body, Body] | undefined {
	try {
		return encoding === 'json' ? halvesOfJson(body) : halvesOfProtobuf(Buffer.from(body), metrics);
	} catch {
		return undefined;
	}
}

/** A record, with what stands around it. */
interface Leaf<T> {
	readonly resource: number;
	readonly scope: number;
	readonly record: T;
}

function split<T>(leaves: readonly Leaf<T>[]): [Leaf<T>[], Leaf<T>[]] | undefined {
	if (leaves.length < 2) return undefined;
	const middle = Math.ceil(leaves.length / 2);
	return [leaves.slice(0, middle), leaves.slice(middle)];
}

type Json = Record<string, unknown>;

function halvesOfJson(body: Uint8Array): [Body, Body] | undefined {
	const message = JSON.parse(Buffer.from(body).toString('utf8')) as Json;
	const names = NAMES.find(([top]) => Array.isArray(message[top]));
	if (names === undefined) return undefined;
	const [top, middle, bottom] = names;
	const leaves: Leaf<Json>[] = [];
	const resources = message[top] as Json[];
	resources.forEach((one, resource) => {
		((one[middle] ?? []) as Json[]).forEach((inner, scope) => {
			for (const record of (inner[bottom] ?? []) as Json[]) leaves.push({ resource, scope, record });
		});
	});
	const put = (some: readonly Leaf<Json>[]): Body => {
		const out = resources.map((one, resource) => ({
			...one,
			[middle]: ((one[middle] ?? []) as Json[]).map((inner, scope) => ({
				...inner,
				[bottom]: some.filter((leaf) => leaf.resource === resource && leaf.scope === scope).map(({ record }) => record),
			})),
		}));
		const count = top === 'resourceMetrics' ? some.reduce((sum, { record }) => sum + pointsOf(record), 0) : some.length;
		return { body: Buffer.from(`${JSON.stringify({ [top]: out })}\n`), count };
	};
	const parts = split(leaves);
	return parts && [put(parts[0]), put(parts[1])];
}

function pointsOf(metric: Json): number {
	const kind = POINTS.find((name) => metric[name] !== undefined);
	const { dataPoints = [] } = (kind === undefined ? {} : metric[kind]) as { dataPoints?: unknown[] };
	return dataPoints.length;
}

/** In all three signals: a request's field 1 is a resource's, whose field 2 is a scope's, whose field 2 is a record. */
function halvesOfProtobuf(body: Buffer, metrics: boolean): [Body, Body] | undefined {
	const resources = messagesIn(body, 1).map((one) => {
		const others = fieldsOf(one).filter(({ number }) => number !== 2);
		return { others, scopes: messagesIn(one, 2).map((scope) => fieldsOf(scope)) };
	});
	const leaves = resources.flatMap(({ scopes }, resource) =>
		scopes.flatMap((inside, scope) =>
			inside.filter(({ number }) => number === 2).map((record): Leaf<Field> => ({ resource, scope, record })),
		),
	);
	const put = (some: readonly Leaf<Field>[]): Body => {
		const out = resources.flatMap(({ others, scopes }, resource) => {
			const kept = scopes.flatMap((inside, scope) => {
				const records = some.filter((leaf) => leaf.resource === resource && leaf.scope === scope);
				if (records.length === 0) return [];
				const around = inside.filter(({ number }) => number !== 2);
				return [nested(2, [...around, ...records.map(({ record }) => record)])];
			});
			return kept.length === 0 ? [] : [nested(1, [...others, ...kept])];
		});
		const count = metrics ? some.reduce((sum, { record }) => sum + pointsIn(record), 0) : some.length;
		return { body: Buffer.concat(out.map(({ whole }) => whole)), count };
	};
	const parts = split(leaves);
	return parts && [put(parts[0]), put(parts[1])];
}

/** Where a metric has its points, each kind in a field of its own. */
const POINT_FIELDS = [5, 7, 9, 10, 11];

function pointsIn({ value: metric }: Field): number {
	if (!Buffer.isBuffer(metric)) return 0;
	const data = fieldsOf(metric).find(({ number }) => POINT_FIELDS.includes(number));
	return Buffer.isBuffer(data?.value) ? messagesIn(data.value, 1).length : 0;
}
