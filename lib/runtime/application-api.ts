/**
 * The copy of OpenTelemetry's API that the application installed. `agentese-otel` brings a copy of its own with the SDK, and
 * reaches this one through `agentese-otel-core`. Every name is one of API 1.9.
 */
export { metrics, propagation, trace } from '@opentelemetry/api';
