import { ConfigurationError } from '../../config/common/error.js';
import { writeStderr } from '../../lib/diagnostics/diag-logger.js';
import { markRegistered } from '../instrumentation/prepare.js';
import { startTelemetry } from './start.js';

/**
 * Starts telemetry before the application loads. If the config is faulty, it writes the faults to stderr and ends the
 * process with code 1.
 */
export async function startBeforeTheApplication(): Promise<void> {
	markRegistered();
	try {
		await startTelemetry();
	} catch (error) {
		if (!(error instanceof ConfigurationError)) throw error;
		writeStderr(`agentese-otel: ${error.message}`);
		process.exit(1);
	}
}
