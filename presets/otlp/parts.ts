import type { Resource } from '@opentelemetry/resources';
import { logSize, spanSize } from '../json/sizes.js';
import type { OtlpSettings } from '../options/otlp.js';
import type { PresetParts, PresetStats, SignalCounts } from '../preset.js';
import { Backend } from './backend.js';
import { Courier, type CourierOptions } from './courier.js';
import { type Delivery, deliveryTo, type Wire } from './deliver.js';
import { destinationOf, type OtlpSignal, shown } from './destination.js';
import { positive, sendingReader } from './metrics.js';
import { logRecordProcessorTo, spanProcessorTo, type Taker } from './processors.js';
import { logWire, metricWire, spanWire } from './wires.js';

const NONE: SignalCounts = { made: 0, written: 0, queued: 0, dropped: 0, droppedBy: {} };

/**
 * Builds what sends the named signals over OTLP. Nothing is connected before there is something to send.
 *
 * A TLS file that cannot be used is said once, and what would have been sent is dropped and counted: the application
 * goes on, and nothing is sent less safely than it was asked for.
 *
 * @param preset - whose name messages and counts carry
 */
export async function otlpParts(
	preset: string,
	settings: OtlpSettings,
	signals: readonly OtlpSignal[],
): Promise<PresetParts> {
	const backends = new Map<string, Backend>();

	/** A connection for one signal that says what fails and what is back. */
	async function connected<T, Response extends { partialSuccess?: object }>(
		signal: OtlpSignal,
		wire: Wire<T, Response>,
	): Promise<Delivery<T>> {
		const destination = destinationOf(settings, signal);
		const { origin } = new URL(destination.url);
		const backend = backends.get(origin) ?? new Backend(preset, shown(origin));
		backends.set(origin, backend);
		const delivery = await deliveryTo(destination, wire).catch((error) => {
			backend.failed(error);
			return broken<T>(error);
		});
		return {
			close: () => delivery.close(),
			send: async (records) => {
				try {
					const refused = await delivery.send(records);
					backend.delivered();
					return refused;
				} catch (error) {
					backend.failed(error);
					throw error;
				}
			},
		};
	}

	async function courier<T extends { resource: Resource }, Response extends { partialSuccess?: object }>(
		signal: OtlpSignal,
		wire: Wire<T[], Response>,
		options: Omit<CourierOptions<T>, 'deliver' | 'ready'>,
	): Promise<Taker<T> & { stats(): SignalCounts }> {
		const { send, close } = await connected(signal, wire);
		const one = new Courier<T>({ ...options, deliver: send, ready: ({ resource }) => settled(resource) });
		return {
			push: (record) => one.push(record),
			flush: () => one.flush(),
			stats: () => one.stats(),
			shutdown: async () => {
				await one.shutdown();
				await close();
			},
		};
	}

	const spans = signals.includes('traces')
		? await courier('traces', spanWire, { what: 'spans', sizeOf: spanSize, ...pace('OTEL_BSP', 5000) })
		: undefined;
	const logs = signals.includes('logs')
		? await courier('logs', logWire, { what: 'log records', sizeOf: logSize, ...pace('OTEL_BLRP', 1000) })
		: undefined;
	const delivery = signals.includes('metrics') ? await connected('metrics', metricWire) : undefined;
	const metrics = delivery && sendingReader(settings.temporality, delivery.send, delivery.close);
	return {
		...(spans && { spanProcessors: [spanProcessorTo(spans)] }),
		...(metrics && { metricReaders: [metrics.reader] }),
		...(logs && { logRecordProcessors: [logRecordProcessorTo(logs)] }),
		stats: (): PresetStats => ({
			spans: spans?.stats() ?? NONE,
			metricPoints: metrics?.counts() ?? NONE,
			logs: logs?.stats() ?? NONE,
			files: [],
			backends: [...backends.values()].map((backend) => backend.stats()),
		}),
	};
}

/** OpenTelemetry's own variables for batches; where they set no bound on the queue, its bytes do. */
function pace(prefix: 'OTEL_BSP' | 'OTEL_BLRP', delayMs: number) {
	return {
		batch: positive(`${prefix}_MAX_EXPORT_BATCH_SIZE`, 512),
		delayMs: positive(`${prefix}_SCHEDULE_DELAY`, delayMs),
		maxQueued: positive(`${prefix}_MAX_QUEUE_SIZE`, Number.POSITIVE_INFINITY),
	};
}

/** A connection that cannot be made: everything it is given fails for that reason. */
function broken<T>(error: unknown): Delivery<T> {
	return { send: () => Promise.reject(error), close: async () => undefined };
}

/** A resource whose attributes are still being found cannot be encoded; ours never is, a person's own may be. */
function settled(resource: Resource): Promise<void> | undefined {
	return resource.asyncAttributesPending ? resource.waitForAsyncAttributes?.() : undefined;
}
