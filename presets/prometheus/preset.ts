import { definePreset } from '../contract/preset.js';
import type { PrometheusSettings } from './options.js';

/**
 * The page that Prometheus scrapes: metrics alone, on `http://localhost:9464/metrics`, or mounted with
 * `prometheusHandler()` on a server of one's own where `server: false` is said.
 */
export const prometheus = definePreset<PrometheusSettings>({
	name: 'prometheus',
	make: async (settings, { signals }) =>
		signals.includes('metrics') ? (await import('./parts.js')).prometheusParts(settings) : {},
});
