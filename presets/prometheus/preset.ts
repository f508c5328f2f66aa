import { definePreset } from '../contract/preset.js';
import type { PrometheusSettings } from './options.js';

/**
 * The preset for Prometheus: it serves metrics on a page to scrape, `http://localhost:9464/metrics` by default. With
 * `listen: false` it starts no server, and the application mounts `prometheusHandler()` on its own.
 */
export const prometheus = definePreset<PrometheusSettings>({
	name: 'prometheus',
	create: async (settings, { signals }) =>
		signals.includes('metrics') ? (await import('./parts.js')).prometheusParts(settings) : {},
});
