import { setImmediate } from 'node:timers';
import type { Meter, Observable } from '@opentelemetry/api';
import { warnOnce } from '../runtime/log-once.js';

/** What holds numbers back, and hands them to its instrument when it is told to. */
export interface Held {
	handOver(): void;
}

/**
 * Makes what was gathered in plain numbers reach the instruments of one meter provider before each reading of them.
 *
 * An SDK runs the callbacks of observable instruments at the beginning of every collection, whoever asks for it: a
 * timer, a scrape, a flush, a shutdown (Metrics SDK specification, "Collect"). So one observable that never observes
 * anything is asked each time, and hands over what the cells hold. All else stays the SDK's own: temporality, start times,
 * views, limits, several readers. That is also why the first call after a reading is not held: with it the SDK itself
 * notes when a series began.
 */
export class PreAggregation {
	private readonly held: Held[] = [];
	private holding: boolean;
	/** True from the beginning of a reading until what is on the way has been read: what happens meanwhile goes past. */
	private reading = false;

	/** @param holding - false: all goes to the instruments at once, until a reading proves that callbacks are run */
	constructor(holding: boolean) {
		this.holding = holding;
	}

	/** Whether a cell may hold what comes from now on; if so it is told before the next reading. */
	holds(cell: Held): boolean {
		if (this.reading || !this.holding) return false;
		this.held.push(cell);
		return true;
	}

	/** Hands over all that is held. Never throws. */
	handOver(): void {
		for (const cell of this.held.splice(0)) {
			try {
				cell.handOver();
			} catch (error) {
				warnOnce('metering/hand-over', 'what was counted could not be handed to its instrument.', error);
			}
		}
		if (this.reading) return;
		this.reading = true;
		// An SDK reads some microtasks later, for it waits for the callbacks of this meter, all of which are ours: what is
		// counted in between is in that reading too.
		setImmediate(() => {
			this.reading = false;
			this.holding = true;
		}).unref();
	}
}

/** The ledger of a meter; undefined where a view looks at each call, or no one can ask. */
export function startPreAggregation(meter: Meter, counters: readonly object[]): PreAggregation | undefined {
	try {
		if (counters.some(looksAtCalls)) return undefined;
		const asked = askedBy(meter);
		const ledger = new PreAggregation(runsCallbacks(asked));
		asked.addCallback(() => ledger.handOver());
		return ledger;
	} catch {
		// A meter provider that knows no observables, as one made for a test.
		return undefined;
	}
}

/** Has a further meter of the provider ask too: each is collected by itself, and may be collected before the others. */
export function addCollector(ledger: PreAggregation | undefined, meter: Meter): void {
	if (ledger !== undefined) askedBy(meter).addCallback(() => ledger.handOver());
}

function askedBy(meter: Meter): Observable {
	return meter.createObservableGauge('agentese.gathered', {
		description: 'Has no value: while it is asked for one, the toolkit hands over what it counted.',
	});
}

/**
 * Whether it is OpenTelemetry's own SDK, 1.9 and later, by the one field that its observables have and no other's. Any
 * other, whose callbacks may be run by nobody, has to prove itself by the first reading.
 */
function runsCallbacks(asked: Observable): boolean {
	return '_observableRegistry' in asked;
}

/** The insides of the SDK's instruments, as far as they tell of views. */
interface Viewed {
	readonly _writableMetricStorage?: ViewedStorage & { readonly _backingStorages?: readonly ViewedStorage[] };
}

interface ViewedStorage {
	readonly _attributesProcessor?: object;
}

/**
 * Whether a view of the SDK may look at the context of each call, to put the caller's baggage on its points for example:
 * then a call cannot be told later. A view without a processor has one that does nothing.
 */
export function looksAtCalls(instrument: object): boolean {
	const { _writableMetricStorage: storage } = instrument as Viewed;
	if (storage === undefined) return false;
	return (storage._backingStorages ?? [storage]).some(
		({ _attributesProcessor: one }) => one !== undefined && one.constructor.name !== 'NoopAttributesProcessor',
	);
}
