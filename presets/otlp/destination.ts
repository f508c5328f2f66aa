import { numberVariable } from '../../lib/runtime/environment.js';
import { readEndpoint } from '../contract/endpoint.js';
import type { OtlpSettings } from '../contract/otlp-options.js';
import type { Target } from '../transport/target.js';

/** The signals of OTLP. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

/** The headers in the settings, for all signals and for single ones. */
export type HeaderSettings = Pick<OtlpSettings, 'headers'> & {
	readonly [Signal in OtlpSignal]: Pick<OtlpSettings[Signal], 'headers'>;
};

/** The address that one signal is sent to, with all options of its requests. */
export type Destination = Target;

/** OpenTelemetry's variables with a time limit of an export, which is one request here. */
const EXPORT_TIMEOUTS = {
	traces: 'OTEL_BSP_EXPORT_TIMEOUT',
	metrics: 'OTEL_METRIC_EXPORT_TIMEOUT',
	logs: 'OTEL_BLRP_EXPORT_TIMEOUT',
} as const;

/**
 * Returns the destination of one signal: the options of that signal, and the general options for those that it does not
 * set. The path of the signal is appended to the general endpoint, but an endpoint of the signal is used unchanged: the
 * specification of OTLP exporters requires this ("Endpoint URLs for OTLP/HTTP"), while the exporters of OpenTelemetry
 * JS use a `url` in code unchanged.
 */
export function destinationOf(settings: OtlpSettings, signal: OtlpSignal): Destination {
	const signalSettings = settings[signal];
	const text = signalSettings.endpoint ?? settings.endpoint;
	const endpoint = text === undefined ? undefined : readEndpoint(text);
	const protocol = signalSettings.protocol ?? endpoint?.protocol ?? settings.protocol;
	const url = new URL(endpoint?.url ?? `http://localhost:${protocol === 'grpc' ? 4317 : 4318}`);
	if (signalSettings.endpoint === undefined && protocol !== 'grpc') {
		url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
	}
	return {
		url: url.href,
		protocol,
		headers: headersOf(settings, signal),
		compression: signalSettings.compression ?? settings.compression,
		timeout: Math.min(signalSettings.timeout ?? settings.timeout, numberVariable(EXPORT_TIMEOUTS[signal]) ?? Infinity),
		tls: { ...settings.tls, ...signalSettings.tls },
		proxy: settings.proxy,
	};
}

/** Returns the headers of one signal: the general ones, and those of the signal over them. */
export function headersOf(settings: HeaderSettings, signal: OtlpSignal): Record<string, string> {
	return { ...settings.headers, ...settings[signal].headers };
}

/** Returns an address for messages and counts: without user name, password and query, which may be secrets. */
export function displayUrl(url: string): string {
	const { protocol, host, pathname } = new URL(url);
	return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/**
 * Returns the server of an address, of any scheme, for messages and counts: without path and secrets. The server of a
 * Unix domain socket is its path.
 */
export function displayServer(url: string): string {
	const { protocol, host } = new URL(url);
	return host === '' ? displayUrl(url) : `${protocol}//${host}`;
}
