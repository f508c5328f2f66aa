import type { OptionShape } from '../../delivery/common/option-schema.js';
import type { Zod } from '../../delivery/common/quantity.js';
import type { PrometheusOptions } from './options.js';

/** Returns the schema of the options. */
export const prometheusOptions = (z: Zod) =>
	z.strictObject({
		host: z
			.string()
			.min(1)
			.meta({
				legal: 'a host name or address',
				description: 'The address that the server listens on; 0.0.0.0 in a container.',
			})
			.optional(),
		port: z
			.int()
			.min(0)
			.max(65535)
			.meta({
				legal: 'a port from 0 to 65535',
				description: 'The port that the server listens on; 0 selects any free one.',
			})
			.optional(),
		path: z
			.string()
			.regex(/^\/[^\s?#]*$/)
			.meta({ legal: 'a path that begins with /', description: 'The path of the metrics page.' })
			.optional(),
		listen: z
			.boolean()
			.meta({
				legal: 'true or false',
				description: 'false: no server is started; mount the handler on a server of the application.',
			})
			.optional(),
		allowedHosts: z
			.array(z.string().min(1))
			.meta({
				legal: 'a list of host names, such as [metrics.test]',
				description:
					'Further names that requests may have in the header Host; checked if the server listens on loopback.',
			})
			.optional(),
	} satisfies OptionShape<PrometheusOptions>);
