/**
 * The options of the preset `jaeger`: the section `jaeger` of the config. An unknown key is a configuration error.
 *
 * @example
 * ```ts
 * import { type JaegerOptions, loadConfig } from 'agentese-otel/presets';
 *
 * const jaeger: JaegerOptions = { endpoint: 'jaeger.local:4317' };
 * const { config } = await loadConfig({ preset: 'jaeger', jaeger });
 * config.jaeger.endpoint; // => 'http://jaeger.local:4317'
 * config.jaeger.protocol; // => 'grpc'
 * ```
 */
export interface JaegerOptions {
	/**
	 * The address at which Jaeger receives OTLP. Over HTTP `/v1/traces` is appended to it. Without a scheme it is
	 * `http://`, and port 4317 then implies gRPC. A port of Jaeger's removed agent is replaced by OTLP's port on the same
	 * host, which is reported once. A text that is not an address is a configuration error.
	 *
	 * @default 'http://localhost:4318', or 'http://localhost:4317' for gRPC
	 */
	endpoint?: string | undefined;
	/**
	 * The OTLP protocol. Any other value is a configuration error.
	 *
	 * @default 'http/protobuf', or the protocol that `endpoint` implies
	 */
	protocol?: 'http/protobuf' | 'http/json' | 'grpc' | undefined;
	/**
	 * Headers of every request, over gRPC its metadata. They are masked wherever the config is shown. `"${env:NAME}"`
	 * stands for the value of an environment variable, and is a configuration error if that variable is not set.
	 *
	 * @default {}
	 */
	headers?: Record<string, string> | undefined;
}

/** `JaegerOptions`, checked and complete. */
export interface JaegerSettings {
	/** The address, with a scheme. Undefined means localhost, on port 4318, or 4317 for gRPC. */
	endpoint: string | undefined;
	/** The OTLP protocol. */
	protocol: 'http/protobuf' | 'http/json' | 'grpc';
	/** Headers of every request. */
	headers: Record<string, string>;
}

/** Returns the default values. */
export function jaegerDefaults(): JaegerSettings {
	return { endpoint: undefined, protocol: 'http/protobuf', headers: {} };
}
