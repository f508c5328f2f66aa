import { getStringListFromEnv } from '@opentelemetry/core';
import type { Instrumentation } from '../instrumentation/load.js';
import type { Sdk, StartConfiguration } from './configuration.js';
import { minimalSdk } from './minimal-sdk.js';

/** The words of OpenTelemetry's variables that the lean starter knows. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
	OTEL_PROPAGATORS: ['tracecontext', 'baggage', 'none'],
	OTEL_NODE_RESOURCE_DETECTORS: ['all', 'env', 'host', 'none', 'os', 'process', 'serviceinstance'],
};

/** The first of OpenTelemetry's variables that asks for what the NodeSDK alone has, such as the propagator `b3`. */
export function wantsNodeSdk(): string | undefined {
	return Object.keys(KNOWN).find((name) => getStringListFromEnv(name)?.some((word) => !KNOWN[name]?.includes(word)));
}

/**
 * Makes the SDK of a configuration. The NodeSDK loads gRPC, Zipkin, YAML and every exporter, 330 files that a start does
 * not need; so the lean starter does what the NodeSDK would do with the same configuration, and the NodeSDK is loaded
 * only where a variable asks for what it alone has.
 */
export async function sdkOf(configuration: StartConfiguration, instrumentations: Instrumentation[]): Promise<Sdk> {
	if (wantsNodeSdk() === undefined) return minimalSdk(configuration, instrumentations);
	const { NodeSDK } = await import('@opentelemetry/sdk-node');
	return new NodeSDK({ ...configuration, instrumentations });
}
