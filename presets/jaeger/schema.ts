import type { OptionShape } from '../../delivery/common/option-schema.js';
import type { Zod } from '../../delivery/common/quantity.js';
import { endpoint, headers, protocol } from '../contract/endpoint-schema.js';
import type { JaegerOptions } from './options.js';

/** Returns the schema of the options. All of them are OTLP's, because Jaeger has removed its agent on port 6831. */
export const jaegerOptions = (z: Zod) =>
	z.strictObject({
		endpoint: endpoint(z, 'The address at which Jaeger receives OTLP; the default is localhost.').optional(),
		protocol: protocol(z).optional(),
		headers: headers(z).optional(),
	} satisfies OptionShape<JaegerOptions>);
