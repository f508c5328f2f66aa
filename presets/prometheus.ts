import type { PrometheusSettings } from './options/prometheus.js';
import { definePreset } from './preset.js';

/**
 * The page that Prometheus scrapes: metrics alone, on `http://localhost:9464/metrics`, or mounted with
 * `prometheusHandler()` on a server of one's own where `server: false` is said.
 */
export const prometheus = definePreset<PrometheusSettings>({
	name: 'prometheus',
	make: async (settings, { signals }) =>
		signals.includes('metrics') ? (await import('./prometheus/parts.js')).prometheusParts(settings) : {},
});
