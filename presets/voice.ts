import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';

/** More distinct messages than this are not said: stderr is the application's. */
const MAX_DISTINCT = 100;
const MAX_LENGTH = 1000;

const API = Symbol.for('opentelemetry.js.api.1');

/**
 * Gives OpenTelemetry's warnings a voice where nobody else did: by default all its failures are silent. Each distinct
 * one is a line on stderr, once. A logger that is set, or asked for by `OTEL_LOG_LEVEL`, is left alone.
 *
 * @returns takes the voice away again
 */
export function lendVoice(): () => void {
	const registry = () => (globalThis as { [API]?: { diag?: unknown } })[API];
	if (registry()?.diag !== undefined || process.env['OTEL_LOG_LEVEL']) return () => undefined;
	diag.setLogger(speaker(), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
	const mine = registry()?.diag;
	return () => {
		if (registry()?.diag === mine) diag.disable();
	};
}

/** Writes one line to stderr, and never throws. */
export function sayLine(text: string): void {
	try {
		process.stderr.write(`${text}\n`);
	} catch {
		// A closed stderr is no reason to fail.
	}
}

function speaker(): DiagLogger {
	const said = new Set<string>();
	const say = (message: string, ...rest: unknown[]) => {
		const reasons = rest.map((one) => (one instanceof Error ? one.message : String(one)));
		const text = [message, ...reasons].join(' ').replace(/\s*\n\s*/g, ' ');
		if (said.has(text) || said.size >= MAX_DISTINCT) return;
		said.add(text);
		const line = text.startsWith('agentese-otel: ') ? text : `agentese-otel: OpenTelemetry says: ${text}`;
		sayLine(line.slice(0, MAX_LENGTH));
	};
	const quiet = () => undefined;
	return { error: say, warn: say, info: quiet, debug: quiet, verbose: quiet };
}
