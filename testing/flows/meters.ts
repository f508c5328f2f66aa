import type {
	BatchObservableCallback,
	BatchObservableResult,
	Counter,
	Gauge,
	Histogram,
	Meter,
	MeterOptions,
	MeterProvider,
	MetricOptions,
	Observable,
	ObservableCallback,
	ObservableCounter,
	ObservableGauge,
	ObservableUpDownCounter,
	UpDownCounter,
} from '@opentelemetry/api';
import { processState } from '../../lib/runtime/process-state.js';
import { currentScope, openScopes, type Scope } from './scope.js';

/** What a meter is fetched by. */
type Source = readonly [name: string, version?: string | undefined, options?: MeterOptions | undefined];

/** The methods of a meter that create an instrument. */
type Create =
	| 'createCounter'
	| 'createGauge'
	| 'createHistogram'
	| 'createObservableCounter'
	| 'createObservableGauge'
	| 'createObservableUpDownCounter'
	| 'createUpDownCounter';

/** What observes in every scope: it is added to a scope when that is opened. */
const observing = processState('testing/observables', () => new Set<{ addTo(scope: Scope): void }>());

/** Adds the callbacks of all observable instruments that exist to a scope that was opened. */
export function addObservables(scope: Scope): void {
	for (const each of observing) each.addTo(scope);
}

/** An instrument that records with that of the running scope, and outside of all scopes with that of another provider. */
class ScopedInstrument {
	readonly #source: Source;
	readonly #create: Create;
	readonly #arguments: readonly [name: string, options?: MetricOptions | undefined];
	readonly #fallback: () => MeterProvider | undefined;
	/** The real instrument of each scope, and of each provider beside. */
	readonly #real = new WeakMap<object, object>();
	readonly #callbacks = new Set<ObservableCallback>();

	constructor(
		source: Source,
		create: Create,
		args: readonly [name: string, options?: MetricOptions | undefined],
		fallback: () => MeterProvider | undefined,
	) {
		this.#source = source;
		this.#create = create;
		this.#arguments = args;
		this.#fallback = fallback;
	}

	add(...args: Parameters<Counter['add']>): void {
		(this.#current() as Counter | undefined)?.add(...args);
	}

	record(...args: Parameters<Histogram['record']>): void {
		(this.#current() as Histogram | undefined)?.record(...args);
	}

	addCallback(callback: ObservableCallback): void {
		this.#callbacks.add(callback);
		observing.add(this);
		for (const scope of openScopes()) (this.realIn(scope) as Observable).addCallback(callback);
	}

	removeCallback(callback: ObservableCallback): void {
		this.#callbacks.delete(callback);
		if (this.#callbacks.size === 0) observing.delete(this);
		for (const scope of openScopes()) (this.realIn(scope) as Observable).removeCallback(callback);
	}

	addTo(scope: Scope): void {
		for (const callback of this.#callbacks) (this.realIn(scope) as Observable).addCallback(callback);
	}

	/** Returns the real instrument of a scope; created at the first call. */
	realIn(scope: Scope): object | undefined {
		return this.#realOf(scope, () => scope.providers?.meter(...this.#source));
	}

	#current(): object | undefined {
		const scope = currentScope();
		if (scope !== undefined) return this.realIn(scope);
		const provider = this.#fallback();
		return provider && this.#realOf(provider, () => provider.getMeter(...this.#source));
	}

	#realOf(owner: object, meter: () => Meter | undefined): object | undefined {
		let real = this.#real.get(owner);
		if (real === undefined) {
			real = meter()?.[this.#create](...this.#arguments);
			if (real !== undefined) this.#real.set(owner, real);
		}
		return real;
	}
}

/** A callback for several instruments, with its form in each scope. */
class BatchCallback {
	readonly source: Source;
	readonly callback: BatchObservableCallback;
	readonly observables: readonly Observable[];

	constructor(source: Source, callback: BatchObservableCallback, observables: readonly Observable[]) {
		this.source = source;
		this.callback = callback;
		this.observables = observables;
	}

	addTo(scope: Scope): void {
		const real = (observable: Observable) => (observable as unknown as ScopedInstrument).realIn(scope) as Observable;
		scope.providers?.meter(...this.source).addBatchObservableCallback(
			(result) =>
				observing.has(this)
					? this.callback({
							observe: (observable: Observable, value: number, attributes) =>
								result.observe(real(observable), value, attributes),
						} as BatchObservableResult)
					: undefined,
			this.observables.map(real),
		);
	}
}

/** A meter whose instruments record in the running scope. */
class ScopedMeter implements Meter {
	readonly #source: Source;
	readonly #fallback: () => MeterProvider | undefined;

	constructor(source: Source, fallback: () => MeterProvider | undefined) {
		this.#source = source;
		this.#fallback = fallback;
	}

	createCounter(...args: Parameters<Meter['createCounter']>) {
		return this.#instrument<Counter>('createCounter', args);
	}

	createGauge(...args: Parameters<Meter['createGauge']>) {
		return this.#instrument<Gauge>('createGauge', args);
	}

	createHistogram(...args: Parameters<Meter['createHistogram']>) {
		return this.#instrument<Histogram>('createHistogram', args);
	}

	createUpDownCounter(...args: Parameters<Meter['createUpDownCounter']>) {
		return this.#instrument<UpDownCounter>('createUpDownCounter', args);
	}

	createObservableCounter(...args: Parameters<Meter['createObservableCounter']>) {
		return this.#instrument<ObservableCounter>('createObservableCounter', args);
	}

	createObservableGauge(...args: Parameters<Meter['createObservableGauge']>) {
		return this.#instrument<ObservableGauge>('createObservableGauge', args);
	}

	createObservableUpDownCounter(...args: Parameters<Meter['createObservableUpDownCounter']>) {
		return this.#instrument<ObservableUpDownCounter>('createObservableUpDownCounter', args);
	}

	addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
		const batch = new BatchCallback(this.#source, callback, observables);
		observing.add(batch);
		for (const scope of openScopes()) batch.addTo(scope);
	}

	removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
		for (const each of observing) {
			if (!(each instanceof BatchCallback) || each.callback !== callback) continue;
			if (observables.every((one) => each.observables.includes(one))) observing.delete(each);
		}
	}

	#instrument<T>(create: Create, args: readonly [name: string, options?: MetricOptions | undefined]): T {
		return new ScopedInstrument(this.#source, create, args, this.#fallback) as T;
	}
}

/**
 * Returns a provider of meters whose instruments record in the running scope.
 *
 * @param fallback - returns the provider that receives the values outside of all scopes; undefined for none
 */
export function scopedMeters(fallback: () => MeterProvider | undefined): MeterProvider {
	return { getMeter: (...source) => new ScopedMeter(source, fallback) };
}
