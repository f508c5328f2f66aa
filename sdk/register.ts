/**
 * The entry for `node --import agentese-otel/register app.js`. Before the application loads, it finds the config,
 * installs the hooks of auto-instrumentation if that is on, and starts telemetry. If the config is faulty, it writes
 * the faults to stderr and ends the process with code 1, unless the config has `strict: false`.
 *
 * If Node is too old for the presets, it imports nothing more, writes the reason to stderr, and lets the application run
 * without telemetry.
 */
import { unsupportedNode } from './preflight/node-version.js';

const nodeFault = unsupportedNode();
if (nodeFault !== undefined) process.stderr.write(`agentese-otel: ${nodeFault}\n`);
else await (await import('./lifecycle/register.js')).startBeforeTheApplication();
