/** The options of the preset `jaeger`: the section `jaeger` of the config. An unknown key is a configuration error. */
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
}

/** `JaegerOptions`, checked and complete. */
export interface JaegerSettings {
	/** The address, with a scheme. Undefined means localhost, on port 4318, or 4317 for gRPC. */
	endpoint: string | undefined;
	/** The OTLP protocol. */
	protocol: 'http/protobuf' | 'http/json' | 'grpc';
}

/** The default values. */
export const jaegerDefaults: JaegerSettings = { endpoint: undefined, protocol: 'http/protobuf' };
