import { ExportResultCode, getNumberFromEnv } from '@opentelemetry/core';
import {
	type IMetricReader,
	PeriodicExportingMetricReader,
	type PushMetricExporter,
	type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { pointsOf } from '../json/sizes.js';
import type { OtlpSettings } from '../options/otlp.js';
import type { SignalCounts } from '../preset.js';
import { temporalityOf } from './temporality.js';

/** The specification's own defaults. */
const INTERVAL_MS = 60_000;
const TIMEOUT_MS = 30_000;

/** A reader that sends its collections, and what became of their points. */
export interface SendingReader {
	readonly reader: IMetricReader;
	counts(): SignalCounts;
}

/**
 * Collects every `OTEL_METRIC_EXPORT_INTERVAL` milliseconds (60 seconds by default), on `forceFlush()` and on
 * `shutdown()`, and sends what it collected.
 *
 * A failed delivery is counted and said here, so the reader is told that all went well: it would else say it again on
 * every turn, and `shutdown()` of the whole SDK would reject.
 *
 * @param send - answers how many points were refused; rejects where none was delivered
 */
export function sendingReader(
	temporality: OtlpSettings['temporality'],
	send: (collection: ResourceMetrics) => Promise<number>,
	close: () => Promise<void>,
): SendingReader {
	const counts = { made: 0, written: 0, queued: 0 };
	const droppedBy: Record<string, number> = {};
	const underWay = new Set<Promise<void>>();

	async function deliver(collection: ResourceMetrics): Promise<void> {
		const points = pointsOf(collection);
		counts.made += points;
		counts.queued += points;
		let lost = points;
		let reason = 'undelivered';
		try {
			lost = Math.min(await send(collection), points);
			reason = 'refused';
		} catch {
			// `send` has said why.
		}
		counts.queued -= points;
		counts.written += points - lost;
		if (lost > 0) droppedBy[reason] = (droppedBy[reason] ?? 0) + lost;
	}

	const exporter: PushMetricExporter = {
		export: (collection, done) => {
			const delivery = deliver(collection).then(() => {
				underWay.delete(delivery);
				done({ code: ExportResultCode.SUCCESS });
			});
			underWay.add(delivery);
		},
		selectAggregationTemporality: temporalityOf(temporality),
		forceFlush: async () => void (await Promise.all(underWay)),
		shutdown: async () => {
			await Promise.all(underWay);
			await close();
		},
	};
	const every = positive('OTEL_METRIC_EXPORT_INTERVAL', INTERVAL_MS);
	const reader = new PeriodicExportingMetricReader({
		exporter,
		exportIntervalMillis: every,
		exportTimeoutMillis: Math.min(every, positive('OTEL_METRIC_EXPORT_TIMEOUT', TIMEOUT_MS)),
	});
	return {
		reader,
		counts: () => {
			const dropped = Object.values(droppedBy).reduce((sum, count) => sum + count, 0);
			return { ...counts, dropped, droppedBy: { ...droppedBy } };
		},
	};
}

/** A variable's number, where it is one that can be waited for. */
export function positive(name: string, otherwise: number): number {
	const value = getNumberFromEnv(name);
	return value !== undefined && value > 0 ? value : otherwise;
}
