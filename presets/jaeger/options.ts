import type { z } from 'zod';
import type { Zod } from '../../delivery/common/quantity.js';
import { endpoint, protocol } from '../contract/endpoint.js';

/** The checks. Jaeger is reached over OTLP: its agent on port 6831 is gone. */
export const jaegerOptions = (z: Zod) =>
	z.strictObject({
		endpoint: endpoint(z, 'Where Jaeger receives OTLP; else localhost.').optional(),
		protocol: protocol(z).optional(),
	});

/** What may be said about Jaeger. */
export type JaegerOptions = z.input<ReturnType<typeof jaegerOptions>>;

/** The same, checked and complete: the endpoint has a scheme; without one it is localhost, 4318 or, for grpc, 4317. */
export interface JaegerSettings {
	endpoint: string | undefined;
	protocol: NonNullable<JaegerOptions['protocol']>;
}

/** What holds where nothing is said. */
export const jaegerDefaults: JaegerSettings = { endpoint: undefined, protocol: 'http/protobuf' };
