import { expect, it } from '@jest/globals';
import { type Attributes, createTraceState, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { ConstantAttributes } from '../../../lib/redaction/constant-attributes.js';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { CleanSpans } from '../../../sdk/redaction/clean-spans.js';
import { type RedactionPolicy, redactSpan } from '../../../sdk/redaction/redact-span.js';
import type { FastSpan } from '../../../sdk/spans/fast-span.js';
import { FastTracer } from '../../../sdk/spans/fast-tracer.js';
import { sdkInternalsOf } from '../../../sdk/spans/sdk-internals.js';

const tracers = ['agentese-otel', 'password=swordfish'].map((name) => {
	const parts = sdkInternalsOf(new TracerProvider().getTracer(name));
	if (parts === undefined) throw new Error('The tracer of the SDK has other fields than the tested versions.');
	return new FastTracer(parts);
});

const SECRETS = [
	'password=swordfish',
	'Bearer abcdefghijklmnop',
	'4111 1111 1111 1111',
	'sk-ant-api03-abcdefghijklmnopqrst',
];
const KEYS = ['agentese.path', 'agentese.context', 'code.function.name', 'app.note', 'count'];
const key = fc.oneof(
	{ weight: 20, arbitrary: fc.constantFrom(...KEYS) },
	{ weight: 1, arbitrary: fc.constantFrom('api_key') },
);
const value = fc.oneof(
	{ weight: 25, arbitrary: fc.constantFrom('self.soul.ask', 'self', 'ok', 7, true) },
	{ weight: 2, arbitrary: fc.constantFrom(...SECRETS, 4111111111111111) },
	{ weight: 1, arbitrary: fc.array(fc.constantFrom(...SECRETS, 'fine'), { maxLength: 2 }) },
);
const record = fc.dictionary(key, value, { maxKeys: 5 }) as fc.Arbitrary<Attributes>;
const word = fc.oneof(
	{ weight: 8, arbitrary: fc.constantFrom('agentese.invoke', 'GET /') },
	{ weight: 1, arbitrary: fc.constantFrom(...SECRETS) },
);
const policies = fc.constantFrom<RedactionPolicy>(
	...[
		new Redactor(),
		new Redactor(),
		new Redactor(),
		new Redactor({ keys: ['context'] }),
		new Redactor({ values: [/soul/] }),
		new Redactor({ replace: (_key, given) => (given === 'self' ? 'other' : given) }),
		new Redactor({ replace: (_key, given) => given }),
		undefined,
	].flatMap((redactor): RedactionPolicy[] => [
		{ redactor, errors: 'full', redactResource: (resource) => resource },
		{ redactor, errors: 'type', redactResource: (resource) => resource },
	]),
);
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
	fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const spanOf = fc.record({
	tracer: fc.constantFrom(...tracers.slice(0, 1), ...tracers.slice(0, 1), ...tracers),
	name: word,
	attributes: record,
	constants: fc.option(record, { nil: undefined }),
	event: rarely(record),
	status: rarely(word),
	state: rarely(fc.constantFrom('vendor=fine', 'vendor=sk-ant-api03-abcdefghijklmnopqrst')),
});

/** Returns the context of a request whose caller sent this `tracestate`. */
function requestContext(state: string | undefined) {
	if (state === undefined) return ROOT_CONTEXT;
	const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
	return trace.setSpanContext(ROOT_CONTEXT, { ...ids, isRemote: true, traceState: createTraceState(state) });
}

it('redacting a span that is recognized as clean changes nothing, whatever spans were inspected before it', () => {
	let passed = 0;
	fc.assert(
		fc.property(policies, fc.array(spanOf, { minLength: 1, maxLength: 6 }), (policy, spans) => {
			const clean = new CleanSpans(policy);
			for (const { tracer, name, attributes, constants, event, status, state } of spans) {
				const span = tracer.startSpan(
					name,
					{ attributes: { ...constants, ...attributes } },
					requestContext(state),
				) as FastSpan;
				if (constants !== undefined) span._constants = new ConstantAttributes(Object.freeze(constants));
				if (event !== undefined) span.addEvent('e', event);
				if (status !== undefined) span.setStatus({ code: 2, message: status });
				span.end();
				if (!clean.has(span)) continue;
				passed++;
				expect(redactSpan(span, policy)).toBe(span);
			}
		}),
		{ numRuns: 2000 },
	);
	expect(passed).toBeGreaterThan(100);
});

it('a constant attribute that was overwritten is inspected', () => {
	const redactor = new Redactor();
	const constants = new ConstantAttributes(Object.freeze({ 'agentese.path': 'self.soul.ask' }));
	expect(redactor.isClean({ 'agentese.path': 'self.soul.ask' }, constants)).toBe(true);
	expect(redactor.isClean({ 'agentese.path': 'password=swordfish' }, constants)).toBe(false);
	expect(new Redactor({ values: [/soul/] }).isClean({ 'agentese.path': 'self.soul.ask' }, constants)).toBe(false);
});
