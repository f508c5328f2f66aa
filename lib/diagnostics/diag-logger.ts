import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { problems, warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import { withoutSecrets } from './configured-secrets.js';
import { Deduplicator } from './deduplicator.js';

const API = Symbol.for('opentelemetry.js.api.1');

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

/** The level of our own voice; undefined while it is not lent. */
const ownLogger = processState('diagnostics/diag-logger', () => ({ level: undefined as DiagLogLevel | undefined }));

/**
 * Gives OpenTelemetry's problems a voice where nobody else did: by default all its failures are silent. Each distinct
 * one is a line on stderr, once; then it is counted, at most one line a minute; and it is said when it is over. A
 * logger that is set, or asked for by `OTEL_LOG_LEVEL`, is left alone.
 *
 * @param level - what is said at all: a problem is a warning or an error
 * @returns takes the voice away again; what was counted and not said yet is said
 */
export function installDiagLogger(level = 'warn'): () => void {
	const registry = () => (globalThis as { [API]?: { diag?: unknown } })[API];
	if (registry()?.diag !== undefined || process.env['OTEL_LOG_LEVEL']) return () => undefined;
	const counted = new Deduplicator(writeStderr);
	diag.setLogger(diagLoggerOf(counted), {
		logLevel: LEVELS[level.toLowerCase()] ?? DiagLogLevel.WARN,
		suppressOverrideMessage: true,
	});
	const mine = registry()?.diag;
	ownLogger.level = LEVELS[level.toLowerCase()] ?? DiagLogLevel.WARN;
	return () => {
		ownLogger.level = undefined;
		counted.close();
		if (registry()?.diag === mine) diag.disable();
	};
}

/**
 * Says a problem once, whether or not `diag` is heard: where an older copy of the API holds the registry, nothing that
 * is said through ours is.
 */
export function warnOnceOnStderr(key: string, message: string): void {
	warnOnce(key, message);
	const heard = (globalThis as { [API]?: { diag?: unknown } })[API]?.diag !== undefined;
	if (!heard && problems().get(key) === 1) writeStderr(`agentese-otel: ${message}`);
}

/**
 * Says what holds at this moment, as often as it is told: with our voice as a line of its own, which is not counted
 * with others of its kind, else through the logger that is set.
 */
export function log(message: string): void {
	const text = `agentese-otel: ${message}`;
	try {
		if (ownLogger.level === undefined) diag.warn(text);
		else if (ownLogger.level >= DiagLogLevel.WARN) writeStderr(text);
	} catch {
		// A diag logger that throws must not reach the application.
	}
}

/** Writes one line to stderr, without secrets, and never throws. */
export function writeStderr(text: string): void {
	try {
		process.stderr.write(`${withoutSecrets(text)}\n`);
	} catch {
		// A closed stderr is no reason to fail.
	}
}

/** A problem is said once and counted; what is told at the lower levels is asked for, and is said as it comes. */
function diagLoggerOf(problems: Deduplicator): DiagLogger {
	const occurred = (message: string, ...rest: unknown[]) => problems.occurred(message, rest);
	const told = (message: string, ...rest: unknown[]) => problems.info(message, rest);
	return { error: occurred, warn: occurred, info: told, debug: told, verbose: told };
}
