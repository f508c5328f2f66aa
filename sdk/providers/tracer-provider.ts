import { trace } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { Around, StartConfiguration, Started } from './configuration.js';

/** Registers what makes spans. */
export function startTracers({ sampler, spanProcessors }: StartConfiguration, around: Around): Started {
	const provider = new TracerProvider({
		...around,
		...(sampler && { sampler }),
		spanLimits: spanLimits(),
		spanProcessors,
	});
	trace.setGlobalTracerProvider(provider);
	return provider;
}

/** A span's limits; what no variable says is the SDK's own default. */
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
