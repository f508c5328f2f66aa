import { diag, logs } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import type { Around, StartConfiguration, Started } from './configuration.js';

/** Registers what makes log records. */
export function startLoggers({ logRecordProcessors }: StartConfiguration, around: Around): Started {
	const provider = new LoggerProvider({
		...around,
		logRecordLimits: logRecordLimits(),
		processors: logRecordProcessors,
	});
	logs.setGlobalLoggerProvider(provider);
	return provider;
}

/** A log record's limits; what no variable says is the SDK's own default. */
function logRecordLimits() {
	const limits = {
		attributeCountLimit: positive('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT') ?? positive('OTEL_ATTRIBUTE_COUNT_LIMIT'),
		attributeValueLengthLimit:
			positive('OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? positive('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
	};
	return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}

/** In the NodeSDK's own words: whoever looks for them finds OpenTelemetry's documentation. */
function positive(name: string): number | undefined {
	const value = getNumberFromEnv(name);
	if (value === undefined || value > 0) return value;
	diag.warn(`${name} (${value}) is invalid, expected number greater than 0, using default.`);
	return undefined;
}
