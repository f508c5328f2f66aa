import type { Remedy } from '../../delivery/backend-health.js';
import type { Encoding } from '../../delivery/journal/segments/frame.js';
import type { Transport } from '../../delivery/sending/transport.js';
import type { OtlpSettings } from '../contract/otlp-options.js';
import { type Destination, destinationOf, type HeaderSettings, headersOf, type OtlpSignal } from './destination.js';
import { transportTo } from './transport.js';

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
	connect(): Promise<Transport>;
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
 * Returns the remedy of a preset that has a section in the config. It depends on the reason: a certificate, a key or a
 * protocol that is wrong needs no other backend.
 */
export function remedyOf(preset: string): Remedy {
	// The preset jaeger has an address and a protocol alone.
	const keyOf = (option: string, instead: string) => (preset === 'jaeger' ? instead : `${preset}.${option}`);
	return (reason) => {
		if (/^(tls\.|the TLS files)/.test(reason)) return `Correct ${preset}.tls, and restart.`;
		if (/^the proxy that /.test(reason)) return 'Correct the address of the proxy, and restart.';
		if (/^407\b|refuses a tunnel .*: 407/.test(reason)) {
			return 'Set the user name and the password of the proxy in its address.';
		}
		if (
			/through the proxy /.test(reason) &&
			/ECONN|EAI_|ENOTFOUND|EHOST|ENET|ETIMEDOUT|refuses a tunnel|closed/.test(reason)
		) {
			return 'Correct the proxy, or add the server to NO_PROXY.';
		}
		// A server that demands a client certificate, or does not trust the one it got, answers with an alert of TLS.
		if (
			/alert (bad )?certificate|certificate required|no required SSL certificate|alert unknown ca|alert handshake failure|alert number (4[0-9]|116)\b/i.test(
				reason,
			)
		) {
			return `The server demands a client certificate that it trusts: set ${keyOf('tls.cert and otlp.tls.key', 'tls.cert and tls.key of the preset otlp, which has them')}, and restart.`;
		}
		if (/certificate|altnames/i.test(reason)) {
			const option = keyOf('tls.ca', 'the variable NODE_EXTRA_CA_CERTS');
			return `Set ${option} to the PEM file of the certificate that it is trusted by, and restart.`;
		}
		if (/wrong version number|packet length too long/i.test(reason)) {
			return `The server does not speak TLS: begin ${preset}.endpoint with http://.`;
		}
		// The server speaks the other protocol: in most cases port 4317 was set without the protocol, or 4318 with it.
		if (/^Parse Error: Expected HTTP/.test(reason)) {
			return `The server does not speak HTTP: set ${preset}.protocol: grpc, or its port for HTTP, usually 4318.`;
		}
		if (/^Protocol error/.test(reason)) {
			return `The server does not speak gRPC: set ${preset}.protocol: http/protobuf, or its port for gRPC, usually 4317.`;
		}
		if (/^(429|502|503|504|(4|8|14) [A-Z_]+:)/.test(reason)) {
			return `The backend is busy, or what is behind it is away; if that lasts, ${preset}.endpoint is what to check.`;
		}
		if (/^(401|403|407|7 PERMISSION_DENIED|16 UNAUTHENTICATED)\b/.test(reason)) {
			return `Correct the credentials in ${keyOf('headers', 'otlp.headers of the preset otlp, which has them')}.`;
		}
		if (/^3\d\d\b/.test(reason)) return `Set ${preset}.endpoint to the address that it redirects to.`;
		const [, signal] = /^(?:404|5 NOT_FOUND|12 UNIMPLEMENTED)\b.*, for (metrics|logs) at /.exec(reason) ?? [];
		if (signal !== undefined && preset === 'otlp') {
			return (
				`If the backend takes traces and no ${signal}, as a Jaeger does, set preset: jaeger, or otlp.${signal}.endpoint to ` +
				'one that takes them; else correct otlp.endpoint: its path, or its port.'
			);
		}
		if (/HTTP request was sent to HTTPS port/i.test(reason)) return `Begin ${preset}.endpoint with https://.`;
		if (/^(404|405|410|5 NOT_FOUND|12 UNIMPLEMENTED)\b/.test(reason)) {
			return `Correct ${preset}.endpoint: its path, or its port.`;
		}
		if (/^415\b/.test(reason)) return `Set ${preset}.protocol to one that the backend accepts.`;
		if (/ENOTFOUND/.test(reason)) return `Correct the name of the host in ${preset}.endpoint.`;
		if (/^the answer is not OTLP/.test(reason)) {
			return `Set ${preset}.endpoint to the address of a backend that speaks OTLP.`;
		}
		if (/^it refuses every record/.test(reason)) {
			return `Compare ${preset}.endpoint and ${preset}.protocol with what the backend accepts.`;
		}
		if (/^(5\d\d|2 UNKNOWN|13 INTERNAL)\b/.test(reason)) {
			return `The backend itself fails: its own log names the reason. ${preset}.endpoint is its address.`;
		}
		if (/^(4\d\d|\d+ [A-Z_]+:)/.test(reason)) {
			return `Compare ${preset}.endpoint and ${keyOf('headers', `${preset}.protocol`)} with what the backend accepts.`;
		}
		return `Start a backend there, or set ${preset}.endpoint to its address.`;
	};
}

/** The remedy of a custom preset, whose options are not known. */
export const CUSTOM_REMEDY: Remedy = (reason) =>
	/ECONN|EAI_|ENOTFOUND|EHOST|ENET|ETIMEDOUT|no answer|fetch failed/.test(reason)
		? 'Start a backend there, or set its address in the options of the preset.'
		: 'Correct what the reason names: in the options of the preset, or at the backend.';

/** Returns the routes to a backend that speaks OTLP. */
export function routesTo(settings: OtlpSettings, remedy: Remedy): OtlpRoutes {
	const destinations: [OtlpSignal, Destination][] = [];
	const routeOf = (signal: OtlpSignal): Route => {
		const destination = destinationOf(settings, signal);
		destinations.push([signal, destination]);
		const { url, protocol } = destination;
		return {
			url,
			encoding: protocol === 'http/json' ? 'json' : 'protobuf',
			connect: () => transportTo(destination, signal),
		};
	};
	const setHeaders = (next: HeaderSettings) => {
		for (const [signal, destination] of destinations) destination.headers = headersOf(next, signal);
	};
	return Object.assign(routeOf, { remedy, setHeaders });
}
