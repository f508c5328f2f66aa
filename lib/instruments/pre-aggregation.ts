import type { Meter, Observable } from '@opentelemetry/api';
import { warnOnce } from '../runtime/log-once.js';
import { platform } from '../runtime/platform.js';

/** A series that aggregates values in plain numbers and passes them to its instrument when it is flushed. */
export interface PreAggregatedSeries {
	/** Passes the aggregated values to the instrument, and stops aggregating until it is enrolled again. */
	flush(): void;
}

/**
 * Passes values that series aggregated in plain numbers to the instruments of one meter provider before each
 * collection.
 *
 * An SDK runs the callbacks of observable instruments at the beginning of every collection, whatever causes it: a
 * timer, a scrape, a flush, a shutdown (Metrics SDK specification, "Collect"). So there is one observable instrument
 * that never observes anything, and its callback flushes the series. Everything else is left to the SDK: temporality,
 * start times, views, limits, several readers. That is also why the first value after a collection is passed on
 * directly: with it the SDK itself records when a series began.
 */
export class PreAggregation {
	/** The series that have aggregated values, or may have some by the next collection. */
	private readonly pending: PreAggregatedSeries[] = [];
	private enabled: boolean;
	/** True from the beginning of a collection until it is over: values are meanwhile passed on directly. */
	private collecting = false;

	/** @param enabled - false: no series may aggregate until a first collection proves that callbacks are run */
	constructor(enabled: boolean) {
		this.enabled = enabled;
	}

	/**
	 * Enrolls a series for the next flush.
	 *
	 * @returns true if the series may aggregate from now on; false if it must pass each value on directly
	 */
	enroll(series: PreAggregatedSeries): boolean {
		if (this.collecting || !this.enabled) return false;
		this.pending.push(series);
		return true;
	}

	/**
	 * Flushes all enrolled series. An instrument that throws is logged once, and the others are flushed. Never throws.
	 */
	flush(): void {
		for (const series of this.pending.splice(0)) {
			try {
				series.flush();
			} catch (error) {
				warnOnce('metering/hand-over', 'aggregated metric values could not be passed to their instrument.', error);
			}
		}
		if (this.collecting) return;
		this.collecting = true;
		// An SDK collects some microtasks later, because it awaits the callbacks of this meter, all of which are the
		// toolkit's. What is counted in between is part of that collection too.
		platform
			.setImmediate(() => {
				this.collecting = false;
				this.enabled = true;
			})
			.unref();
	}
}

/** What is called at the beginning of each collection. */
const listeners: (() => void)[] = [];

/** Registers a function that is called at the beginning of each collection of a meter provider. It must not throw. */
export function onCollection(listener: () => void): void {
	listeners.push(listener);
}

function beforeCollection(): void {
	for (const listener of listeners) listener();
}

/**
 * Starts pre-aggregation for a meter provider.
 *
 * @param meter - a meter of the provider; an observable gauge is created on it
 * @param counters - the instruments whose values are to be aggregated
 * @returns undefined if a view may read the context of each call, or the meter has no observable instruments: then each
 *   value must be passed on directly. Never throws.
 */
export function startPreAggregation(meter: Meter, counters: readonly object[]): PreAggregation | undefined {
	try {
		const gauge = collectionGauge(meter);
		const preAggregation = counters.some(hasAttributesProcessor)
			? undefined
			: new PreAggregation(isSdkObservable(gauge));
		gauge.addCallback(() => {
			beforeCollection();
			preAggregation?.flush();
		});
		return preAggregation;
	} catch {
		// The meter provider has no observable instruments, as one that was made for a test.
		return undefined;
	}
}

/**
 * Flushes at the collections of a further meter of the same provider too. An SDK collects each meter by itself, and may
 * collect this one before the others.
 */
export function addMeter(preAggregation: PreAggregation | undefined, meter: Meter): void {
	if (preAggregation !== undefined) collectionGauge(meter).addCallback(() => preAggregation.flush());
}

/** Creates the observable gauge whose callback marks the beginning of a collection. It never has a value. */
function collectionGauge(meter: Meter): Observable {
	return meter.createObservableGauge('agentese.gathered', {
		description: 'Has no value: its callback passes aggregated values to the instruments of the toolkit.',
	});
}

/**
 * Returns true if an observable is one of OpenTelemetry's SDK, 1.9 and later: only its `ObservableInstrument` has the
 * field `_observableRegistry`. Another SDK may never run callbacks, so it must first prove by a collection that it
 * does.
 */
function isSdkObservable(gauge: Observable): boolean {
	return '_observableRegistry' in gauge;
}

/**
 * The private field of the SDK's `SyncInstrument` class that leads to its views. With several readers or views the
 * storage is a `MultiMetricStorage`, and `_backingStorages` holds one `SyncMetricStorage` for each.
 */
interface SdkInstrument {
	readonly _writableMetricStorage?: SdkMetricStorage & { readonly _backingStorages?: readonly SdkMetricStorage[] };
}

/** The private field of the SDK's `SyncMetricStorage` that is read here. */
interface SdkMetricStorage {
	/** What the view does with the labels of each value; a `NoopAttributesProcessor` if it does nothing. */
	readonly _attributesProcessor?: object;
}

/**
 * Returns true if a view has an attributes processor. It may read the context of each call, for example to put the
 * caller's baggage on data points, so values of this instrument must not be recorded later than the call.
 *
 * @param instrument - an instrument of any SDK; false if its private fields are not those above
 */
export function hasAttributesProcessor(instrument: object): boolean {
	const { _writableMetricStorage: storage } = instrument as SdkInstrument;
	if (storage === undefined) return false;
	return (storage._backingStorages ?? [storage]).some(
		({ _attributesProcessor: processor }) =>
			processor !== undefined && processor.constructor.name !== 'NoopAttributesProcessor',
	);
}
