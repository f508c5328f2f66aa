import { type Attributes, metrics, type ObservableResult } from '@opentelemetry/api';
import { getBooleanFromEnv } from '@opentelemetry/core';
import { SCOPE, VERSION } from '../lib/runtime/version.js';
import type { PresetParts, SignalCounts } from './preset.js';

/** What OpenTelemetry calls the signals in the names of its own metrics. */
const SIGNALS = {
	spans: { name: 'span', unit: '{span}' },
	logs: { name: 'log', unit: '{log_record}' },
	metricPoints: { name: 'metric_data_point', unit: '{data_point}' },
} as const;

type Signal = keyof typeof SIGNALS;

const KEYS = Object.keys(SIGNALS) as Signal[];

/**
 * Tells what the presets that send have counted, under the names that OpenTelemetry has for its own SDK
 * (`otel.sdk.processor.span.*`, `otel.sdk.exporter.span.*` and the like for logs and metric points), where
 * `OTEL_NODE_EXPERIMENTAL_SDK_METRICS` asks for them, as it does the SDK's own.
 *
 * @returns tells it no more
 */
export function tellDelivery(parts: readonly PresetParts[]): () => void {
	if (!getBooleanFromEnv('OTEL_NODE_EXPERIMENTAL_SDK_METRICS')) return () => undefined;
	const sending = parts.flatMap((part) => {
		const { stats } = part;
		const preset = stats?.call(part).backends?.[0]?.preset;
		return stats === undefined || preset === undefined ? [] : [{ preset, stats: () => stats.call(part) }];
	});
	if (sending.length === 0) return () => undefined;
	const meter = metrics.getMeter(SCOPE, VERSION);
	const undo = KEYS.flatMap((signal) => {
		const { name, unit } = SIGNALS[signal];
		const each = (say: (result: ObservableResult, counts: SignalCounts, attributes: Attributes) => void) => {
			return (result: ObservableResult) => {
				for (const { preset, stats } of sending) {
					const counts = stats()[signal];
					if (counts.made > 0)
						say(result, counts, { 'otel.component.type': 'agentese_delivery', 'otel.component.name': preset });
				}
			};
		};
		const size = meter.createObservableUpDownCounter(`otel.sdk.processor.${name}.queue.size`, { unit });
		const processed = meter.createObservableCounter(`otel.sdk.processor.${name}.processed`, { unit });
		const exported = meter.createObservableCounter(`otel.sdk.exporter.${name}.exported`, { unit });
		const waiting = each((result, { queued, onDisk = 0 }, attributes) => result.observe(queued + onDisk, attributes));
		const ended = each((result, { written, droppedBy }, attributes) => {
			result.observe(written, attributes);
			for (const [reason, count] of Object.entries(droppedBy)) {
				result.observe(count, { ...attributes, 'error.type': reason });
			}
		});
		const accepted = each((result, { written, droppedBy: { refused = 0 } }, attributes) => {
			result.observe(written, attributes);
			if (refused > 0) result.observe(refused, { ...attributes, 'error.type': 'refused' });
		});
		size.addCallback(waiting);
		processed.addCallback(ended);
		exported.addCallback(accepted);
		return [
			() => size.removeCallback(waiting),
			() => processed.removeCallback(ended),
			() => exported.removeCallback(accepted),
		];
	});
	return () => {
		for (const step of undo) step();
	};
}
