import { metrics, trace } from '@opentelemetry/api';
import { apiRegistry } from './active-context.js';
import { currentEpoch } from './epoch.js';
import { problemCounts, warnOnce, writeSafely } from './log-once.js';
import { VERSION } from './version.js';

/**
 * The key on `globalThis` with the versions of this package in the process. It never changes, so that releases find each
 * other whose process-wide state has different layouts.
 */
const KEY = Symbol.for('agentese-otel-core.versions');

const host = globalThis as { [KEY]?: Set<string> };
host[KEY] ??= new Set();
const versions = host[KEY];
versions.add(VERSION);

/** The epoch that was checked last. */
let checked = 0;

/**
 * Logs, once per process, what keeps the spans of decorators from being seen: an SDK that this copy of OpenTelemetry's API
 * cannot read, and a second version of this package. It is called when what a call needs is computed, once per epoch; it logs
 * nothing if no SDK is registered.
 */
export function reportConflicts(): void {
	const epoch = currentEpoch();
	if (checked === epoch) return;
	checked = epoch;
	const unreadable = unreadableSdk();
	if (unreadable !== undefined) logConflict('conflicts/api', unreadable);
	if (versions.size > 1) {
		logConflict(
			'conflicts/versions',
			`the process has several versions of agentese-otel-core, ${[...versions].sort().join(' and ')}. What one version ` +
				'decorates may be unknown to the other. Keep one: npm ls agentese-otel-core, and update what asks for the other.',
		);
	}
}

/**
 * Returns why decorators cannot use the SDK that is registered, as a sentence with the solution; undefined if they can, or
 * if there is none. A copy of the API reads what its own minor version or a newer one registered.
 */
export function unreadableSdk(): string | undefined {
	const registry = apiRegistry();
	const isReadable =
		(registry?.trace === undefined || trace.getTracerProvider() === registry.trace) &&
		(registry?.metrics === undefined || metrics.getMeterProvider() === registry.metrics);
	if (isReadable) return undefined;
	return (
		`an OpenTelemetry SDK was registered through @opentelemetry/api ${registry?.version}, which is older than the copy ` +
		'that decorators use, so it receives nothing from them. Keep one copy: npm ls @opentelemetry/api, and install the ' +
		`version of that SDK in the application: npm i @opentelemetry/api@${registry?.version}.`
	);
}

/** Logs a conflict once. The diag logger may be one that this copy of the API cannot read either, so it goes to stderr. */
function logConflict(key: string, message: string): void {
	warnOnce(key, message);
	if (problemCounts().get(key) !== 1) return;
	try {
		if (apiRegistry()?.diag === undefined || unreadableSdk() !== undefined)
			writeSafely(process.stderr, `agentese-otel: ${message}\n`);
	} catch {
		// A closed stderr must not fail the application.
	}
}
