import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import type { SignalCounts } from '../../../delivery/common/counts.js';
import { traced } from '../../../index.js';
import type { PresetParts } from '../../../presets/contract/preset.js';
import { startTelemetry } from '../../../sdk/index.js';
import { HealthWatch } from '../../../sdk/lifecycle/health.js';
import { sumStats } from '../../../sdk/lifecycle/telemetry.js';
import { temporary } from '../../support/children.js';
import { type HttpResponder, httpBackend } from '../../support/otlp-servers.js';

const NOTHING: SignalCounts = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {} };
const OK = { status: 'ok', reasons: [] };

describe('health()', () => {
	let now: number;
	let spans: SignalCounts;
	let unreachableSince: number | undefined;
	let fill: { preset: string; records: string; memory: number; disk: number };
	const parts: (PresetParts & { fill(): (typeof fill)[] })[] = [
		{
			fill: () => [fill],
			stats: () => ({
				...{ spans, metricPoints: NOTHING, logs: NOTHING, files: [] },
				backends: [
					{
						...{ preset: 'otlp', endpoint: 'http://collector:4318', unreachableSince },
						...{ lastError: 'connect ECONNREFUSED', lastErrorAt: now },
					},
				],
			}),
		},
	];
	let watch: HealthWatch;
	const check = () => watch.check(sumStats(parts), parts);
	beforeEach(() => {
		now = 1_000_000;
		spans = NOTHING;
		unreachableSince = undefined;
		fill = { preset: 'otlp', records: 'spans', memory: 0, disk: 0 };
		watch = new HealthWatch(() => now);
	});

	it('is ok if nothing is lost, whatever the last error was', () => {
		expect(check()).toEqual(OK);
	});

	it('is failing for a minute after a loss was noticed, and then ok', () => {
		spans = { ...NOTHING, created: 5, dropped: 3, droppedBy: { memory: 2, disk: 1 } };
		const lost = {
			status: 'failing',
			reasons: ['3 spans are lost since the start (memory: 2, disk: 1), the latest in the last minute.'],
		};
		expect(check()).toEqual(lost);
		now += 59_999;
		expect(check()).toEqual(lost);
		now += 1;
		expect(check()).toEqual(OK);
		spans = { ...spans, dropped: 4, droppedBy: { memory: 2, disk: 2 } };
		expect(check().status).toBe('failing');
	});

	it('is degraded if a backend rejects some records and accepts others, and failing if it accepts none', () => {
		spans = { ...NOTHING, created: 2, dropped: 2, droppedBy: { refused: 2 }, rejected: 2 };
		const reasons = [
			'a backend has rejected 2 spans since the start, 2 of them are kept in files, the latest in the last minute.',
		];
		expect(check()).toEqual({ status: 'failing', reasons });
		spans = { ...spans, created: 3, delivered: 1 };
		expect(check()).toEqual({ status: 'degraded', reasons });
	});

	it('is degraded while a backend is unreachable, and failing from five minutes on', () => {
		unreachableSince = now - 299_000;
		const reasons = (seconds: number) => [
			`the otlp preset has not reached http://collector:4318 for ${seconds} s. Reason: connect ECONNREFUSED`,
		];
		expect(check()).toEqual({ status: 'degraded', reasons: reasons(299) });
		now += 1000;
		expect(check()).toEqual({ status: 'failing', reasons: reasons(300) });
	});

	it('is degraded from four fifths of a bound on', () => {
		fill = { ...fill, memory: 0.79, disk: 0.79 };
		expect(check()).toEqual(OK);
		fill = { ...fill, memory: 0.8, disk: 0.95 };
		expect(check()).toEqual({
			status: 'degraded',
			reasons: [
				'the spans of the otlp preset take 80 % of what may wait in memory (delivery.maxQueueBytes).',
				'the spans of the otlp preset take 95 % of what may wait on disk (delivery.maxBytes).',
			],
		});
	});
});

describe('health() of a handle', () => {
	const greet = traced(() => 'hello', { path: 'self.soul.greet' });
	let directory: string;
	beforeEach(() => {
		directory = temporary();
	});
	afterEach(() => {
		diag.disable();
		rmSync(directory, { recursive: true, force: true });
	});

	it('follows a backend that goes away and comes back', async () => {
		let status = 200;
		const answer: HttpResponder = () => ({ status });
		const backend = await httpBackend(answer);
		const json = { directory };
		const telemetry = await startTelemetry({ preset: 'otlp', json, otlp: { endpoint: backend.url }, logLevel: 'none' });
		const seen: string[] = [];
		for (const next of [200, 503, 200]) {
			status = next;
			greet();
			await telemetry.flush();
			// A flush makes no request before the wait that the backend's answer asks for is over.
			while (next === 200 && telemetry.stats().spans.delivered < seen.length) {
				await telemetry.flush();
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
			seen.push(telemetry.health().status);
		}
		expect(seen).toEqual(['ok', 'degraded', 'ok']);
		await telemetry.shutdown();
		await backend.close();
		expect(telemetry.health()).toEqual({ status: 'failing', reasons: ['telemetry was shut down.'] });
	});

	it('is ok if telemetry was switched off, and failing if it could not be started', async () => {
		expect((await startTelemetry({ enabled: false })).health()).toEqual(OK);
		const faulty = { strict: false, sampling: { rate: 2 } };
		const { status, reasons } = (await startTelemetry(faulty)).health();
		expect([status, reasons]).toEqual(['failing', [expect.stringContaining('"sampling.rate" got 2;')]]);
	});
});
