import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { diag, logs, trace } from '@opentelemetry/api';
import { startTelemetry } from '../../../sdk/index.js';
import { linesOf, spanNames, temporary } from '../../support/children.js';
import { heard } from '../../support/providers.js';

const FAULTY = `
const fault = (what) => () => {
	throw new Error(what + ' is out of order');
};
export default {
	name: 'faulty',
	make: () => ({
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
let said: string[];
beforeEach(() => {
	directory = temporary();
	said = heard();
});
afterEach(() => {
	diag.disable();
	rmSync(directory, { recursive: true, force: true });
});

it.each([true, false])("a preset of one's own that throws reaches nobody else (redact: %s)", async (redact) => {
	const module = join(directory, 'faulty.mjs');
	writeFileSync(module, FAULTY.replace("'faulty'", `'faulty-${redact}'`));
	const telemetry = await startTelemetry({ preset: [module as `/${string}`, 'json'], json: { directory }, redact });
	for (const name of ['first', 'second']) trace.getTracer('any library').startSpan(name).end();
	logs.getLogger('any library').emit({ body: 'a record' });
	await telemetry.flush();
	await telemetry.shutdown();
	expect(spanNames(directory)).toEqual(['first', 'second']);
	expect(linesOf(directory, 'logs').length).toBe(1);
	expect(said.filter((line) => line.includes('the preset "'))).toEqual(
		['shouldSample', 'onStart', 'onEnding', 'onEnd', 'enabled', 'onEmit'].map(
			(what) =>
				`agentese-otel: the preset "faulty-${redact}" threw in ${what}(); the application and the other presets went on ` +
				`without it. Reason: ${what} is out of order`,
		),
	);
});

const LATE = `
import { writeFileSync } from 'node:fs';
import { types } from 'node:util';
const idle = { forceFlush: async () => {}, shutdown: async () => {} };
const tell = (file) => (span) => writeFileSync(file, JSON.stringify([span.name, types.isProxy(span)]));
export default {
	name: 'late',
	make: () => ({
		spanProcessors: [SPAN_PROCESSOR],
	}),
};`;

it.each([
	['looks at spans that end', '{ onStart(_span, _context) {}, onEnd: tell(FILE), ...idle }', false],
	['looks at them so, by an arrow function', '{ onStart: () => {}, onEnd: tell(FILE), ...idle }', false],
	['looks at them so, by another', '{ onStart: () => undefined, onEnd: tell(FILE), ...idle }', false],
	['looks at spans that start', '{ onStart: (span) => void span.name, onEnd: tell(FILE), ...idle }', true],
	['looks at spans that end soon', '{ onStart() {}, onEnding() {}, onEnd: tell(FILE), ...idle }', true],
])('only what looks at a span early costs a view of it: what %s', async (_, processor, view) => {
	const [module, file] = [join(directory, 'late.mjs'), join(directory, 'seen.json')];
	writeFileSync(module, LATE.replace('SPAN_PROCESSOR', processor.replace('FILE', JSON.stringify(file))));
	const telemetry = await startTelemetry({ preset: module as `/${string}` });
	trace.getTracer('any library').startSpan('seen').end();
	await telemetry.shutdown();
	expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(['seen', view]);
});
