import type { Encoding } from '../journal/segments/frame.js';
import { type Field, messagesIn, nestedField, readFields } from './protobuf.js';

/** A request body, and how many records it holds. */
export interface CountedBody {
	/** An OTLP request. */
	readonly body: Uint8Array;
	/** How many spans, data points or log records the body holds. */
	readonly count: number;
}

/** The members that hold the data points of a metric in JSON, one for each kind of metric. */
const POINT_NAMES = ['sum', 'gauge', 'histogram', 'exponentialHistogram', 'summary'] as const;

/** The members of an OTLP request in JSON, for each signal: its resources, their scopes, and the records of a scope. */
const NAMES = [
	['resourceSpans', 'scopeSpans', 'spans'],
	['resourceMetrics', 'scopeMetrics', 'metrics'],
	['resourceLogs', 'scopeLogs', 'logRecords'],
] as const;

/**
 * Joins several request bodies to one, without decoding them. An OTLP request is one list. In protobuf, the fields of
 * two messages one after the other are the fields of their union. In JSON, the lists are joined by a comma.
 *
 * @param bodies - all of that encoding
 */
export function joinBodies(bodies: readonly Uint8Array[], encoding: Encoding): Uint8Array {
	const [first] = bodies;
	if (bodies.length === 1 && first !== undefined) return first;
	if (encoding === 'protobuf') return Buffer.concat(bodies);
	const parts: Uint8Array[] = [];
	for (const body of bodies) {
		const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
		const from = text.indexOf('[') + 1;
		// The list without its brackets. The first body keeps what precedes it: `{"resourceSpans":[`.
		const inner = text.subarray(from, text.lastIndexOf(']'));
		if (inner.length === 0) continue;
		parts.push(parts.length === 0 ? text.subarray(0, from) : COMMA, inner);
	}
	return parts.length === 0 ? (first ?? new Uint8Array()) : Buffer.concat([...parts, END]);
}

/** What separates two resources in JSON, and what ends a request. */
const COMMA = Buffer.from(',');
const END = Buffer.from(']}\n');

/**
 * Splits a request body into two with half of the records each. Returns undefined if it holds only one record or cannot
 * be decoded. Never throws.
 *
 * @param metrics - true if the records are metrics, which count for their data points
 */
export function splitInHalf(
	body: Uint8Array,
	encoding: Encoding,
	metrics: boolean,
): [CountedBody, CountedBody] | undefined {
	try {
		return encoding === 'json' ? halvesOfJson(body) : halvesOfProtobuf(Buffer.from(body), metrics);
	} catch {
		return undefined;
	}
}

/** A record, and which resource and scope of the request it belongs to, by their index. */
interface Leaf<T> {
	readonly resource: number;
	/** The index within its resource. */
	readonly scope: number;
	readonly record: T;
}

/** Splits records in the middle. Returns undefined if there are fewer than two. */
function split<T>(leaves: readonly Leaf<T>[]): [Leaf<T>[], Leaf<T>[]] | undefined {
	if (leaves.length < 2) return undefined;
	const middle = Math.ceil(leaves.length / 2);
	return [leaves.slice(0, middle), leaves.slice(middle)];
}

type Json = Record<string, unknown>;

/** @throws if the body is not JSON */
function halvesOfJson(body: Uint8Array): [CountedBody, CountedBody] | undefined {
	const message = JSON.parse(Buffer.from(body).toString('utf8')) as Json;
	const names = NAMES.find(([top]) => Array.isArray(message[top]));
	if (names === undefined) return undefined;
	const [top, middle, bottom] = names;
	const leaves: Leaf<Json>[] = [];
	const resources = message[top] as Json[];
	resources.forEach((resourceOf, resource) => {
		((resourceOf[middle] ?? []) as Json[]).forEach((scopeOf, scope) => {
			for (const record of (scopeOf[bottom] ?? []) as Json[]) leaves.push({ resource, scope, record });
		});
	});
	/** Returns a request with those records alone, in their resources and scopes. */
	const requestOf = (kept: readonly Leaf<Json>[]): CountedBody => {
		const out = resources.map((resourceOf, resource) => ({
			...resourceOf,
			[middle]: ((resourceOf[middle] ?? []) as Json[]).map((scopeOf, scope) => ({
				...scopeOf,
				[bottom]: kept.filter((leaf) => leaf.resource === resource && leaf.scope === scope).map(({ record }) => record),
			})),
		}));
		const count = top === 'resourceMetrics' ? kept.reduce((sum, { record }) => sum + pointsOf(record), 0) : kept.length;
		return { body: Buffer.from(`${JSON.stringify({ [top]: out })}\n`), count };
	};
	const parts = split(leaves);
	return parts && [requestOf(parts[0]), requestOf(parts[1])];
}

/** Returns how many data points a metric in JSON has. */
function pointsOf(metric: Json): number {
	const kind = POINT_NAMES.find((name) => metric[name] !== undefined);
	const { dataPoints = [] } = (kind === undefined ? {} : metric[kind]) as { dataPoints?: unknown[] };
	return dataPoints.length;
}

/** In all three signals, field 1 of a request is a resource, whose field 2 is a scope, whose field 2 is a record. */
function halvesOfProtobuf(body: Buffer, metrics: boolean): [CountedBody, CountedBody] | undefined {
	const resources = messagesIn(body, 1).map((resource) => {
		const others = readFields(resource).filter(({ number }) => number !== 2);
		return { others, scopes: messagesIn(resource, 2).map((scope) => readFields(scope)) };
	});
	const leaves = resources.flatMap(({ scopes }, resource) =>
		scopes.flatMap((fields, scope) =>
			fields.filter(({ number }) => number === 2).map((record): Leaf<Field> => ({ resource, scope, record })),
		),
	);
	/** Returns a request with those records alone, in their resources and scopes. */
	const requestOf = (kept: readonly Leaf<Field>[]): CountedBody => {
		const out = resources.flatMap(({ others, scopes }, resource) => {
			const scopesOut = scopes.flatMap((fields, scope) => {
				const records = kept.filter((leaf) => leaf.resource === resource && leaf.scope === scope);
				if (records.length === 0) return [];
				const others = fields.filter(({ number }) => number !== 2);
				return [nestedField(2, [...others, ...records.map(({ record }) => record)])];
			});
			return scopesOut.length === 0 ? [] : [nestedField(1, [...others, ...scopesOut])];
		});
		const count = metrics ? kept.reduce((sum, { record }) => sum + pointsIn(record), 0) : kept.length;
		return { body: Buffer.concat(out.map(({ bytes }) => bytes)), count };
	};
	const parts = split(leaves);
	return parts && [requestOf(parts[0]), requestOf(parts[1])];
}

/** The numbers of the fields that hold the data points of a metric in protobuf, one for each kind of metric. */
const POINT_FIELDS = [5, 7, 9, 10, 11];

/** Returns how many data points a metric in protobuf has. */
function pointsIn({ value: metric }: Field): number {
	if (!Buffer.isBuffer(metric)) return 0;
	const data = readFields(metric).find(({ number }) => POINT_FIELDS.includes(number));
	return Buffer.isBuffer(data?.value) ? messagesIn(data.value, 1).length : 0;
}
