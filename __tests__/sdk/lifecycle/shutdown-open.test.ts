import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { diag, trace } from '@opentelemetry/api';
import { traceInvocation } from '../../../index.js';
import { startTelemetry, type Telemetry } from '../../../sdk/index.js';
import { spansOf, temporary } from '../../support/children.js';

let directory: string;
let telemetry: Telemetry | undefined;
let warnings: unknown[][];
beforeEach(() => {
	directory = temporary();
	warnings = [];
});
afterEach(async () => {
	await telemetry?.shutdown();
	telemetry = undefined;
	diag.disable();
	rmSync(directory, { recursive: true, force: true });
});

const start = () => startTelemetry({ preset: 'json', json: { directory }, spanName: 'path' });

/** From now on, what the toolkit or OpenTelemetry warns of is kept. */
function keepWarnings(): void {
	const keep = (...all: unknown[]) => void warnings.push(all);
	diag.setLogger(
		{ error: keep, warn: keep, info: keep, debug: keep, verbose: keep },
		{ suppressOverrideMessage: true },
	);
}

const summary = () =>
	spansOf(directory)
		.map(({ name, attributes }) => [
			name,
			...['agentese.interrupted', 'agentese.outcome'].map((key) =>
				Object.values(attributes.find((one) => one.key === key)?.value ?? {}).join(),
			),
		])
		.sort();

it('shutdown() ends what is open as interrupted, counts it, and what ends later changes nothing and warns of nothing', async () => {
	telemetry = await start();
	let finish: (value: string) => void = () => undefined;
	const outer = traceInvocation('world.house.build', () =>
		traceInvocation('world.house.paint', () => new Promise<string>((resolve) => (finish = resolve))),
	);
	const plain = trace.getTracer('t').startSpan('plain');
	trace.getTracer('t').startSpan('ended').end();
	await telemetry.shutdown();
	expect(summary()).toEqual([
		['ended', '', ''],
		['plain', 'true', ''],
		['world.house.build', 'true', 'cancelled'],
		['world.house.paint', 'true', 'cancelled'],
	]);
	const counts = { created: 4, delivered: 4, queued: 0, dropped: 0 };
	expect(telemetry.stats().spans).toMatchObject(counts);

	keepWarnings();
	plain.setAttribute('late', true).addEvent('late').end();
	finish('done');
	expect(await outer).toBe('done');
	expect([telemetry.stats().spans, summary().length, warnings]).toEqual([expect.objectContaining(counts), 4, []]);
});

it('what was interrupted by a shutdown() is not told a second time by the next start', async () => {
	telemetry = await start();
	const span = trace.getTracer('t').startSpan('across');
	await telemetry.shutdown();
	telemetry = await start();
	keepWarnings();
	span.end();
	trace.getTracer('t').startSpan('next').end();
	await telemetry.shutdown();
	expect(summary()).toEqual([
		['across', 'true', ''],
		['next', '', ''],
	]);
	expect(warnings).toEqual([]);
});

it('restart() interrupts nothing: what is open ends under the next presets', async () => {
	telemetry = await start();
	const span = trace.getTracer('t').startSpan('across');
	await telemetry.restart({ preset: 'json', json: { directory } });
	span.end();
	await telemetry.shutdown();
	expect(summary()).toEqual([['across', '', '']]);
});
