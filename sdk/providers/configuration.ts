import type { MeterProvider } from '@opentelemetry/api';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';

/** What the presets make for an SDK: a signal that nobody carries is an empty list. */
export type StartConfiguration = Required<
	Pick<
		NodeSDKConfiguration,
		'autoDetectResources' | 'logRecordProcessors' | 'metricReaders' | 'resource' | 'spanProcessors' | 'views'
	>
> &
	Partial<Pick<NodeSDKConfiguration, 'sampler'>>;

/** An SDK that was made, and is not registered yet. */
export interface Sdk {
	/** Registers it with OpenTelemetry's API. */
	start(): void;
	shutdown(): Promise<void>;
}

/** A provider that was registered. */
export interface Started {
	shutdown(): Promise<void>;
}

/** What a provider is made with beside its own configuration. */
export interface Around {
	readonly resource: StartConfiguration['resource'];
	/** Where the SDK counts its own work, if `OTEL_NODE_EXPERIMENTAL_SDK_METRICS` asks for it. */
	readonly meterProvider?: MeterProvider;
}
