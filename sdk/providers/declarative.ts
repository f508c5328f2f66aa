import { writeStderr } from '../../lib/diagnostics/diag-logger.js';
import type { Instrumentation } from '../instrumentation/load.js';

/** The SDK that `startNodeSDK` returns. */
export interface DeclaredSdk {
	/** Flushes and shuts the SDK down. */
	shutdown(): Promise<void>;
}

/**
 * Loads the NodeSDK for OpenTelemetry's declarative configuration, and writes to stderr that its file replaces most of
 * the toolkit's config.
 *
 * @param file - the file that `OTEL_CONFIG_FILE` names, for the message; the NodeSDK reads the variable itself
 * @returns a function that starts the SDK
 */
export async function prepareDeclaredSdk(
	file: string,
	instrumentations: Instrumentation[],
): Promise<() => DeclaredSdk> {
	const { startNodeSDK } = await import('@opentelemetry/sdk-node');
	writeStderr(
		`agentese-otel: OTEL_CONFIG_FILE is set, so ${file} alone decides where telemetry is sent; preset, sampling, ` +
			'resource and serviceName of the toolkit have no effect. autoInstrumentation and the flush at the end of the ' +
			'process still work.',
	);
	return () => startNodeSDK({ instrumentations });
}
