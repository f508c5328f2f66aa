import type { Logger, LoggerOptions, LoggerProvider, LogRecord } from '@opentelemetry/api';
import { currentScope } from './scope.js';

/** What a logger is fetched by. */
type Source = readonly [name: string, version?: string | undefined, options?: LoggerOptions | undefined];

/** A logger that passes each record to the logger of the running scope, and outside of all scopes to another provider. */
class ScopedLogger implements Logger {
	readonly #source: Source;
	readonly #fallback: () => LoggerProvider | undefined;

	constructor(source: Source, fallback: () => LoggerProvider | undefined) {
		this.#source = source;
		this.#fallback = fallback;
	}

	emit(record: LogRecord): void {
		this.#target()?.emit(record);
	}

	enabled(options?: Parameters<Logger['enabled']>[0]): boolean {
		return this.#target()?.enabled(options) ?? false;
	}

	#target(): Logger | undefined {
		const providers = currentScope()?.providers;
		if (providers !== undefined) return providers.logger(...this.#source);
		return this.#fallback()?.getLogger(...this.#source);
	}
}

/**
 * Returns a provider of loggers that pass their records to the running scope.
 *
 * @param fallback - returns the provider that receives the records outside of all scopes; undefined for none
 */
export function scopedLoggers(fallback: () => LoggerProvider | undefined): LoggerProvider {
	return { getLogger: (...source) => new ScopedLogger(source, fallback) };
}
