import type { Remedy } from '../../delivery/backend-health.js';
import type { Encoding } from '../../delivery/journal/segments/frame.js';
import type { Transport } from '../../delivery/sending/transport.js';
import type { OtlpSettings } from '../contract/otlp-options.js';
import { type Destination, destinationOf, type HeaderSettings, headersOf, type OtlpSignal } from './destination.js';
import { requireGrpc } from './grpc.js';
import { type Serializer, transportTo } from './transport.js';

/** The address that one signal is sent to, the encoding of its requests, and the transport for them. */
interface Route {
	/** The whole address. It may contain secrets. */
	readonly url: string;
	readonly encoding: Encoding;
	/**
	 * Creates the transport, which connects when the first request is sent.
	 *
	 * @throws Error (as a rejection) if it cannot
	 */
	connect<T, Response extends { partialSuccess?: object }>(serializer: Serializer<T, Response>): Promise<Transport>;
}

/** The routes of all signals of one preset. */
export interface Routes {
	/** Returns the route of a signal. */
	(signal: OtlpSignal): Route;
	/** Returns a sentence on what the user can do if a request fails for a reason. */
	readonly remedy: Remedy;
}

/** The routes to a backend that speaks OTLP. */
interface OtlpRoutes extends Routes {
	/** Replaces the headers of all signals, from the next request on. Connections and pipelines stay open. */
	setHeaders(settings: HeaderSettings): void;
}

/**
 * Returns the remedy of a preset that has a section in the config. It depends on the reason: a certificate or protocol
 * that is wrong needs no other backend.
 */
export function remedyOf(preset: string): Remedy {
	return (reason) => {
		if (/^(tls\.|the TLS files)/.test(reason)) return `Correct ${preset}.tls, and restart.`;
		if (/certificate|altnames/i.test(reason)) {
			const option = preset === 'jaeger' ? 'the variable NODE_EXTRA_CA_CERTS' : `${preset}.tls.ca`;
			return `Set ${option} to the PEM file of the certificate that it is trusted by, and restart.`;
		}
		// The server speaks the other protocol: in most cases port 4317 was set without the protocol, or 4318 with it.
		if (/^Parse Error: Expected HTTP/.test(reason)) {
			return `The server does not speak HTTP: set ${preset}.protocol: grpc, or its port for HTTP, usually 4318.`;
		}
		if (/^14 .*Protocol error/.test(reason)) {
			return `The server does not speak gRPC: set ${preset}.protocol: http/protobuf, or its port for gRPC, usually 4317.`;
		}
		return `Start a backend there, or set ${preset}.endpoint to its address.`;
	};
}

/** The remedy of a custom preset, whose options are not known. */
export const CUSTOM_REMEDY: Remedy = () => 'Start a backend there, or set its address in the options of the preset.';

/**
 * Returns the routes to a backend that speaks OTLP. The function for a signal throws a MissingPackageError if that is sent over
 * gRPC, and gRPC's package is not installed.
 */
export function routesTo(settings: OtlpSettings, remedy: Remedy): OtlpRoutes {
	const destinations: [OtlpSignal, Destination][] = [];
	const routeOf = (signal: OtlpSignal): Route => {
		const destination = destinationOf(settings, signal);
		destinations.push([signal, destination]);
		const { url, protocol } = destination;
		if (protocol === 'grpc') requireGrpc();
		return {
			url,
			encoding: protocol === 'http/json' ? 'json' : 'protobuf',
			connect: (serializer) => transportTo(destination, serializer),
		};
	};
	const setHeaders = (next: HeaderSettings) => {
		for (const [signal, destination] of destinations) destination.headers = headersOf(next, signal);
	};
	return Object.assign(routeOf, { remedy, setHeaders });
}
