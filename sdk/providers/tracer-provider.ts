import { trace } from '@opentelemetry/api';
import { type IdGenerator, type SpanLimits, TracerProvider } from '@opentelemetry/sdk-trace';
import { numberVariable } from '../../lib/runtime/environment.js';
import type { ProviderOptions, StartConfiguration, StartedProvider } from './configuration.js';

/** Creates the provider of tracers and registers it with the API. */
export function startTracers(configuration: StartConfiguration, options: ProviderOptions): StartedProvider {
	const provider = createTracers(configuration, options);
	trace.setGlobalTracerProvider(provider);
	return provider;
}

/**
 * Creates the provider of tracers.
 *
 * @param idGenerator - generates trace ids and span ids. @default random ids
 */
export function createTracers(
	{ sampler, spanProcessors }: Pick<StartConfiguration, 'sampler' | 'spanProcessors'>,
	options: ProviderOptions,
	idGenerator?: IdGenerator,
): TracerProvider {
	return new TracerProvider({
		...options,
		...(sampler && { sampler }),
		...(idGenerator && { idGenerator }),
		spanLimits: spanLimits(),
		spanProcessors,
	});
}

/**
 * The limits of a span that variables set. The SDK has defaults for all others. Two variables of the specification have
 * another name in OpenTelemetry JS too.
 */
export function spanLimits(): SpanLimits {
	const limits = {
		attributeCountLimit:
			numberVariable('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT') ?? numberVariable('OTEL_ATTRIBUTE_COUNT_LIMIT'),
		attributeValueLengthLimit:
			numberVariable('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? numberVariable('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
		eventCountLimit: numberVariable('OTEL_SPAN_EVENT_COUNT_LIMIT'),
		linkCountLimit: numberVariable('OTEL_SPAN_LINK_COUNT_LIMIT'),
		attributePerEventCountLimit:
			numberVariable('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT') ?? numberVariable('OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT'),
		attributePerLinkCountLimit:
			numberVariable('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT') ?? numberVariable('OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT'),
	};
	return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}
