import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type { Selection } from '../../config/schema/instrumentations.js';
import { writeStderr } from '../../lib/diagnostics/diag-logger.js';
import { processState } from '../../lib/runtime/process-state.js';
import { hooksOfOthers, installHooks } from './hooks.js';
import { type Instrumentation, loadInstrumentations } from './load.js';
import { warnUnsupported } from './unsupported-versions.js';

const state = processState('sdk/instrumentation/prepare', () => ({ registered: false, saidUnseen: false }));

/** Said by `agentese-otel/register`: nothing of the application is loaded yet. */
export function beforeTheApplication(): void {
	state.registered = true;
}

/**
 * Loads the instrumentations that the config asks for, and installs the hooks that let them see ESM imports. Says so
 * in one line where it comes too late for that.
 *
 * The hooks come after the config is read, and not before: they would else wrap imports of applications that switch
 * auto-instrumentation off.
 *
 * @throws ConfigurationError where a package is not installed
 */
export async function prepareInstrumentations(
	selection: Selection,
	source: string,
	directory?: string,
): Promise<Instrumentation[]> {
	if (!selection.all && selection.named.size === 0) return [];
	const instrumentations = loadInstrumentations(selection, source, directory);
	warnUnsupported(instrumentations, directory);
	if (hooksOfOthers()) return instrumentations;
	const hooked = await installHooks(instrumentations, directory);
	if (!hooked) {
		writeStderr(
			'agentese-otel: autoInstrumentation is on, and import-in-the-middle is not found beside ' +
				'@opentelemetry/instrumentation: what is loaded by import is not seen, what is loaded by require is. ' +
				'Install the packages anew.',
		);
	} else if (!state.registered && isModule()) sayUnseen();
	return instrumentations;
}

/** Whether the application's entry point is an ES module; Node knows a main module of CommonJS only. */
function isModule(): boolean {
	if (process.argv[1] === undefined || !isMainThread) return false;
	return createRequire(join(process.cwd(), 'any.js')).main === undefined;
}

function sayUnseen(): void {
	if (state.saidUnseen) return;
	state.saidUnseen = true;
	writeStderr(
		'agentese-otel: autoInstrumentation is on, but the application is an ES module and was not started with ' +
			'--import agentese-otel/register: what was imported before startTelemetry(), as all that stands in import ' +
			'statements was, is not seen (http, pg and the like; fetch is). Start it with: ' +
			'node --import agentese-otel/register app.js',
	);
}
