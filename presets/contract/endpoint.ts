import type { Zod } from '../../delivery/common/quantity.js';

/** The OTLP protocols. `http/protobuf` is first: it is the default, because the JS gRPC exporter retries nothing. */
export const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;

/** One of the OTLP protocols. */
export type Protocol = (typeof PROTOCOLS)[number];

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Parses an endpoint into its address with a scheme, and the protocol if the endpoint implies one.
 *
 * An endpoint without a scheme is plain `http://`. On port 4317 it implies gRPC, because that is what listens there:
 * kgents's telemetry.yaml sets `localhost:4317`, and so does much of the OTLP documentation. A Unix domain socket,
 * `unix:/path`, implies gRPC too.
 *
 * @returns undefined if the text is not the address of a server
 */
export function readEndpoint(text: string): { url: string; protocol?: Protocol } | undefined {
	const trimmed = text.trim();
	if (/^unix:.*\//.test(trimmed)) return { url: trimmed, protocol: 'grpc' };
	const hasNoScheme = !SCHEME.test(trimmed);
	const withScheme = hasNoScheme ? `http://${trimmed}` : trimmed;
	const url = URL.parse(withScheme);
	if (trimmed === '' || url === null || url.hostname === '' || !/^https?:$/.test(url.protocol)) return undefined;
	// A scheme that lost a character: http//localhost and http:/localhost would be parsed as a host called http.
	if (hasNoScheme && (/^https?$/.test(url.hostname) || trimmed.includes('//'))) return undefined;
	return hasNoScheme && url.port === '4317' ? { url: withScheme, protocol: 'grpc' } : { url: withScheme };
}

/**
 * Returns the schema of an endpoint. It accepts what `readEndpoint` can parse and leaves the text unchanged; loading
 * the config adds the scheme once all sources are merged.
 *
 * @param description - the meaning of the key, for the JSON schema and the documentation
 */
export function endpoint(z: Zod, description: string) {
	return z
		.string()
		.refine((text) => readEndpoint(text) !== undefined)
		.meta({
			legal: 'the address of a server, such as "http://localhost:4318", or "localhost:4317" for gRPC',
			description,
		});
}

/** Returns the schema of an OTLP protocol. */
export const protocol = (z: Zod) =>
	z.enum(PROTOCOLS).meta({
		legal: 'http/protobuf, http/json or grpc',
		words: PROTOCOLS,
		description: 'The OTLP protocol. An endpoint without a scheme on port 4317 implies grpc.',
	});
