import type { EffectiveOptions } from '../../delivery/common/settings.js';

/**
 * Certificates for TLS, as paths of PEM files relative to the config file. An empty text is a configuration error.
 *
 * @example
 * ```ts
 * import { loadConfig, type OtlpTlsOptions } from 'agentese-otel/presets';
 *
 * const tls: OtlpTlsOptions = { ca: '/etc/garden/ca.pem' };
 * const { config } = await loadConfig({ preset: 'otlp', otlp: { endpoint: 'https://otlp.example.com', tls } });
 * config.otlp.tls; // => { ca: '/etc/garden/ca.pem' }
 * ```
 */
export interface OtlpTlsOptions {
	/** The path of the certificates that the server is trusted by. @default Node's own certificate authorities */
	ca?: string | undefined;
	/** The path of the client certificate, if the server requires one. @default none is sent */
	cert?: string | undefined;
	/** The path of the private key of the client certificate. @default none */
	key?: string | undefined;
}

/**
 * The options that exist both for all signals and for one signal.
 *
 * @example
 * ```ts
 * import { loadConfig, type OtlpRequestOptions } from 'agentese-otel/presets';
 *
 * const request: OtlpRequestOptions = { compression: 'gzip', timeout: '3s' };
 * const { config } = await loadConfig({ preset: 'otlp', otlp: request });
 * config.otlp.timeout; // => 3000
 * config.otlp.compression; // => 'gzip'
 * ```
 */
export interface OtlpRequestOptions {
	/**
	 * The OTLP protocol. Any other value is a configuration error.
	 *
	 * @default 'http/protobuf', or the protocol that the endpoint implies
	 */
	protocol?: 'http/protobuf' | 'http/json' | 'grpc' | undefined;
	/**
	 * Headers of every request, over gRPC its metadata. They are masked wherever the config is shown. `"${env:NAME}"`
	 * stands for the value of an environment variable, and is a configuration error if that variable is not set.
	 *
	 * @default {}
	 */
	headers?: Record<string, string> | undefined;
	/**
	 * The compression of requests. Any other value is a configuration error.
	 *
	 * @default 'none'
	 */
	compression?: 'none' | 'gzip' | undefined;
	/**
	 * The time limit of one request: a number of milliseconds greater than 0, or a text with a unit such as `"10s"`. A
	 * request that exceeds it is sent again. Any other value is a configuration error.
	 *
	 * @default 10000
	 */
	timeout?: number | string | undefined;
	/**
	 * Certificates for TLS. If a file cannot be used, that is reported once and nothing is sent.
	 *
	 * @default {}
	 */
	tls?: OtlpTlsOptions | undefined;
}

/**
 * The options of one signal. An option that is not set has the value of the same option for all signals.
 *
 * @example
 * ```ts
 * import { loadConfig, type OtlpSignalOptions } from 'agentese-otel/presets';
 *
 * const metrics: OtlpSignalOptions = { endpoint: 'http://prometheus:9090/api/v1/otlp/v1/metrics' };
 * const { config } = await loadConfig({ preset: 'otlp', otlp: { metrics } });
 * config.otlp.metrics.endpoint; // => 'http://prometheus:9090/api/v1/otlp/v1/metrics'
 * ```
 */
export interface OtlpSignalOptions extends OtlpRequestOptions {
	/**
	 * The address of this signal alone. It is used unchanged: no path is appended. A text that is not an address is a
	 * configuration error.
	 *
	 * @default the general endpoint with the path of the signal
	 */
	endpoint?: string | undefined;
}

/**
 * The options of a backend that speaks OTLP: the section `otlp` of the config, and `deliver()` of a custom preset. An
 * unknown key is a configuration error; `deliver()` throws a `TypeError` instead.
 *
 * @example
 * ```ts
 * import { loadConfig, type OtlpOptions } from 'agentese-otel/presets';
 *
 * const otlp: OtlpOptions = { endpoint: 'collector:4317', traces: { timeout: '3s' } };
 * const { config } = await loadConfig({ preset: 'otlp', otlp });
 * config.otlp.endpoint; // => 'http://collector:4317'
 * config.otlp.protocol; // => 'grpc'
 * config.otlp.traces.timeout; // => 3000
 * ```
 */
export interface OtlpOptions extends OtlpRequestOptions {
	/**
	 * The address of the backend, for all signals. Over HTTP `/v1/traces`, `/v1/metrics` and `/v1/logs` are appended to
	 * it. Without a scheme it is `http://`, and port 4317 then implies gRPC. A text that is not an address is a
	 * configuration error.
	 *
	 * @default 'http://localhost:4318', or 'http://localhost:4317' for gRPC
	 */
	endpoint?: string | undefined;
	/**
	 * The start of the interval that a metric covers: the start of the process (`cumulative`) or the previous export
	 * (`delta`; `lowmemory` is delta for synchronous counters and histograms only). Prometheus accepts `cumulative` only.
	 * Any other value is a configuration error.
	 *
	 * @default 'cumulative'
	 */
	temporality?: 'cumulative' | 'delta' | 'lowmemory' | undefined;
	/**
	 * The proxy that requests are sent through. `env` is the one that the environment variables `HTTPS_PROXY`,
	 * `HTTP_PROXY` and `ALL_PROXY` name, unless `NO_PROXY` names the server; for gRPC `GRPC_PROXY` is read first. `none` is
	 * no proxy. Any other text is the address of a proxy, which may have a user name and a password.
	 *
	 * @default 'env'
	 */
	proxy?: string | undefined;
	/** Options of traces alone. They override the general ones. @default {} */
	traces?: OtlpSignalOptions | undefined;
	/** Options of metrics alone. They override the general ones. @default {} */
	metrics?: OtlpSignalOptions | undefined;
	/** Options of logs alone. They override the general ones. @default {} */
	logs?: OtlpSignalOptions | undefined;
}

/** `OtlpSignalOptions`, checked. An option that is undefined has the value of the same option for all signals. */
export interface OtlpSignalSettings extends Omit<OtlpSignalOptions, 'timeout'> {
	/** The time limit of one request, in milliseconds; undefined if it is that of all signals. */
	timeout?: number | undefined;
}

/** `OtlpOptions`, checked and complete: endpoints have a scheme, paths are absolute, `${env:NAME}` is replaced. */
export interface OtlpSettings
	extends EffectiveOptions<OtlpRequestOptions & Pick<OtlpOptions, 'temporality' | 'proxy'>> {
	/** The base address of all signals. Undefined means localhost, on port 4318, or 4317 for gRPC. */
	endpoint: string | undefined;
	/** Options of traces alone. */
	traces: OtlpSignalSettings;
	/** Options of metrics alone. */
	metrics: OtlpSignalSettings;
	/** Options of logs alone. */
	logs: OtlpSignalSettings;
}

/** Returns the default values, as a new object that the caller may change. */
export function otlpDefaults(): OtlpSettings {
	return {
		endpoint: undefined,
		protocol: 'http/protobuf',
		headers: {},
		compression: 'none',
		timeout: 10_000,
		tls: {},
		temporality: 'cumulative',
		proxy: 'env',
		traces: {},
		metrics: {},
		logs: {},
	};
}

/** The values of `compression`. */
export const COMPRESSIONS = ['none', 'gzip'] as const satisfies readonly OtlpSettings['compression'][];
/** The values of `temporality`. */
export const TEMPORALITIES = [
	'cumulative',
	'delta',
	'lowmemory',
] as const satisfies readonly OtlpSettings['temporality'][];
