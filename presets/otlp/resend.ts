import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { DeliverySettings } from '../../delivery/options.js';
import { folderOf } from '../../delivery/outbox.js';
import type { SignalPipeline } from '../../delivery/pipeline.js';
import { batchSizeFromEnv } from './batch-variables.js';
import { displayServer, displayUrl, type OtlpSignal } from './destination.js';
import { Pipelines, RECORD_NAMES } from './pipelines.js';
import type { Routes } from './route.js';
import { logSerializer, metricSerializer, spanSerializer } from './serializers.js';

/** A pipeline that sends the records of one signal in an outbox. Nothing is pushed to it. */
export interface Resend {
	/** The name of the preset. */
	readonly preset: string;
	readonly signal: OtlpSignal;
	/** What the records are called in messages. */
	readonly recordName: string;
	/** The address that they are sent to, without user name, password and query. */
	readonly endpoint: string;
	/** The folder of the outbox that they are in. */
	readonly folder: string;
	readonly pipeline: Pick<SignalPipeline<never>, 'flush' | 'readmit' | 'settle' | 'shutdown' | 'stats'>;
	/** Returns the reason why the latest failed request failed, or undefined if none has failed. */
	lastError(): string | undefined;
}

/**
 * How often the pipeline looks for records of exited processes, in milliseconds: a user who waits for a command must
 * not wait for the default of half a minute.
 */
const ADOPT_INTERVAL_MS = 1000;

/**
 * Sends the records that processes with one preset have left in an outbox, as those processes would have sent them: to
 * the same addresses, with the same headers, TLS files, batches and retries. It needs no SDK, because the records are
 * encoded already.
 *
 * @param preset - the name of the preset
 * @param root - the directory of the outbox
 * @param delivery - the section `delivery` of the config; its bounds of age and size are not applied
 * @returns a pipeline for each signal, which has begun to send
 */
export async function resend(
	preset: string,
	routes: Routes,
	signals: readonly OtlpSignal[],
	root: string,
	delivery: DeliverySettings,
): Promise<Resend[]> {
	// No record is dropped because of its age or the size of the outbox: the user has requested that it is sent.
	const bounds = { maxBytes: Number.POSITIVE_INFINITY, maxAge: Number.POSITIVE_INFINITY };
	const settings = { ...delivery, ...bounds, journal: true, directory: root };
	const pipelines = new Pipelines(preset, routes, { directory: root, delivery: settings });
	const options = {
		sizeOf: () => 0,
		delayMs: 0,
		maxQueued: Number.POSITIVE_INFINITY,
		adoptIntervalMs: ADOPT_INTERVAL_MS,
	};
	const pipelineOf = {
		traces: () =>
			pipelines.add('traces', spanSerializer, (_: ReadableSpan[]) => nothingToEncode(), {
				...options,
				batch: batchSizeFromEnv('OTEL_BSP'),
			}),
		metrics: () =>
			pipelines.add('metrics', metricSerializer, (_: ResourceMetrics[]) => nothingToEncode(), { ...options, batch: 1 }),
		logs: () =>
			pipelines.add('logs', logSerializer, (_: ReadableLogRecord[]) => nothingToEncode(), {
				...options,
				batch: batchSizeFromEnv('OTEL_BLRP'),
			}),
	};
	return Promise.all(
		signals.map(async (signal): Promise<Resend> => {
			const { url, encoding } = routes(signal);
			const endpoint = displayUrl(url);
			const folder = folderOf(root, { preset, endpoint, signal, encoding });
			const pipeline = await pipelineOf[signal]();
			const server = displayServer(url);
			const lastError = () => pipelines.backends().find((backend) => backend.endpoint === server)?.lastError;
			return { preset, signal, recordName: RECORD_NAMES[signal], endpoint, folder, pipeline, lastError };
		}),
	);
}

function nothingToEncode(): never {
	throw new Error('The records in an outbox are encoded already.');
}
