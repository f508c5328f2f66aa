import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { DeliverySettings } from '../../delivery/options.js';
import { folderOf } from '../../delivery/outbox.js';
import type { SignalPipeline } from '../../delivery/pipeline.js';
import { type OtlpSignal, serverOf, shown } from './destination.js';
import { positive } from './metric-changes.js';
import { Pipelines, WHAT } from './pipelines.js';
import type { Routes } from './route.js';
import { logSerializer, metricSerializer, spanSerializer } from './serializers.js';

/** The way of what lies in an outbox to one backend: a lane that nothing is pushed to. */
export interface Resending {
	readonly preset: string;
	readonly signal: OtlpSignal;
	/** What a person calls its records. */
	readonly what: string;
	/** Where it goes, without a user name, a password or a query. */
	readonly endpoint: string;
	/** Where it lies. */
	readonly folder: string;
	readonly lane: Pick<SignalPipeline<never>, 'flush' | 'settle' | 'shutdown' | 'stats'>;
	/** Why the last request that failed did. */
	lastError(): string | undefined;
}

/** Whoever waits for it does not wait half a minute to see that another process is gone. */
const ADOPT_MS = 1000;

/**
 * Sends what one preset's processes have left in an outbox, as they would have sent it: to the same addresses, with the
 * same headers, TLS, batches and retries. No SDK is needed, since all of it is encoded already.
 *
 * @param root - the outbox; it must be said, since nothing is looked for elsewhere
 */
export async function resend(
	preset: string,
	ways: Routes,
	signals: readonly OtlpSignal[],
	root: string,
	delivery: DeliverySettings,
): Promise<Resending[]> {
	// Nothing is given up for its age or its size: somebody asked for it to be sent.
	const bounds = { maxBytes: Number.POSITIVE_INFINITY, maxAge: Number.POSITIVE_INFINITY };
	const settings = { ...delivery, ...bounds, journal: true, directory: root };
	const lanes = new Pipelines(preset, ways, { directory: root, delivery: settings });
	const own = { sizeOf: () => 0, delayMs: 0, maxQueued: Number.POSITIVE_INFINITY, adoptMs: ADOPT_MS };
	const laneOf = {
		traces: () =>
			lanes.add('traces', spanSerializer, (_: ReadableSpan[]) => none(), {
				...own,
				batch: positive('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
			}),
		metrics: () => lanes.add('metrics', metricSerializer, (_: ResourceMetrics[]) => none(), { ...own, batch: 1 }),
		logs: () =>
			lanes.add('logs', logSerializer, (_: ReadableLogRecord[]) => none(), {
				...own,
				batch: positive('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', 512),
			}),
	};
	return Promise.all(
		signals.map(async (signal): Promise<Resending> => {
			const { url, encoding } = ways(signal);
			const endpoint = shown(url);
			const folder = folderOf(root, { preset, endpoint, signal, encoding });
			const lane = await laneOf[signal]();
			const origin = serverOf(url);
			const lastError = () => lanes.backends().find((one) => one.endpoint === origin)?.lastError;
			return { preset, signal, what: WHAT[signal], endpoint, folder, lane, lastError };
		}),
	);
}

function none(): never {
	throw new Error('What lies in an outbox is encoded already.');
}
