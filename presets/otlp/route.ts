import type { Remedy } from '../../delivery/backend-health.js';
import type { Encoding } from '../../delivery/journal/frame.js';
import type { Transport } from '../../delivery/sending/transport.js';
import type { OtlpSettings } from '../contract/otlp-options.js';
import { destinationOf, type OtlpSignal } from './destination.js';
import { type Serializer, transportTo } from './transport.js';

/** Where one signal goes, how its requests are written, and what brings them there. */
export interface Route {
	readonly url: string;
	readonly encoding: Encoding;
	/** Makes the connection. @throws Error where what it needs is not there */
	connect<T, Response extends { partialSuccess?: object }>(wire: Serializer<T, Response>): Promise<Transport>;
}

/** The ways of all signals of one preset. */
export interface Routes {
	(signal: OtlpSignal): Route;
	/** What a person can do where nobody answers, as a sentence has it. */
	readonly remedy: Remedy;
}

/** What is said where the config has a section for the backend: a certificate or a protocol is no reason for another one. */
export function remedyOf(preset: string): Remedy {
	return (reason) => {
		if (/^(tls\.|the TLS files)/.test(reason)) return `Mend ${preset}.tls, and start again.`;
		if (/certificate|altnames/i.test(reason)) {
			const where = preset === 'jaeger' ? 'the variable NODE_EXTRA_CA_CERTS' : `${preset}.tls.ca`;
			return `Name the file of the certificate that it is to be trusted by in ${where}, and start again.`;
		}
		// What answers there speaks the other one: mostly port 4317 was said without its protocol, or 4318 with it.
		if (/^Parse Error: Expected HTTP/.test(reason)) {
			return `What answers there speaks no HTTP: say ${preset}.protocol: grpc, or its port for HTTP, mostly 4318.`;
		}
		if (/^14 .*Protocol error/.test(reason)) {
			return `What answers there speaks no gRPC: say ${preset}.protocol: http/protobuf, or its port for gRPC, mostly 4317.`;
		}
		return `Start a backend there, or say where it is with ${preset}.endpoint.`;
	};
}

/** What is said where the preset is a person's own. */
export const ELSEWHERE: Remedy = () => 'Start a backend there, or tell the preset where it is.';

/** The ways to a backend that speaks OTLP. */
export function routesTo(settings: OtlpSettings, remedy: Remedy): Routes {
	const wayOf = (signal: OtlpSignal): Route => {
		const destination = destinationOf(settings, signal);
		const { url, protocol } = destination;
		return {
			url,
			encoding: protocol === 'http/json' ? 'json' : 'protobuf',
			connect: (wire) => transportTo(destination, wire),
		};
	};
	return Object.assign(wayOf, { remedy });
}
