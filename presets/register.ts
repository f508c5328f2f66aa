/**
 * `node --import agentese-otel/register app.js`: finds the config and starts telemetry before the application loads.
 * A faulty config is said on stderr and ends the process with code 1, unless it says `strict: false`.
 */
import { ConfigurationError } from './configuration-error.js';
import { startTelemetry } from './start.js';
import { sayLine } from './voice.js';

try {
	await startTelemetry();
} catch (error) {
	if (!(error instanceof ConfigurationError)) throw error;
	sayLine(`agentese-otel: ${error.message}`);
	process.exit(1);
}
