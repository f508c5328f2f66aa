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

/** T with every key present. */
type Complete<T> = { [K in keyof T]-?: NonNullable<T[K]> };

/** The keys of the config that hold other keys. */
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
 * The config after the merge of all sources and the defaults. Every key has a value, except `serviceName`: if no source
 * sets it, the name in package.json is used. The options of a custom preset are under the preset's name.
 */
export interface EffectiveConfig extends Omit<Complete<ConfigLayer>, '$schema' | 'serviceName' | Sections> {
	/** `service.name` of all telemetry. Undefined if no source sets it: the name in package.json is then used. */
	serviceName: string | undefined;
	/** Which traces are kept. `rate` is the share of root spans, from 0 to 1. */
	sampling: Complete<NonNullable<ConfigLayer['sampling']>>;
	/** Which attributes of the observer are put into outgoing baggage. */
	observer: Complete<NonNullable<ConfigLayer['observer']>>;
	/** The limits of what `capture: full` writes of arguments and results. */
	captureLimits: CaptureLimits;
	/** The options of the preset `otlp`. */
	otlp: OtlpSettings;
	/** The options of the preset `jaeger`. */
	jaeger: JaegerSettings;
	/** The options of the preset `json`. */
	json: JsonSettings;
	/** The options of the preset `prometheus`. */
	prometheus: PrometheusSettings;
	/** The options of the preset `console`. */
	console: ConsoleSettings;
	/** How the presets that send keep and retry what they could not send yet. */
	delivery: DeliverySettings;
}

/** Returns a new config of defaults. They write local files and need no server. */
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
