import { type Attributes, metrics, type ObservableResult } from '@opentelemetry/api';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { isTrueVariable } from '../../lib/runtime/environment.js';
import {
	ATTR_AGENTESE_DELIVERY_SIGNAL,
	ATTR_ERROR_TYPE,
	ATTR_OTEL_COMPONENT_NAME,
	ATTR_OTEL_COMPONENT_TYPE,
	METRIC_AGENTESE_DELIVERY_ADOPTED,
	METRIC_AGENTESE_DELIVERY_DEAD_LETTERS,
	METRIC_AGENTESE_DELIVERY_RETRIES,
} from '../../lib/runtime/names.generated.js';
import { SCOPE, SCOPE_OPTIONS, VERSION } from '../../lib/runtime/version.js';
import type { PresetParts } from '../../presets/contract/preset.js';

/** The signals' names and units in OpenTelemetry's SDK metrics. Metric points have no processor there. */
const SIGNALS = {
	spans: { name: 'span', unit: '{span}', processor: true },
	logs: { name: 'log', unit: '{log_record}', processor: true },
	metricPoints: { name: 'metric_data_point', unit: '{data_point}', processor: false },
} as const;

/** A signal as `stats()` names it. */
type Signal = keyof typeof SIGNALS;

/** All signals as `stats()` names them. */
const KEYS = Object.keys(SIGNALS) as Signal[];

/** Reasons of a loss as the semantic conventions name them in `error.type`. All other reasons are used unchanged. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
	memory: 'queue_full',
	closed: 'already_shutdown',
	refused: 'rejected',
};

/** The reasons of losses that happen before a record is handed to the exporter. */
const LOST_BEFORE_EXPORT: readonly string[] = ['memory', 'closed', 'unencodable'];

/** Observes the values of one instrument. */
type Observe = (result: ObservableResult, counts: Required<SignalCounts>, attributes: Attributes) => void;

/**
 * Registers observable instruments for the counts of the presets that send, under the names of OpenTelemetry's semantic
 * conventions "OpenTelemetry SDK metrics". It does nothing unless `OTEL_NODE_EXPERIMENTAL_SDK_METRICS` is true, which
 * enables the SDK's own metrics too.
 *
 * The processor's queue is what waits in memory. In flight is what is on disk, through all retries. `error.type` is the
 * reason of a loss. Counts without a name in the conventions are under `agentese.delivery.*`.
 *
 * @returns the removal of the instruments' callbacks
 */
export function registerSelfMetrics(parts: readonly PresetParts[]): () => void {
	if (!isTrueVariable('OTEL_NODE_EXPERIMENTAL_SDK_METRICS')) return () => undefined;
	const sending = parts.flatMap((part) => {
		const { stats } = part;
		const preset = stats?.call(part).backends?.[0]?.preset;
		return stats === undefined || preset === undefined ? [] : [{ preset, stats: () => stats.call(part) }];
	});
	if (sending.length === 0) return () => undefined;
	const meter = metrics.getMeter(SCOPE, VERSION, SCOPE_OPTIONS);
	const undo: (() => void)[] = [];
	/** Creates one instrument. With several signals, an attribute tells them apart. */
	const register = (
		kind: 'Counter' | 'UpDownCounter',
		name: string,
		unit: string,
		signals: readonly Signal[],
		observe: Observe,
	) => {
		const instrument = meter[`createObservable${kind}`](name, { unit });
		const callback = (result: ObservableResult) => {
			for (const { preset, stats } of sending) {
				const all = stats();
				for (const signal of signals) {
					const counts = { onDisk: 0, adopted: 0, rejected: 0, retries: 0, ...all[signal] };
					const component = { [ATTR_OTEL_COMPONENT_TYPE]: 'agentese_delivery', [ATTR_OTEL_COMPONENT_NAME]: preset };
					const attributes =
						signals.length === 1 ? component : { ...component, [ATTR_AGENTESE_DELIVERY_SIGNAL]: SIGNALS[signal].name };
					if (counts.created > 0) observe(result, counts, attributes);
				}
			}
		};
		instrument.addCallback(callback);
		undo.push(() => instrument.removeCallback(callback));
	};
	for (const signal of KEYS) {
		const { name, unit, processor } = SIGNALS[signal];
		if (processor) {
			register('UpDownCounter', `otel.sdk.processor.${name}.queue.size`, unit, [signal], queueSize);
			register('Counter', `otel.sdk.processor.${name}.processed`, unit, [signal], processed);
		}
		register('UpDownCounter', `otel.sdk.exporter.${name}.inflight`, unit, [signal], inFlight);
		register('Counter', `otel.sdk.exporter.${name}.exported`, unit, [signal], exported);
	}
	register('Counter', METRIC_AGENTESE_DELIVERY_RETRIES, '{request}', KEYS, (result, { retries }, attributes) =>
		result.observe(retries, attributes),
	);
	register('Counter', METRIC_AGENTESE_DELIVERY_ADOPTED, '{record}', KEYS, (result, { adopted }, attributes) =>
		result.observe(adopted, attributes),
	);
	register('Counter', METRIC_AGENTESE_DELIVERY_DEAD_LETTERS, '{record}', KEYS, (result, { rejected }, attributes) =>
		result.observe(rejected, attributes),
	);
	return () => {
		for (const step of undo) step();
	};
}

/** What waits in memory. */
const queueSize: Observe = (result, { queued }, attributes) => result.observe(queued, attributes);

/** What waits on disk. */
const inFlight: Observe = (result, { onDisk }, attributes) => result.observe(onDisk, attributes);

/** Records adopted from an earlier process are subtracted: that process has processed them. */
const processed: Observe = (result, { created, adopted, queued, droppedBy }, attributes) => {
	const lost = Object.entries(droppedBy).filter(([reason]) => LOST_BEFORE_EXPORT.includes(reason));
	result.observe(created - adopted - queued - lost.reduce((sum, [, count]) => sum + count, 0), attributes);
	observeLosses(result, lost, attributes);
};

/** What a backend has accepted, and with `error.type` what was lost after the processor. */
const exported: Observe = (result, { delivered, droppedBy }, attributes) => {
	result.observe(delivered, attributes);
	observeLosses(
		result,
		Object.entries(droppedBy).filter(([reason]) => !LOST_BEFORE_EXPORT.includes(reason)),
		attributes,
	);
};

/** Observes the losses of each reason, with `error.type` as the conventions name it. */
function observeLosses(
	result: ObservableResult,
	lost: readonly [reason: string, count: number][],
	attributes: Attributes,
): void {
	for (const [reason, count] of lost) {
		result.observe(count, { ...attributes, [ATTR_ERROR_TYPE]: ERROR_TYPES[reason] ?? reason });
	}
}
