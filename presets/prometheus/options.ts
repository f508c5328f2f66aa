import type { z } from 'zod';
import type { Zod } from '../../delivery/common/quantity.js';

const YES_OR_NO = 'true or false';

/** The checks. */
export const prometheusOptions = (z: Zod) =>
	z.strictObject({
		host: z
			.string()
			.min(1)
			.meta({
				legal: 'a host name or address',
				description: 'The address that is listened on; 0.0.0.0 in a container.',
			})
			.optional(),
		port: z
			.int()
			.min(0)
			.max(65535)
			.meta({ legal: 'a port from 0 to 65535', description: 'The port that is listened on; 0 takes any that is free.' })
			.optional(),
		path: z
			.string()
			.regex(/^\/[^\s?#]*$/)
			.meta({ legal: 'a path that begins with /', description: 'Where the metrics stand.' })
			.optional(),
		nextPort: z
			.boolean()
			.meta({ legal: YES_OR_NO, description: 'true: where the port is taken, the next ones are tried.' })
			.optional(),
		server: z
			.boolean()
			.meta({
				legal: YES_OR_NO,
				description: "false: nothing is listened on; mount the handler on a server of one's own.",
			})
			.optional(),
	});

/** What may be said about the page that Prometheus scrapes. */
export type PrometheusOptions = z.input<ReturnType<typeof prometheusOptions>>;

/** The same, checked and complete. */
export type PrometheusSettings = {
	[K in keyof z.output<ReturnType<typeof prometheusOptions>>]-?: NonNullable<
		z.output<ReturnType<typeof prometheusOptions>>[K]
	>;
};

/** What holds where nothing is said. */
export const prometheusDefaults: PrometheusSettings = {
	host: 'localhost',
	port: 9464,
	path: '/metrics',
	nextPort: false,
	server: true,
};
