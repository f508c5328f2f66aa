import { getStringListFromEnv } from '@opentelemetry/core';
import type { Instrumentation } from '../instrumentation/load.js';
import type { Sdk, StartConfiguration } from './configuration.js';
import { minimalSdk } from './minimal-sdk.js';

/** The values of OpenTelemetry's variables that only the NodeSDK supports. */
const ONLY_NODE_SDK: Readonly<Record<string, readonly string[]>> = {
	OTEL_PROPAGATORS: ['b3', 'b3multi'],
	OTEL_NODE_RESOURCE_DETECTORS: ['container', 'alibaba', 'aws', 'azure', 'gcp'],
};

/**
 * Returns the first of OpenTelemetry's variables with a value that only the NodeSDK supports, such as the propagator
 * `b3`; undefined if there is none.
 */
export function variableNeedingNodeSdk(): string | undefined {
	return Object.keys(ONLY_NODE_SDK).find((name) =>
		getStringListFromEnv(name)?.some((value) => ONLY_NODE_SDK[name]?.includes(value)),
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
	const { spanLimits } = await import('./tracer-provider.js');
	return new NodeSDK({ ...configuration, spanLimits: spanLimits(), instrumentations });
}
