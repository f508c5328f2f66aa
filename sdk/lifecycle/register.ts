import { ConfigurationError } from '../../config/common/error.js';
import { writeStderr } from '../../lib/diagnostics/diag-logger.js';
import { beforeTheApplication } from '../instrumentation/prepare.js';
import { startTelemetry } from './start.js';

/** Starts telemetry, or says what is wrong with the config and ends the process. */
export async function startBeforeTheApplication(): Promise<void> {
	beforeTheApplication();
	try {
		await startTelemetry();
	} catch (error) {
		if (!(error instanceof ConfigurationError)) throw error;
		writeStderr(`agentese-otel: ${error.message}`);
		process.exit(1);
	}
}
