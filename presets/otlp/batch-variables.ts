import { numberVariable } from '../../lib/runtime/environment.js';

/** The prefix of OpenTelemetry's variables for batches: of spans or of log records. */
type BatchPrefix = 'OTEL_BSP' | 'OTEL_BLRP';

/**
 * Reads OpenTelemetry's variables for batches. Without `…_MAX_QUEUE_SIZE` the queue has no bound in records, because it
 * is bounded in bytes.
 *
 * @param delayMs - the default of `…_SCHEDULE_DELAY`, in milliseconds
 */
export function batchingFromEnv(prefix: BatchPrefix, delayMs: number) {
	return {
		batch: batchSizeFromEnv(prefix),
		delayMs: numberVariable(`${prefix}_SCHEDULE_DELAY`) ?? delayMs,
		maxQueued: numberVariable(`${prefix}_MAX_QUEUE_SIZE`) ?? Number.POSITIVE_INFINITY,
	};
}

/** Reads the number of records of one request, 512 by default. */
export function batchSizeFromEnv(prefix: BatchPrefix): number {
	return numberVariable(`${prefix}_MAX_EXPORT_BATCH_SIZE`) ?? 512;
}
