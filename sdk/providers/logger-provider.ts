import { diag, logs } from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { type NumberVariableName, numberVariable } from '../../lib/runtime/environment.js';
import type { ProviderOptions, StartConfiguration, StartedProvider } from './configuration.js';

/** Creates the provider of loggers and registers it with the API. */
export function startLoggers(configuration: StartConfiguration, options: ProviderOptions): StartedProvider {
	const provider = createLoggers(configuration, options);
	logs.setGlobalLoggerProvider(provider);
	return provider;
}

/** Creates the provider of loggers. */
export function createLoggers(
	{ logRecordProcessors }: Pick<StartConfiguration, 'logRecordProcessors'>,
	options: ProviderOptions,
): LoggerProvider {
	return new LoggerProvider({ ...options, logRecordLimits: logRecordLimits(), processors: logRecordProcessors });
}

/** The limits of a log record that variables set. The SDK has defaults for all others. */
function logRecordLimits() {
	const limits = {
		attributeCountLimit:
			numberVariable('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT') ?? positive('OTEL_ATTRIBUTE_COUNT_LIMIT'),
		attributeValueLengthLimit:
			numberVariable('OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? positive('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
	};
	return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}

/** A limit of 0 is legal for spans alone. The warning has the NodeSDK's text. */
function positive(name: NumberVariableName): number | undefined {
	const value = numberVariable(name);
	if (value !== 0) return value;
	diag.warn(`${name} (0) is invalid, expected number greater than 0, using default.`);
	return undefined;
}
