/**
 * The copy of OpenTelemetry's API that the application installed. `agentese-otel` brings a copy of its own with the SDK, and
 * reaches this one through `agentese-otel-core`. Every name that is imported is one of API 1.9.
 */
import * as api from '@opentelemetry/api';

export { metrics, propagation, trace } from '@opentelemetry/api';

/** The logs of the API; undefined in API 1.9, which has none. */
export const logs: { getLoggerProvider(): object } | undefined = (api as { logs?: { getLoggerProvider(): object } })
	.logs;
