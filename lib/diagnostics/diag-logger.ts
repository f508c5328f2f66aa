import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { problemCounts, warnOnce, writeSafely } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import { Deduplicator } from './deduplicator.js';
import { withoutSecrets } from './mask.js';

/** The key on `globalThis` under which OpenTelemetry's API keeps what was registered. */
const API = Symbol.for('opentelemetry.js.api.1');

/** The values of the `logLevel` setting, in lower case. `off` and `none` are the same. */
const LEVELS: Readonly<Record<string, DiagLogLevel>> = {
	none: DiagLogLevel.NONE,
	off: DiagLogLevel.NONE,
	error: DiagLogLevel.ERROR,
	warn: DiagLogLevel.WARN,
	info: DiagLogLevel.INFO,
	debug: DiagLogLevel.DEBUG,
	verbose: DiagLogLevel.VERBOSE,
	all: DiagLogLevel.ALL,
};

/** The toolkit's diag logger. */
const installed = processState('diagnostics/diag-logger', () => ({
	/** Its level; undefined while it is not installed. */
	level: undefined as DiagLogLevel | undefined,
	/** Sets another level; undefined while it is not installed. */
	setLevel: undefined as ((level: DiagLogLevel) => void) | undefined,
}));

/**
 * Installs a diag logger that writes OpenTelemetry's messages to stderr: without one, OpenTelemetry reports no failure
 * at all. Each distinct problem (warning or error) is one line, once; after that its count is reported, at most one
 * line a minute; and its end is reported. Messages of lower levels are written each time.
 *
 * Does nothing if another diag logger is set, or is requested by a legal `OTEL_LOG_LEVEL`.
 *
 * @param level - the least severe level that is written, in upper or lower case; an unknown one counts as `warn`
 * @returns a function that uninstalls the logger, after it reported the counts that are not reported yet
 */
export function installDiagLogger(level = 'warn'): () => void {
	const registry = () => (globalThis as { [API]?: { diag?: unknown } })[API];
	if (registry()?.diag !== undefined || hasOtelLogLevel()) return () => undefined;
	const deduplicator = new Deduplicator(writeStderr);
	const logger = diagLoggerOf(deduplicator);
	let installedLogger: unknown;
	const setLevel = (logLevel: DiagLogLevel) => {
		// A logger that the application set in the meantime is kept.
		if (registry()?.diag !== installedLogger) return;
		diag.setLogger(logger, { logLevel, suppressOverrideMessage: true });
		installedLogger = registry()?.diag;
		installed.level = logLevel;
	};
	setLevel(levelOf(level));
	installed.setLevel = setLevel;
	return () => {
		installed.level = undefined;
		installed.setLevel = undefined;
		deduplicator.close();
		if (registry()?.diag === installedLogger) diag.disable();
	};
}

/** Whether `OTEL_LOG_LEVEL` has a legal value, for which OpenTelemetry's SDK installs its own logger. */
export function hasOtelLogLevel(): boolean {
	const level = process.env['OTEL_LOG_LEVEL']?.trim().toLowerCase() ?? '';
	return level !== 'off' && Object.hasOwn(LEVELS, level);
}

/**
 * Changes the level of the toolkit's diag logger from the next message on. The counts of repeated problems are kept.
 * Does nothing while that logger is not installed, or if the application has replaced it.
 *
 * @param level - as for `installDiagLogger()`
 */
export function changeLogLevel(level: string): void {
	installed.setLevel?.(levelOf(level));
}

/** Returns OpenTelemetry's level of that name; `warn` for an unknown name. */
function levelOf(name: string): DiagLogLevel {
	return LEVELS[name.toLowerCase()] ?? DiagLogLevel.WARN;
}

/**
 * Warns once about a problem, on stderr if no diag logger is registered. If an older copy of the API holds the
 * registry, `setLogger()` of this copy has no effect, and `warnOnce()` alone would write nothing.
 *
 * @param key - identifies the problem, as for `warnOnce()`
 * @param message - one sentence: the thing, the rule, what it got, the way out
 */
export function warnOnceOnStderr(key: string, message: string): void {
	warnOnce(key, message);
	const hasLogger = (globalThis as { [API]?: { diag?: unknown } })[API]?.diag !== undefined;
	if (!hasLogger && problemCounts().get(key) === 1) writeStderr(`agentese-otel: ${message}`);
}

/**
 * Logs a message at the level of a warning each time it is called: as its own line on stderr, without deduplication, if
 * the toolkit's diag logger is installed; else through the diag logger that is set. Never throws.
 *
 * @param message - one sentence, without the prefix `agentese-otel: `
 */
export function log(message: string): void {
	const text = `agentese-otel: ${message}`;
	try {
		if (installed.level === undefined) diag.warn(text);
		else if (installed.level >= DiagLogLevel.WARN) writeStderr(text);
	} catch {
		// A diag logger that throws must not reach the application.
	}
}

/** Writes one line to stderr, without secrets. A line break is appended. Never throws. */
export function writeStderr(text: string): void {
	try {
		writeSafely(process.stderr, `${withoutSecrets(text)}\n`);
	} catch {
		// Reading `process.stderr` throws if the process has none.
	}
}

/** Returns a diag logger that deduplicates warnings and errors, and writes messages of the lower levels each time. */
function diagLoggerOf(deduplicator: Deduplicator): DiagLogger {
	const problem = (message: string, ...rest: unknown[]) => deduplicator.occurred(message, rest);
	const info = (message: string, ...rest: unknown[]) => deduplicator.info(message, rest);
	return { error: problem, warn: problem, info, debug: info, verbose: info };
}
