import { writeStderr } from '../../lib/diagnostics/diag-logger.js';
import type { Instrumentation } from '../instrumentation/load.js';

/** What `startNodeSDK` answers, and what is ours beside it. */
export interface Declared {
	shutdown(): Promise<void>;
}

/**
 * Hands the whole set-up to the file of OpenTelemetry's declarative configuration that `OTEL_CONFIG_FILE` names; ours
 * are the instrumentations and the end of the process. Says so, for everything else that was configured is off.
 */
export async function startDeclared(file: string, instrumentations: Instrumentation[]): Promise<() => Declared> {
	const { startNodeSDK } = await import('@opentelemetry/sdk-node');
	writeStderr(
		`agentese-otel: OTEL_CONFIG_FILE is set, so ${file} alone says where telemetry goes; preset, sampling, resource ` +
			'and serviceName of the toolkit are off. autoInstrumentation and the end of the process stay its own.',
	);
	return () => startNodeSDK({ instrumentations });
}
