import type { Zod } from '../../delivery/common/quantity.js';

/** The protocols of OTLP, http/protobuf first: it is the default, because the JS gRPC exporter retries nothing. */
export const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * What an endpoint says: its address with a scheme, and the protocol where it implies one.
 *
 * Without a scheme it is plain `http://`, and on port 4317 it means gRPC, which is what listens there: the origin's
 * telemetry.yaml says `localhost:4317`, and so does much of the documentation of OTLP. A socket, `unix:/path`, is gRPC's.
 *
 * @returns undefined where it is no address of a server
 */
export function readEndpoint(text: string): { url: string; protocol?: Protocol } | undefined {
	const said = text.trim();
	if (/^unix:.*\//.test(said)) return { url: said, protocol: 'grpc' };
	const bare = !SCHEME.test(said);
	const url = URL.parse(bare ? `http://${said}` : said);
	if (said === '' || url === null || url.hostname === '' || !/^https?:$/.test(url.protocol)) return undefined;
	// A scheme that lost a character: http//localhost and http:/localhost would be a host called http.
	if (bare && (/^https?$/.test(url.hostname) || said.includes('//'))) return undefined;
	const whole = bare ? `http://${said}` : said;
	return bare && url.port === '4317' ? { url: whole, protocol: 'grpc' } : { url: whole };
}

/** The schema of an endpoint. The text stays as it was written; `load.ts` gives it its scheme once all is merged. */
export function endpoint(z: Zod, description: string) {
	return z
		.string()
		.refine((text) => readEndpoint(text) !== undefined)
		.meta({
			legal: 'the address of a server, such as "http://localhost:4318", or "localhost:4317" for gRPC',
			description,
		});
}

/** The schema of a protocol of OTLP. */
export const protocol = (z: Zod) =>
	z.enum(PROTOCOLS).meta({
		legal: 'http/protobuf, http/json or grpc',
		words: PROTOCOLS,
		description: 'How OTLP is sent. An endpoint without a scheme on port 4317 means grpc.',
	});
