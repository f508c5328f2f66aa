import type { z } from 'zod';
import type { Zod } from '../../delivery/common/quantity.js';
import type { OptionShape } from '../contract/option-schema.js';

/**
 * The options of the preset `prometheus`: the section `prometheus` of the config. An unknown key is a configuration
 * error.
 */
export interface PrometheusOptions {
	/**
	 * The host name or address that the server listens on. `localhost` means 127.0.0.1; in a container set `0.0.0.0`.
	 * If this machine does not have the address, that is reported once and no metrics are served.
	 *
	 * @default 'localhost'
	 */
	host?: string | undefined;
	/**
	 * The port that the server listens on, from 0 to 65535. 0 selects any free port. If the port is in use, that is
	 * reported once and no metrics are served, unless `nextPort` is set. Any other number is a configuration error.
	 *
	 * @default 9464
	 */
	port?: number | undefined;
	/**
	 * The path of the metrics page. A text that does not begin with `/`, or that contains a space, `?` or `#`, is a
	 * configuration error.
	 *
	 * @default '/metrics'
	 */
	path?: string | undefined;
	/**
	 * Whether the next 100 ports are tried if the port is in use. The port that is found is reported once.
	 *
	 * @default false
	 */
	nextPort?: boolean | undefined;
	/**
	 * Whether the preset starts a server. With `false` mount `prometheusHandler()` on a server of the application;
	 * `host`, `port` and `nextPort` then have no effect.
	 *
	 * @default true
	 */
	server?: boolean | undefined;
}

/** `PrometheusOptions`, checked and complete. */
export type PrometheusSettings = {
	[K in keyof PrometheusOptions]-?: NonNullable<z.output<ReturnType<typeof prometheusOptions>>[K]>;
};

/** The default values. */
export const prometheusDefaults: PrometheusSettings = {
	host: 'localhost',
	port: 9464,
	path: '/metrics',
	nextPort: false,
	server: true,
};

const YES_OR_NO = 'true or false';

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
		nextPort: z
			.boolean()
			.meta({ legal: YES_OR_NO, description: 'true: if the port is in use, the next ones are tried.' })
			.optional(),
		server: z
			.boolean()
			.meta({
				legal: YES_OR_NO,
				description: 'false: no server is started; mount the handler on a server of the application.',
			})
			.optional(),
	} satisfies OptionShape<PrometheusOptions>);
