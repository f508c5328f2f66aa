import type { Zod } from '../../delivery/common/quantity.js';
import { PROTOCOLS, readEndpoint } from './endpoint.js';

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

/** Returns the schema of the headers of requests. */
export const headers = (z: Zod) =>
	z.record(z.string(), z.string()).meta({
		legal: `names with texts; a secret is written "\${env:NAME}"`,
		description:
			'Headers of every request, masked wherever the config is shown. ' + `"\${env:NAME}" is an environment variable.`,
	});

/** Returns the schema of an OTLP protocol. */
export const protocol = (z: Zod) =>
	z.enum(PROTOCOLS).meta({
		legal: 'http/protobuf, http/json or grpc',
		words: PROTOCOLS,
		description: 'The OTLP protocol. An endpoint without a scheme on port 4317 implies grpc.',
	});
