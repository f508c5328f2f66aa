import { type Protocol, readEndpoint } from '../contract/endpoint.js';
import type { OtlpSettings } from '../contract/otlp-options.js';

/** The signals of OTLP. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

/** Where one signal goes, and how. */
export interface Destination {
	/** Over HTTP the whole address of the signal; over gRPC that of the server. */
	readonly url: string;
	readonly protocol: Protocol;
	readonly headers: Readonly<Record<string, string>>;
	readonly compression: 'none' | 'gzip';
	/** How long one request may take, in milliseconds. */
	readonly timeout: number;
	readonly tls: {
		readonly ca?: string | undefined;
		readonly cert?: string | undefined;
		readonly key?: string | undefined;
	};
}

/**
 * What holds for one signal: what is said for it alone over what is said for all. The general endpoint gets the
 * signal's path appended, the signal's own is taken as it stands: so the specification of OTLP exporters has it
 * ("Endpoint URLs for OTLP/HTTP"), while the exporters of OpenTelemetry JS take a `url` in code verbatim.
 */
export function destinationOf(settings: OtlpSettings, signal: OtlpSignal): Destination {
	const own = settings[signal];
	const text = own.endpoint ?? settings.endpoint;
	const said = text === undefined ? undefined : readEndpoint(text);
	const protocol = own.protocol ?? said?.protocol ?? settings.protocol;
	const url = new URL(said?.url ?? `http://localhost:${protocol === 'grpc' ? 4317 : 4318}`);
	if (own.endpoint === undefined && protocol !== 'grpc') {
		url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
	}
	return {
		url: url.href,
		protocol,
		headers: { ...settings.headers, ...own.headers },
		compression: own.compression ?? settings.compression,
		timeout: own.timeout ?? settings.timeout,
		tls: { ...settings.tls, ...own.tls },
	};
}

/** The address for messages and counts: without user name, password and query, which may be secrets. */
export function shown(url: string): string {
	const { protocol, host, pathname } = new URL(url);
	return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** The server of an address, whatever its scheme, as it may be shown; a socket is one by its path. */
export function serverOf(url: string): string {
	const { protocol, host } = new URL(url);
	return host === '' ? shown(url) : `${protocol}//${host}`;
}
