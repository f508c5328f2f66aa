import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type { InstrumentationSelection } from '../../config/schema/instrumentations.js';
import { writeStderr } from '../../lib/diagnostics/diag-logger.js';
import { processState } from '../../lib/runtime/process-state.js';
import { hasOtherHooks, installHooks } from './hooks.js';
import { type Instrumentation, loadInstrumentations } from './load.js';
import { warnUnsupported } from './unsupported-versions.js';

/** One per process, since `register` and the application may load different copies of this file. */
const state = processState('sdk/instrumentation/prepare', () => ({
	/** Whether telemetry starts before the application loads. */
	registered: false,
	/** Whether the warning about ES modules that were imported before has been written. */
	warnedTooLate: false,
}));

/** Records that `agentese-otel/register` starts telemetry, so that no module of the application is loaded yet. */
export function markRegistered(): void {
	state.registered = true;
}

/**
 * Loads the selected instrumentations, and installs the hooks through which they receive ESM imports. If it is too late
 * for the application's imports, that is written to stderr.
 *
 * It runs after the config is read: hooks would otherwise wrap the imports of applications that have
 * auto-instrumentation switched off.
 *
 * @param source - the source of the selection in the config, for messages
 * @param directory - the directory of the config
 * @throws ConfigurationError if a package is not installed
 */
export async function prepareInstrumentations(
	selection: InstrumentationSelection,
	source: string,
	directory?: string,
): Promise<Instrumentation[]> {
	if (!selection.all && selection.named.size === 0) return [];
	const instrumentations = loadInstrumentations(selection, source, directory);
	warnUnsupported(instrumentations, directory);
	// Two loaders of this kind would wrap every module twice.
	if (hasOtherHooks()) return instrumentations;
	const installed = await installHooks(instrumentations, directory);
	if (!installed) {
		writeStderr(
			'agentese-otel: autoInstrumentation is on, and import-in-the-middle is not found beside ' +
				'@opentelemetry/instrumentation: modules loaded by import are not instrumented, those loaded by require are. ' +
				'Install the packages again.',
		);
	} else if (!state.registered && isEsmApplication()) warnTooLate();
	return instrumentations;
}

/** Whether the application's entry point is an ES module. Node knows a main module for CommonJS only. */
function isEsmApplication(): boolean {
	if (process.argv[1] === undefined || !isMainThread) return false;
	return createRequire(join(process.cwd(), 'any.js')).main === undefined;
}

/** Writes once that the application's imports came before the hooks. */
function warnTooLate(): void {
	if (state.warnedTooLate) return;
	state.warnedTooLate = true;
	writeStderr(
		'agentese-otel: autoInstrumentation is on, but the application is an ES module and was not started with ' +
			'--import agentese-otel/register: what was imported before startTelemetry(), including all import statements, is ' +
			'not instrumented (http, pg and similar; fetch is). Start it with: ' +
			'node --import agentese-otel/register app.js',
	);
}
