import type { Attributes, Histogram } from '@opentelemetry/api';
import { shared } from '../runtime/shared.js';

/** Values of a histogram that were gathered between two readings. */
export interface Gathered {
	readonly count: number;
	readonly sum: number;
	readonly min: number;
	readonly max: number;
	/** How many lie in each bucket, one more than there are boundaries. */
	readonly counts: readonly number[];
}

/** Adds gathered values to a histogram as if each had been recorded. */
export type AddWhole = (labels: Attributes, gathered: Gathered) => void;

/** Answers how to do that on a histogram with these boundaries; undefined where it cannot be done. */
export type FindWhole = (histogram: Histogram, boundaries: readonly number[]) => AddWhole | undefined;

const state = shared('metering/whole', () => ({ find: undefined as FindWhole | undefined }));

/**
 * Tells how histograms take gathered values. OpenTelemetry's API has no way to do so, so only who knows the SDK can: the
 * presets do; under an SDK of somebody else's each value is recorded by itself.
 */
export function takeWhole(find: FindWhole): void {
	state.find = find;
}

/** How a histogram takes gathered values, as far as anybody said. */
export function wholeOf(histogram: Histogram, boundaries: readonly number[]): AddWhole | undefined {
	return state.find?.(histogram, boundaries);
}
