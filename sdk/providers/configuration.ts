import type { MeterProvider } from '@opentelemetry/api';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';

/**
 * The part of a NodeSDK configuration that the presets create. The list of a signal that no preset exports is empty.
 */
export type StartConfiguration = Required<
	Pick<
		NodeSDKConfiguration,
		'autoDetectResources' | 'logRecordProcessors' | 'metricReaders' | 'resource' | 'spanProcessors' | 'views'
	>
> &
	Partial<Pick<NodeSDKConfiguration, 'sampler'>>;

/** An SDK that was created and is not registered yet. */
export interface Sdk {
	/** Registers its providers with OpenTelemetry's API. */
	start(): void;
	/** Shuts its providers down. They stay registered. */
	shutdown(): Promise<void>;
}

/** A provider that is registered with OpenTelemetry's API. */
export interface StartedProvider {
	/** Flushes and shuts the provider down. It stays registered. */
	shutdown(): Promise<void>;
}

/** The options that all providers have in common. */
export interface ProviderOptions {
	/** The resource of the provider's telemetry. */
	readonly resource: StartConfiguration['resource'];
	/** The provider for the SDK's metrics about itself. Absent unless `OTEL_NODE_EXPERIMENTAL_SDK_METRICS` is true. */
	readonly meterProvider?: MeterProvider;
}
