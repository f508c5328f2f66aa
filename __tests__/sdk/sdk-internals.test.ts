import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ProxyTracerProvider } from '@opentelemetry/api';
import {
	AggregationTemporality,
	createAllowListAttributesProcessor,
	InMemoryMetricExporter,
	MeterProvider,
	PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { filesBelow, ROOT, SHIPPED } from '../../scripts/fresh.mjs';

type Fields = Record<string, unknown>;

/** The rows of the page: field, object, and the files that read it. */
function rows(): { field: string; object: string; files: string[] }[] {
	const page = readFileSync(`${ROOT}/docs/sdk-internals.md`, 'utf8');
	return [...page.matchAll(/^\| `(_\w+)` \| ([^|]+) \| ([^|]+) \|/gm)].map(
		([, field = '', object = '', files = '']) => ({
			field,
			object,
			files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
		}),
	);
}

/** The storage of the first reader; with one reader there is no storage of several. */
const first = (storage: Fields) => (storage['_backingStorages'] as Fields[] | undefined)?.[0] ?? storage;

/** One real object of the installed SDK for each object that the page names. */
async function objects(): Promise<Record<string, Fields>> {
	const tracer = new TracerProvider().getTracer('internals');
	const reader = () => {
		const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
		return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9 });
	};
	const view = { instrumentName: 'viewed', attributesProcessors: [createAllowListAttributesProcessor(['kept'])] };
	const provider = new MeterProvider({ readers: [reader(), reader()], views: [view] });
	const meter = provider.getMeter('internals');
	const histogram = meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 2] } }) as unknown as Fields;
	const viewed = meter.createHistogram('viewed') as unknown as { _writableMetricStorage: Fields };
	const gauge = meter.createObservableGauge('g');
	const proxy = new ProxyTracerProvider();
	proxy.setDelegate(new TracerProvider());
	let result: unknown;
	gauge.addCallback((given) => {
		result = given;
		given.observe(1);
	});
	const storages = histogram['_writableMetricStorage'] as Fields;
	const [storage] = storages['_backingStorages'] as Fields[];
	const delta = storage?.['_deltaMetricStorage'] as Fields;
	const state = (provider as unknown as { _sharedState: Fields })._sharedState;
	const [collector] = state['metricCollectors'] as Fields[];
	const [meterState] = (state['meterSharedStates'] as Map<string, Fields>).values();
	await (collector as unknown as { collect(): Promise<unknown> }).collect();
	await provider.shutdown();
	return {
		'`Tracer`': tracer as unknown as Fields,
		'`SpanImpl`': tracer.startSpan('span') as unknown as Fields,
		'a synchronous instrument': histogram,
		'the storage of several readers': storages,
		'the storage of one reader': { ...storage, ...first(viewed._writableMetricStorage) },
		'a delta storage': delta,
		"a histogram's aggregator": delta['_aggregator'] as Fields,
		'an observable instrument': gauge as unknown as Fields,
		"`MeterProvider`'s metric producer": collector ?? {},
		'the shared state of a meter': meterState ?? {},
		'the registry of observable instruments': meterState?.['observableRegistry'] as Fields,
		'the result that a callback receives': result as Fields,
		"the API's proxy of a provider": proxy as unknown as Fields,
	};
}

describe("the page of the SDK's private fields", () => {
	it('names fields that the installed SDK has', async () => {
		const found = await objects();
		expect(rows().length).toBeGreaterThan(20);
		const missing = rows().filter(({ field, object }) => found[object]?.[field] === undefined);
		expect(missing).toEqual([]);
	});

	it('names the files that read each field, and all fields that are read', () => {
		/** Names that begin alike and are none: fields of other libraries, of the toolkit's own span, parameters, and labels. */
		const OTHERS =
			/^_(read|write|writev|transform|flush|final|destroy|zod|anchor|again|part|created|options|constants|key|style|value|bucket|count|sum|total)$/;
		const OWN = ['sdk/spans/fast-span.ts', 'sdk/spans/fast-tracer.ts'];
		const read = filesBelow(SHIPPED)
			.filter(
				(file: string) => /(?<!\.generated)\.ts$/.test(file) && !OWN.includes(file) && !file.startsWith('lib/tokens/'),
			)
			.flatMap((file: string) => {
				const code = readFileSync(`${ROOT}/${file}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
				const names = [...code.matchAll(/(?<![\w#])_[a-z]\w+/g)].map(([name]) => name);
				return names.filter((name) => !OTHERS.test(name)).map((name) => `${file} ${name}`);
			});
		const listed = rows().flatMap(({ field, files }) => files.map((file: string) => `${file} ${field}`));
		expect([...new Set(read)].sort()).toEqual([...new Set(listed)].sort());
	});
});
