import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag, ROOT_CONTEXT, type Span, SpanKind, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { FastSpan } from '../../../sdk/spans/fast-span.js';

const thrower = (): never => {
	throw new Error('a getter throws');
};

const revoked = () => {
	const { proxy, revoke } = Proxy.revocable({}, {});
	revoke();
	return proxy;
};

const cyclic = () => {
	const error = new Error('cyclic');
	error.cause = error;
	return Object.assign(error, { code: error });
};

const bare = (members: object) => Object.assign(Object.create(null), members);

/** Errors whose members throw, are missing, or are of another type than an error's. */
const EXOTIC: Readonly<Record<string, unknown>> = {
	'a proxy whose every trap throws': new Proxy(
		{},
		{ get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower },
	),
	'a revoked proxy': revoked(),
	'a message that throws': Object.defineProperty(new Error('x'), 'message', { get: thrower }),
	'a name that throws': Object.defineProperty(new Error('x'), 'name', { get: thrower }),
	'a stack that throws': Object.defineProperty(new Error('x'), 'stack', { get: thrower }),
	'a code that throws': Object.defineProperty(new Error('x'), 'code', { get: thrower }),
	'all members throw': Object.defineProperties(
		{},
		{
			message: { get: thrower },
			name: { get: thrower },
			stack: { get: thrower },
			code: { get: thrower },
		},
	),
	'no prototype': Object.create(null),
	'no prototype, with a message': bare({ message: 'm' }),
	'a code without a prototype': Object.assign(new Error('x'), { code: Object.create(null) }),
	'a code whose toString throws': Object.assign(new Error('x'), { code: { toString: thrower } }),
	'a code that is a symbol': Object.assign(new Error('x'), { code: Symbol('c') }),
	'a message that is an object': Object.assign(new Error('x'), { message: { a: 1 } }),
	'a message that is a proxy': { message: revoked() },
	frozen: Object.freeze(new Error('frozen')),
	cyclic: cyclic(),
	huge: new Error('x'.repeat(5_000_000)),
	'an aggregate of itself': new AggregateError([1, Symbol('s'), revoked()], 'many'),
	'a symbol': Symbol('s'),
	'a function': () => 'f',
	'a number': 5,
	'a bigint': 5n,
	true: true,
	null: null,
	undefined,
	'an empty text': '',
	'an array': [1, 2],
	'a date': new Date(Number.NaN),
};

let ended: FastSpan[];
let span: FastSpan;

function spanWith(processor: Partial<SpanProcessor>): FastSpan {
	const internals = {
		limits: {
			attributeCountLimit: 8,
			attributeValueLengthLimit: Number.POSITIVE_INFINITY,
			eventCountLimit: 64,
			linkCountLimit: 8,
			attributePerEventCountLimit: 8,
			attributePerLinkCountLimit: 8,
		},
		resource: resourceFromAttributes({}),
		scope: { name: 'test' },
		processor: { onStart: () => {}, onEnd: (one: FastSpan) => ended.push(one), ...processor },
	};
	const context = {
		traceId: '0af7651916cd43dd8448eb211c80319c',
		spanId: 'b7ad6b7169203331',
		traceFlags: TraceFlags.SAMPLED,
	};
	return new FastSpan(
		internals as never,
		ROOT_CONTEXT,
		context,
		undefined,
		'a',
		SpanKind.INTERNAL,
		undefined,
		undefined,
		undefined,
	);
}

beforeEach(() => {
	ended = [];
	span = spanWith({});
});
afterEach(() => diag.disable());

describe('a span', () => {
	it.each(Object.entries(EXOTIC))('records an exception without an error: %s', (_name, exception) => {
		expect(() => span.recordException(exception as Error)).not.toThrow();
		expect(() => span.recordException(exception as Error, exception as never)).not.toThrow();
		span.end();
		expect(ended).toEqual([span]);
	});

	it('records what can be read of an exception', () => {
		span.recordException(EXOTIC['a stack that throws'] as Error);
		span.recordException(EXOTIC['a code whose toString throws'] as Error);
		expect(
			span.events.map(({ attributes }) => [attributes?.['exception.type'], attributes?.['exception.message']]),
		).toEqual([
			['Error', 'x'],
			['object', 'x'],
		]);
	});

	it.each(Object.entries(EXOTIC))('takes any argument in any method: %s', (_name, value) => {
		const any = value as never;
		const calls: ((one: Span) => unknown)[] = [
			(one) => one.setAttribute('k', any),
			(one) => one.setAttribute(any, 'v'),
			(one) => one.setAttributes(any),
			(one) => one.addEvent('e', any),
			(one) => one.addEvent(any, { a: any }, any),
			(one) => one.addLink(any),
			(one) => one.addLink({ context: one.spanContext(), attributes: any }),
			(one) => one.addLinks(any),
			(one) => one.setStatus(any),
			(one) => one.setStatus({ code: 2, message: any }),
			(one) => one.updateName(any),
			(one) => one.end(any),
			(one) => one.end(any),
		];
		for (const call of calls) expect(() => call(span)).not.toThrow();
		expect(ended).toEqual([span]);
		expect(span.isRecording()).toBe(false);
	});

	it('ends once if a processor or a logger throws', () => {
		diag.setLogger({ error: thrower, warn: thrower, info: thrower, debug: thrower, verbose: thrower });
		const failing = spanWith({ onEnding: thrower, onEnd: thrower });
		for (let turn = 0; turn < 2; turn++) expect(() => failing.end()).not.toThrow();
		expect(() => failing.setAttribute('late', 1)).not.toThrow();
		expect([failing.ended, failing.endTime[0] > 0]).toEqual([true, true]);
	});

	it('reaches its processor although the one before the end throws', () => {
		const failing = spanWith({ onEnding: thrower });
		failing.end();
		expect(ended).toEqual([failing]);
	});
});
