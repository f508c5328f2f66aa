import { getStringListFromEnv } from '@opentelemetry/core';
import type { Instrumentation } from '../instrumentation/load.js';
import type { Sdk, StartConfiguration } from './configuration.js';
import { minimalSdk } from './minimal-sdk.js';

/** The values of OpenTelemetry's variables that the minimal SDK supports. */
const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
	OTEL_PROPAGATORS: ['tracecontext', 'baggage', 'none'],
	OTEL_NODE_RESOURCE_DETECTORS: ['all', 'env', 'host', 'none', 'os', 'process', 'serviceinstance'],
};

/**
 * Returns the first of OpenTelemetry's variables with a value that only the NodeSDK supports, such as the propagator
 * `b3`; undefined if there is none.
 */
export function variableNeedingNodeSdk(): string | undefined {
	return Object.keys(SUPPORTED).find((name) =>
		getStringListFromEnv(name)?.some((value) => !SUPPORTED[name]?.includes(value)),
	);
}

/**
 * Creates the SDK of a configuration. The NodeSDK loads gRPC, Zipkin, YAML and every exporter, 330 files that a start
 * does not need. So the minimal SDK is used, which behaves as the NodeSDK does with the same configuration, and the
 * NodeSDK is loaded only if a variable has a value that the minimal SDK does not support.
 */
export async function createSdk(configuration: StartConfiguration, instrumentations: Instrumentation[]): Promise<Sdk> {
	if (variableNeedingNodeSdk() === undefined) return minimalSdk(configuration, instrumentations);
	const { NodeSDK } = await import('@opentelemetry/sdk-node');
	return new NodeSDK({ ...configuration, instrumentations });
}
