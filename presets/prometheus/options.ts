import type { EffectiveOptions } from '../../delivery/common/settings.js';

/**
 * The options of the preset `prometheus`: the section `prometheus` of the config. An unknown key is a configuration
 * error.
 *
 * @example
 * ```ts
 * import { loadConfig, type PrometheusOptions } from 'agentese-otel/presets';
 *
 * const prometheus: PrometheusOptions = { host: '0.0.0.0', port: 9465 };
 * const { config } = await loadConfig({ preset: 'prometheus', prometheus });
 * config.prometheus.port; // => 9465
 * config.prometheus.path; // => '/metrics'
 * ```
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
	 * reported once and no metrics are served. Any other number is a configuration error.
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
	 * Whether the preset starts a server that listens on `host` and `port`. With `false` mount `prometheusHandler()` on a
	 * server of the application; `host` and `port` then have no effect.
	 *
	 * @default true
	 */
	listen?: boolean | undefined;
	/**
	 * The host names that a request may name in its header `Host`, beside `localhost`, `127.0.0.1`, `[::1]`,
	 * `host.docker.internal` and `host`. A request with another one is responded to with 403: a page in a browser could
	 * otherwise read the metrics under a name of its own that leads to this machine. They are compared without regard to
	 * case and port. If the server listens on an address other than those of the loopback interface, requests with any
	 * name are responded to, and this option has no effect.
	 *
	 * @default []
	 */
	allowedHosts?: string[] | undefined;
}

/** `PrometheusOptions`, checked and complete. */
export type PrometheusSettings = EffectiveOptions<PrometheusOptions>;

/** The default values. */
export const prometheusDefaults: PrometheusSettings = {
	host: 'localhost',
	port: 9464,
	path: '/metrics',
	listen: true,
	allowedHosts: [],
};
