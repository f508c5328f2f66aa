/**
 * `node --import agentese-otel/register app.js`: finds the config, installs the hooks of auto-instrumentation where it
 * is on, and starts telemetry, all before the application loads. A faulty config is said on stderr and ends the process
 * with code 1, unless it says `strict: false`.
 *
 * With an OpenTelemetry of 2.x in the application nothing of it is imported: that is said, and the application runs.
 */
import { fileURLToPath } from 'node:url';
import { packageState } from './preflight/find-package.js';
import { otelVersions } from './preflight/otel-versions.js';

packageState.register = fileURLToPath(import.meta.url);
const { refused } = otelVersions();
if (refused !== undefined) process.stderr.write(`agentese-otel: ${refused}\n`);
else await (await import('./lifecycle/register.js')).startBeforeTheApplication();
