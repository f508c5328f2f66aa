/**
 * The entry for `node --import agentese-otel/register app.js`. Before the application loads, it finds the config,
 * installs the hooks of auto-instrumentation if that is on, and starts telemetry. If the config is faulty, it writes
 * the faults to stderr and ends the process with code 1, unless the config has `strict: false`.
 *
 * If the application has OpenTelemetry 2.x, it imports nothing of OpenTelemetry, writes the reason to stderr, and lets
 * the application run without telemetry.
 */
import { fileURLToPath } from 'node:url';
import { packageState } from './preflight/find-package.js';
import { otelVersions } from './preflight/otel-versions.js';

packageState.register = fileURLToPath(import.meta.url);
const { refused } = otelVersions();
if (refused !== undefined) process.stderr.write(`agentese-otel: ${refused}\n`);
else await (await import('./lifecycle/register.js')).startBeforeTheApplication();
