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
