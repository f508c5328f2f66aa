import { type Attributes, metrics, type ObservableResult } from '@opentelemetry/api';
import { getBooleanFromEnv } from '@opentelemetry/core';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { SCOPE, VERSION } from '../../lib/runtime/version.js';
import type { PresetParts } from '../../presets/contract/preset.js';

/** What OpenTelemetry calls the signals in the names of its own metrics. Metric points have no processor there. */
const SIGNALS = {
	spans: { name: 'span', unit: '{span}', processor: true },
	logs: { name: 'log', unit: '{log_record}', processor: true },
	metricPoints: { name: 'metric_data_point', unit: '{data_point}', processor: false },
} as const;

type Signal = keyof typeof SIGNALS;

const KEYS = Object.keys(SIGNALS) as Signal[];

/** Our reasons in the words that the semantic conventions want for `error.type`; the others stand as they are. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
	memory: 'queue_full',
	closed: 'already_shutdown',
	refused: 'rejected',
};

/** Those that were lost before they were handed on to be exported. */
const BEFORE: readonly string[] = ['memory', 'closed', 'unencodable'];

type Say = (result: ObservableResult, counts: Required<SignalCounts>, attributes: Attributes) => void;

/**
 * Tells what the presets that send have counted, under the names that OpenTelemetry has for its own SDK, where
 * `OTEL_NODE_EXPERIMENTAL_SDK_METRICS` asks for them, as it does the SDK's own: semantic conventions, "OpenTelemetry SDK
 * metrics". What waits in memory is the processor's queue; what stands on disk is handed on, and in flight through all
 * retries; `error.type` is the reason of a loss. What has no name there is ours: `agentese.delivery.*`.
 *
 * @returns tells it no more
 */
export function registerSelfMetrics(parts: readonly PresetParts[]): () => void {
	if (!getBooleanFromEnv('OTEL_NODE_EXPERIMENTAL_SDK_METRICS')) return () => undefined;
	const sending = parts.flatMap((part) => {
		const { stats } = part;
		const preset = stats?.call(part).backends?.[0]?.preset;
		return stats === undefined || preset === undefined ? [] : [{ preset, stats: () => stats.call(part) }];
	});
	if (sending.length === 0) return () => undefined;
	const meter = metrics.getMeter(SCOPE, VERSION);
	const undo: (() => void)[] = [];
	const tell = (
		kind: 'Counter' | 'UpDownCounter',
		name: string,
		unit: string,
		signals: readonly Signal[],
		say: Say,
	) => {
		const instrument = meter[`createObservable${kind}`](name, { unit });
		const callback = (result: ObservableResult) => {
			for (const { preset, stats } of sending) {
				const all = stats();
				for (const signal of signals) {
					const counts = { onDisk: 0, adopted: 0, deadLetters: 0, retries: 0, ...all[signal] };
					const who = { 'otel.component.type': 'agentese_delivery', 'otel.component.name': preset };
					const attributes = signals.length === 1 ? who : { ...who, 'agentese.delivery.signal': SIGNALS[signal].name };
					if (counts.made > 0) say(result, counts, attributes);
				}
			}
		};
		instrument.addCallback(callback);
		undo.push(() => instrument.removeCallback(callback));
	};
	for (const signal of KEYS) {
		const { name, unit, processor } = SIGNALS[signal];
		if (processor) {
			tell('UpDownCounter', `otel.sdk.processor.${name}.queue.size`, unit, [signal], queueSize);
			tell('Counter', `otel.sdk.processor.${name}.processed`, unit, [signal], processed);
		}
		tell('UpDownCounter', `otel.sdk.exporter.${name}.inflight`, unit, [signal], inFlight);
		tell('Counter', `otel.sdk.exporter.${name}.exported`, unit, [signal], exported);
	}
	tell('Counter', 'agentese.delivery.retries', '{request}', KEYS, (to, { retries }, attributes) =>
		to.observe(retries, attributes),
	);
	tell('Counter', 'agentese.delivery.adopted', '{record}', KEYS, (to, { adopted }, attributes) =>
		to.observe(adopted, attributes),
	);
	tell('Counter', 'agentese.delivery.dead_letters', '{record}', KEYS, (to, { deadLetters }, attributes) =>
		to.observe(deadLetters, attributes),
	);
	return () => {
		for (const step of undo) step();
	};
}

const queueSize: Say = (to, { queued }, attributes) => to.observe(queued, attributes);

const inFlight: Say = (to, { onDisk }, attributes) => to.observe(onDisk, attributes);

/** What an earlier process left was processed by that one. */
const processed: Say = (to, { made, adopted, queued, droppedBy }, attributes) => {
	const lost = Object.entries(droppedBy).filter(([reason]) => BEFORE.includes(reason));
	to.observe(made - adopted - queued - lost.reduce((sum, [, count]) => sum + count, 0), attributes);
	sayLost(to, lost, attributes);
};

const exported: Say = (to, { written, droppedBy }, attributes) => {
	to.observe(written, attributes);
	sayLost(
		to,
		Object.entries(droppedBy).filter(([reason]) => !BEFORE.includes(reason)),
		attributes,
	);
};

function sayLost(to: ObservableResult, lost: readonly [string, number][], attributes: Attributes): void {
	for (const [reason, count] of lost) to.observe(count, { ...attributes, 'error.type': ERROR_TYPES[reason] ?? reason });
}
