import type { CaptureLimits } from '../lib/content/settings.js';
import type { ConfigLayer } from './config-schema.js';
import { type ConsoleSettings, consoleDefaults } from './options/console.js';
import { type DeliverySettings, deliveryDefaults } from './options/delivery.js';
import { type JaegerSettings, jaegerDefaults } from './options/jaeger.js';
import { type JsonSettings, jsonDefaults } from './options/json.js';
import { type OtlpSettings, otlpDefaults } from './options/otlp.js';
import { captureLimitsDefaults } from './options/privacy.js';
import { type PrometheusSettings, prometheusDefaults } from './options/prometheus.js';

export type { ConfigLayer, ConfigRule, TelemetryConfig } from './config-schema.js';

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
