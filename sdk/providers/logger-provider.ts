import { diag, logs } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import type { ProviderOptions, StartConfiguration, StartedProvider } from './configuration.js';

/** Creates the provider of loggers and registers it with the API. */
export function startLoggers({ logRecordProcessors }: StartConfiguration, options: ProviderOptions): StartedProvider {
	const provider = new LoggerProvider({
		...options,
		logRecordLimits: logRecordLimits(),
		processors: logRecordProcessors,
	});
	logs.setGlobalLoggerProvider(provider);
	return provider;
}

/** The limits of a log record that variables set. The SDK has defaults for all others. */
function logRecordLimits() {
	const limits = {
		attributeCountLimit: positive('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT') ?? positive('OTEL_ATTRIBUTE_COUNT_LIMIT'),
		attributeValueLengthLimit:
			positive('OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? positive('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
	};
	return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}

/** The warning has the NodeSDK's text, so that a search for it finds OpenTelemetry's documentation. */
function positive(name: string): number | undefined {
	const value = getNumberFromEnv(name);
	if (value === undefined || value > 0) return value;
	diag.warn(`${name} (${value}) is invalid, expected number greater than 0, using default.`);
	return undefined;
}
