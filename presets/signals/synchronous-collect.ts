import type { HrTime } from '@opentelemetry/api';
import type { MetricData, MetricProducer, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { platform } from '../../lib/runtime/platform.js';
import { unwrapProducer } from './metric-producer.js';

/** The private fields of the SDK's `MetricCollector` that are read here (sdk-metrics 3.0.0, pinned exactly). */
interface CollectorInternals {
	readonly _sharedState: {
		readonly resource: ResourceMetrics['resource'];
		readonly meterSharedStates: ReadonlyMap<string, MeterInternals>;
	};
}

/** The private fields of the SDK's `MeterSharedState` that are read here. */
interface MeterInternals {
	readonly _instrumentationScope: ScopeMetrics['scope'];
	readonly metricStorageRegistry: { getStorages(collector: unknown): Storage[] };
	readonly observableRegistry: {
		readonly _callbacks: CallbackRecord[];
		readonly _batchCallbacks: CallbackRecord[];
		observe(time: HrTime): Promise<unknown>;
	};
}

/** The SDK's storage of one instrument's data points. */
interface Storage {
	collect(collector: unknown, time: HrTime): MetricData | undefined;
	record(measurements: unknown, time: HrTime): void;
}

/** An observable instrument. */
interface Instrument {
	readonly _metricStorages: Storage[];
}

/** A registered callback: of one instrument, or of several if it is a batch callback. */
interface CallbackRecord {
	callback: (result: ObservableResult) => unknown;
	readonly instrument?: Instrument;
	readonly instruments?: ReadonlySet<Instrument>;
}

/** The object that a callback reports its measurements to. */
interface ObservableResult {
	/** The measurements; of a batch callback a map of them by instrument. */
	readonly _buffer: unknown;
}

/**
 * Collects the metrics synchronously, for a process that is ending.
 *
 * `MetricReader.collect()` awaits, and on `exit` no promise continues: everything that was counted since the last
 * collection, up to a minute, would be lost. So this function walks the SDK's storages as the SDK's own
 * `MeterSharedState.collect()` does, but without awaiting. It calls the callbacks of observable instruments; of an
 * asynchronous callback it records only what is reported before the first await, else the previous value remains.
 *
 * Never throws.
 *
 * @returns undefined if the SDK's internals differ from those of the pinned version: the last regular collection then
 * remains the last one
 */
export function collectNow(metricProducer: MetricProducer): ResourceMetrics | undefined {
	try {
		const { producer, redact } = unwrapProducer(metricProducer);
		const now = platform.dateNow();
		const time: HrTime = [Math.trunc(now / 1000), (now % 1000) * 1e6];
		const { resource, meterSharedStates } = (producer as unknown as CollectorInternals)._sharedState;
		const scopeMetrics: ScopeMetrics[] = [];
		// All callbacks run before any storage is read, as in the SDK's own collection: one may record on another meter.
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
 * Calls the callbacks of observable instruments and records their measurements. The SDK calls them synchronously too,
 * but records their measurements a promise later. So each callback is replaced for the time of the call by one that
 * keeps its result object, and the measurements are recorded from there.
 */
function observeNow({ observableRegistry }: MeterInternals, time: HrTime): void {
	const records = [...observableRegistry._callbacks, ...observableRegistry._batchCallbacks];
	if (records.length === 0) return;
	const results: [CallbackRecord, ObservableResult][] = [];
	const originals = records.map((record) => record.callback);
	for (const record of records) {
		const { callback } = record;
		record.callback = (result) => {
			results.push([record, result]);
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
	for (const [{ instrument, instruments }, { _buffer }] of results) {
		for (const target of instruments ?? (instrument === undefined ? [] : [instrument])) {
			const measurements = instruments === undefined ? _buffer : (_buffer as Map<unknown, unknown>).get(target);
			if (measurements === undefined) continue;
			for (const storage of target._metricStorages) storage.record(measurements, time);
		}
	}
}
