import type { HrTime } from '@opentelemetry/api';
import type { MetricData, MetricProducer, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { unwrapProducer } from './metric-producer.js';

/** What is reached of the SDK's insides (sdk-metrics 3.0.0, pinned exactly). */
interface Insides {
	readonly _sharedState: {
		readonly resource: ResourceMetrics['resource'];
		readonly meterSharedStates: ReadonlyMap<string, MeterInsides>;
	};
}

interface MeterInsides {
	readonly _instrumentationScope: ScopeMetrics['scope'];
	readonly metricStorageRegistry: { getStorages(collector: unknown): Storage[] };
	readonly observableRegistry: {
		readonly _callbacks: CallbackRecord[];
		readonly _batchCallbacks: CallbackRecord[];
		observe(time: HrTime): Promise<unknown>;
	};
}

interface Storage {
	collect(collector: unknown, time: HrTime): MetricData | undefined;
	record(measurements: unknown, time: HrTime): void;
}

interface Instrument {
	readonly _metricStorages: Storage[];
}

interface CallbackRecord {
	callback: (result: Observed) => unknown;
	readonly instrument?: Instrument;
	readonly instruments?: ReadonlySet<Instrument>;
}

interface Observed {
	readonly _buffer: unknown;
}

/**
 * Collects the metrics at once, for a process that is ending.
 *
 * `MetricReader.collect()` awaits, and on `exit` no promise goes on: whatever was counted since the last collection,
 * up to a minute, would be lost. So this walks the SDK's storages as its own `MeterSharedState.collect()` does, less
 * the awaiting. Observable instruments' callbacks are run; of an asynchronous one only what it says before its first
 * await is seen, else the value it said last stands.
 *
 * @returns undefined where the SDK is built otherwise than the pinned one: the last regular collection is then the last
 */
export function collectNow(asked: MetricProducer): ResourceMetrics | undefined {
	try {
		const { producer, redact } = unwrapProducer(asked);
		const now = Date.now();
		const time: HrTime = [Math.trunc(now / 1000), (now % 1000) * 1e6];
		const { resource, meterSharedStates } = (producer as unknown as Insides)._sharedState;
		const scopeMetrics: ScopeMetrics[] = [];
		// All callbacks before any storage, as in the SDK's own collection: one may count on another meter.
		for (const meter of meterSharedStates.values()) observeNow(meter, time);
		for (const meter of meterSharedStates.values()) {
			const storages = meter.metricStorageRegistry.getStorages(producer);
			const metrics = storages.flatMap((storage) => storage.collect(producer, time) ?? []);
			if (metrics.length > 0) scopeMetrics.push({ scope: meter._instrumentationScope, metrics });
		}
		return redact({ resource, scopeMetrics });
	} catch {
		return undefined;
	}
}

/**
 * Runs the callbacks of observable instruments. The SDK calls them synchronously but records what they said a promise
 * later; so each is made to hand over its result object, and the recording is done here.
 */
function observeNow({ observableRegistry }: MeterInsides, time: HrTime): void {
	const records = [...observableRegistry._callbacks, ...observableRegistry._batchCallbacks];
	if (records.length === 0) return;
	const observed: [CallbackRecord, Observed][] = [];
	const originals = records.map((record) => record.callback);
	for (const record of records) {
		const { callback } = record;
		record.callback = (result) => {
			observed.push([record, result]);
			return callback(result);
		};
	}
	try {
		observableRegistry.observe(time).catch(() => undefined);
	} finally {
		records.forEach((record, index) => {
			record.callback = originals[index] ?? record.callback;
		});
	}
	for (const [{ instrument, instruments }, { _buffer }] of observed) {
		for (const one of instruments ?? (instrument === undefined ? [] : [instrument])) {
			const measurements = instruments === undefined ? _buffer : (_buffer as Map<unknown, unknown>).get(one);
			if (measurements === undefined) continue;
			for (const storage of one._metricStorages) storage.record(measurements, time);
		}
	}
}
