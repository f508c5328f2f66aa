import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultResource } from '@opentelemetry/resources';
import { type DataPoint, DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { defaultConfig } from '../../../config/schema/config.js';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { jsonDefaults } from '../../../presets/json/options.js';
import { json } from '../../../presets/json/preset.js';
import { redactMetrics } from '../../../sdk/redaction/metric-reader.js';
import { redactPresetParts } from '../../../sdk/redaction/redact-presets.js';
import { SHAPES } from '../../lib/redaction/planted.js';
import { temporary } from '../../support/children.js';
import { environment, providers } from '../../support/providers.js';

const policy = { redactor: new Redactor(), redactResource: <T>(resource: T) => resource };
const [FIRST = '', SECOND = ''] = ['openai', 'github'].map((name) => SHAPES[name]?.text ?? '');

const collection = (metric: Partial<MetricData>): ResourceMetrics => ({
	resource: defaultResource(),
	scopeMetrics: [
		{
			scope: { name: 'test' },
			metrics: [
				{
					descriptor: { name: 'n', description: '', unit: '', valueType: 0 },
					aggregationTemporality: 1,
					...metric,
				} as MetricData,
			],
		},
	],
});
const point = <T>(value: T, attributes = {}): DataPoint<T> => ({
	startTime: [1, 0],
	endTime: [2, 0],
	attributes,
	value,
});
const pointsOf = (redacted: ResourceMetrics) =>
	redacted.scopeMetrics[0]?.metrics[0]?.dataPoints.map(({ attributes, value }) => [attributes, value]);

describe('a collection', () => {
	it('is returned as the same object if there is nothing to redact', () => {
		const clean = collection({
			dataPointType: DataPointType.SUM,
			isMonotonic: true,
			dataPoints: [point(5, { a: 'b' })],
		} as never);
		expect(redactMetrics(clean, policy)).toBe(clean);
	});

	it('merges points that differ in a secret only: sums and histograms are added, of gauges the last one is kept', () => {
		const labels = [{ by: FIRST }, { by: 'kent' }, { by: SECOND }];
		const sum = { dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: labels.map((one) => point(5, one)) };
		expect(pointsOf(redactMetrics(collection(sum as never), policy))).toEqual([
			[{ by: '[redacted]' }, 10],
			[{ by: 'kent' }, 5],
		]);
		const gauge = { dataPointType: DataPointType.GAUGE, dataPoints: labels.map((one, at) => point(at, one)) };
		expect(pointsOf(redactMetrics(collection(gauge as never), policy))).toEqual([
			[{ by: '[redacted]' }, 2],
			[{ by: 'kent' }, 1],
		]);
		const histogram = (low: number, high: number) => ({
			buckets: { boundaries: [10], counts: [1, 2] },
			sum: low + high,
			count: 3,
			min: low,
			max: high,
		});
		const values = [histogram(1, 20), histogram(3, 30), histogram(2, 50)];
		const given = {
			dataPointType: DataPointType.HISTOGRAM,
			dataPoints: labels.map((one, at) => point(values[at], one)),
		};
		expect(pointsOf(redactMetrics(collection(given as never), policy))).toEqual([
			[{ by: '[redacted]' }, { buckets: { boundaries: [10], counts: [2, 4] }, sum: 73, count: 6, min: 1, max: 50 }],
			[{ by: 'kent' }, values[1]],
		]);
		expect(values[0]?.buckets.counts).toEqual([1, 2]);
	});
});

describe('the last collection of a process', () => {
	let directory: string;
	beforeEach(() => {
		directory = temporary();
	});
	afterEach(() => rmSync(directory, { recursive: true, force: true }));

	it('is written synchronously, without secrets', async () => {
		const presetEnvironment = environment();
		const parts = await json.create({ ...jsonDefaults, directory }, presetEnvironment);
		const config = { ...defaultConfig(), serviceName: 'x' };
		const sdk = providers(redactPresetParts([parts], config, defaultResource(), new Set()));
		sdk.meter.createCounter('asked').add(7, { by: FIRST });
		presetEnvironment.end('final');
		const [file = ''] = readdirSync(join(directory, 'metrics'));
		const line = readFileSync(join(directory, 'metrics', file), 'utf8');
		expect(line).toContain('"by","value":{"stringValue":"[redacted]"}');
		expect(line).toMatch(/"as(Int|Double)":"?7\b/);
		expect(line).not.toContain(FIRST);
		await sdk.shutdown();
	});
});
