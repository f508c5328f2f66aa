import { type DeliverySettings, deliveryDefaults } from '../../delivery/options.js';
import type { CaptureLimits } from '../../lib/signals/capture/settings.js';
import { type ConsoleSettings, consoleDefaults } from '../../presets/console/options.js';
import { type OtlpSettings, otlpDefaults } from '../../presets/contract/otlp-options.js';
import { type JaegerSettings, jaegerDefaults } from '../../presets/jaeger/options.js';
import { type JsonSettings, jsonDefaults } from '../../presets/json/options.js';
import { type PrometheusSettings, prometheusDefaults } from '../../presets/prometheus/options.js';
import { captureLimitsDefaults } from './privacy.js';
import type { ConfigLayer } from './schema.js';

export type { ConfigLayer, ConfigRule, TelemetryConfig } from './schema.js';

type Said<T> = { [K in keyof T]-?: NonNullable<T[K]> };
type Sections =
	| 'sampling'
	| 'observer'
	| 'captureLimits'
	| 'otlp'
	| 'jaeger'
	| 'json'
	| 'prometheus'
	| 'console'
	| 'delivery';

/**
 * What holds, every key of it. `serviceName` alone may be unsaid: it is then found in package.json. The options of a
 * preset of one's own stand under its name as well.
 */
export interface EffectiveConfig extends Omit<Said<ConfigLayer>, '$schema' | 'serviceName' | Sections> {
	serviceName: string | undefined;
	sampling: Said<NonNullable<ConfigLayer['sampling']>>;
	observer: Said<NonNullable<ConfigLayer['observer']>>;
	captureLimits: CaptureLimits;
	otlp: OtlpSettings;
	jaeger: JaegerSettings;
	json: JsonSettings;
	prometheus: PrometheusSettings;
	console: ConsoleSettings;
	delivery: DeliverySettings;
}

/** What holds where nobody says anything: local files, which work with no server. */
export function defaultConfig(): EffectiveConfig {
	return {
		enabled: true,
		serviceName: undefined,
		preset: ['json'],
		autoInstrumentation: false,
		sampling: { rate: 1 },
		spanName: 'invoke',
		observer: { baggage: [] },
		conventions: [],
		rules: [],
		redact: true,
		errors: 'full',
		capture: 'off',
		captureLimits: { ...captureLimitsDefaults },
		otlp: otlpDefaults(),
		jaeger: { ...jaegerDefaults },
		json: { ...jsonDefaults },
		prometheus: { ...prometheusDefaults },
		console: { ...consoleDefaults },
		delivery: { ...deliveryDefaults },
		resource: {},
		compileCache: false,
		strict: true,
		logLevel: 'warn',
	};
}
