import { trace } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { ProviderOptions, StartConfiguration, StartedProvider } from './configuration.js';

/** Creates the provider of tracers and registers it with the API. */
export function startTracers(
	{ sampler, spanProcessors }: StartConfiguration,
	options: ProviderOptions,
): StartedProvider {
	const provider = new TracerProvider({
		...options,
		...(sampler && { sampler }),
		spanLimits: spanLimits(),
		spanProcessors,
	});
	trace.setGlobalTracerProvider(provider);
	return provider;
}

/** The limits of a span that variables set. The SDK has defaults for all others. */
function spanLimits() {
	const limits = {
		attributeCountLimit:
			getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT') ?? getNumberFromEnv('OTEL_ATTRIBUTE_COUNT_LIMIT'),
		attributeValueLengthLimit:
			getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
			getNumberFromEnv('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
		eventCountLimit: getNumberFromEnv('OTEL_SPAN_EVENT_COUNT_LIMIT'),
		linkCountLimit: getNumberFromEnv('OTEL_SPAN_LINK_COUNT_LIMIT'),
		attributePerEventCountLimit: getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT'),
		attributePerLinkCountLimit: getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT'),
	};
	return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}
