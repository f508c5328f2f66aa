import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Context, diag, logs, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
	BatchSpanProcessor,
	InMemorySpanExporter,
	SimpleSpanProcessor,
	type Span,
	type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { ignoreSpanStart } from '../../../presets/signals/processors.js';
import { readsSpansEarly } from '../../../sdk/assemble/guard-custom-preset.js';
import { startTelemetry } from '../../../sdk/index.js';
import { linesOf, spanNames, temporary } from '../../support/children.js';
import { captureLogs } from '../../support/providers.js';

const FAULTY = `
const fault = (what) => () => {
	throw new Error(what + ' is out of order');
};
export default {
	name: 'faulty',
	create: () => ({
		sampler: { shouldSample: fault('shouldSample') },
		spanProcessors: [
			{ onStart: fault('onStart'), onEnding: fault('onEnding'), onEnd: fault('onEnd'), forceFlush: fault('flush'), shutdown: fault('stop') },
		],
		logRecordProcessors: [
			{ enabled: fault('enabled'), onEmit: fault('onEmit'), forceFlush: async () => {}, shutdown: async () => {} },
		],
	}),
};`;

let directory: string;
let logged: string[];
beforeEach(() => {
	directory = temporary();
	logged = captureLogs();
});
afterEach(() => {
	diag.disable();
	rmSync(directory, { recursive: true, force: true });
});

it.each([true, false])(
	'an exception of a custom preset reaches neither the application nor another preset (redact: %s)',
	async (redact) => {
		const module = join(directory, 'faulty.mjs');
		writeFileSync(module, FAULTY.replace("'faulty'", `'faulty-${redact}'`));
		const telemetry = await startTelemetry({ preset: [module as `/${string}`, 'json'], json: { directory }, redact });
		for (const name of ['first', 'second']) trace.getTracer('any library').startSpan(name).end();
		logs.getLogger('any library').emit({ body: 'a record' });
		await telemetry.flush();
		await telemetry.shutdown();
		expect(spanNames(directory)).toEqual(['first', 'second']);
		expect(linesOf(directory, 'logs').length).toBe(1);
		expect(logged.filter((line) => line.includes('the preset "'))).toEqual(
			['shouldSample', 'onStart', 'onEnding', 'onEnd', 'enabled', 'onEmit'].map(
				(what) =>
					`agentese-otel: the preset "faulty-${redact}" threw in ${what}(); the application and the other presets went on ` +
					`without it. Reason: ${what} is out of order`,
			),
		);
	},
);

const LATE = `
import { writeFileSync } from 'node:fs';
import { types } from 'node:util';
const idle = { forceFlush: async () => {}, shutdown: async () => {} };
const tell = (file) => (span) => writeFileSync(file, JSON.stringify([span.name, types.isProxy(span)]));
export default {
	name: 'late',
	create: () => ({
		spanProcessors: [SPAN_PROCESSOR],
	}),
};`;

it.each([
	['an onStart whose body is not empty', '{ onStart: () => undefined, onEnd: tell(FILE), ...idle }'],
	['an onStart that reads the span', '{ onStart: (span) => void span.name, onEnd: tell(FILE), ...idle }'],
	['an onEnding', '{ onStart() {}, onEnding() {}, onEnd: tell(FILE), ...idle }'],
])('a processor of a custom preset with %s gets a redacted view of each span', async (_, processor) => {
	const [module, file] = [join(directory, 'late.mjs'), join(directory, 'seen.json')];
	writeFileSync(module, LATE.replace('SPAN_PROCESSOR', processor.replace('FILE', JSON.stringify(file))));
	const telemetry = await startTelemetry({ preset: module as `/${string}` });
	trace.getTracer('any library').startSpan('seen').end();
	await telemetry.shutdown();
	expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(['seen', true]);
});

it('reads no span before it ends: a processor whose onStart is known to do nothing, and which has no onEnding', () => {
	const nothing = async () => undefined;
	const exporter = new InMemorySpanExporter();
	const known = [
		{ onStart: ignoreSpanStart, onEnd: () => undefined, forceFlush: nothing, shutdown: nothing },
		new BatchSpanProcessor({ exporter }),
		new SimpleSpanProcessor({ exporter }),
		// As those of the SDK that an application has, which is another copy than the toolkit's.
		{ onStart(_span: Span, _context: Context) {}, onEnd: () => undefined, forceFlush: nothing, shutdown: nothing },
	];
	const untouchable = new Proxy({} as Span, {
		get: (_target, key) => {
			throw new Error(`onStart read ${String(key)}`);
		},
	});
	for (const processor of known) {
		processor.onStart(untouchable, ROOT_CONTEXT);
		expect(readsSpansEarly({ spanProcessors: [processor] })).toBe(false);
		expect(readsSpansEarly({ spanProcessors: [withMember(processor, 'onStart')] })).toBe(true);
		expect(readsSpansEarly({ spanProcessors: [withMember(processor, 'onEnding')] })).toBe(true);
	}
	expect(readsSpansEarly({ spanProcessors: [...known, withMember(known[0], 'onStart')] })).toBe(true);
	expect(readsSpansEarly({})).toBe(false);
});

/** A processor like another, with one member that may read the span. */
function withMember(processor: SpanProcessor | undefined, member: 'onStart' | 'onEnding'): SpanProcessor {
	return Object.create(processor ?? null, { [member]: { value: () => undefined } }) as SpanProcessor;
}
