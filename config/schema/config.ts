import type { EffectiveOptions, PartialSettings } from '../../delivery/common/settings.js';
import { type DeliverySettings, deliveryDefaults } from '../../delivery/options.js';
import { CAPTURE_DEFAULTS, type CaptureConfig } from '../../lib/signals/capture/settings.js';
import { type ConsoleSettings, consoleDefaults } from '../../presets/console/options.js';
import { type OtlpSettings, otlpDefaults } from '../../presets/contract/otlp-options.js';
import { type JaegerSettings, jaegerDefaults } from '../../presets/jaeger/options.js';
import { type JsonSettings, jsonDefaults } from '../../presets/json/options.js';
import { type PrometheusSettings, prometheusDefaults } from '../../presets/prometheus/options.js';
import type { TelemetryConfig } from './telemetry-config.generated.js';

export type { CaptureConfig } from '../../lib/signals/capture/settings.js';
export type { ConfigRule, TelemetryConfig } from './telemetry-config.generated.js';

/** The defaults of `capture`. */
const captureDefaults: CaptureConfig = {
	arguments: CAPTURE_DEFAULTS.arguments,
	result: CAPTURE_DEFAULTS.result,
	...CAPTURE_DEFAULTS.limits,
};

/** The value of one source after the check: quantities are numbers, and `preset` is a list. */
export interface ConfigLayer extends Omit<TelemetryConfig, 'preset' | 'capture' | PresetSections | 'delivery'> {
	/** The distinct names of presets. */
	preset?: string[] | undefined;
	/** What is written of arguments and results. A word is replaced by the two keys that it sets. */
	capture?: PartialSettings<CaptureConfig> | undefined;
	/** The options of the preset `otlp`. */
	otlp?: PartialSettings<OtlpSettings> | undefined;
	/** The options of the preset `jaeger`. */
	jaeger?: PartialSettings<JaegerSettings> | undefined;
	/** The options of the preset `json`. */
	json?: PartialSettings<JsonSettings> | undefined;
	/** The options of the preset `prometheus`. */
	prometheus?: PartialSettings<PrometheusSettings> | undefined;
	/** The options of the preset `console`. */
	console?: PartialSettings<ConsoleSettings> | undefined;
	/** How the presets that send keep and retry what they could not send yet. */
	delivery?: PartialSettings<DeliverySettings> | undefined;
}

/** The sections that hold the options of one preset. */
type PresetSections = 'otlp' | 'jaeger' | 'json' | 'prometheus' | 'console';

/**
 * The config after the merge of all sources and the defaults. Every key has a value, except `serviceName`,
 * `serviceVersion` and `environment`, which are undefined if no source sets them. The options of a custom preset are under the preset's name.
 */
export interface EffectiveConfig
	extends EffectiveOptions<
		Pick<
			TelemetryConfig,
			| 'autoInstrumentation'
			| 'conventions'
			| 'enabled'
			| 'errors'
			| 'logLevel'
			| 'metered'
			| 'redact'
			| 'resource'
			| 'rules'
			| 'spanName'
			| 'strict'
		>
	> {
	/** `service.name` of all telemetry. Undefined if no source sets it: the name in package.json is then used. */
	serviceName: string | undefined;
	/** `service.version` of all telemetry. Undefined if no source sets it: the version in package.json is then used. */
	serviceVersion: string | undefined;
	/** `deployment.environment.name` of all telemetry. Undefined if no source sets it: the attribute is then absent. */
	environment: string | undefined;
	/** The distinct names of the presets that are used. */
	preset: string[];
	/** Which traces are kept. `rate` is the share of root spans, from 0 to 1. */
	sampling: EffectiveOptions<NonNullable<TelemetryConfig['sampling']>>;
	/** Which attributes of the observer are put into outgoing baggage. */
	observer: EffectiveOptions<NonNullable<TelemetryConfig['observer']>>;
	/** What is written of arguments and results, and the limits of that. */
	capture: CaptureConfig;
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
		serviceVersion: undefined,
		environment: undefined,
		preset: ['json'],
		autoInstrumentation: false,
		sampling: { rate: 1 },
		metered: true,
		spanName: 'invoke',
		observer: { baggage: [] },
		conventions: [],
		rules: [],
		redact: true,
		errors: 'full',
		capture: { ...captureDefaults },
		otlp: otlpDefaults(),
		jaeger: jaegerDefaults(),
		json: { ...jsonDefaults },
		prometheus: { ...prometheusDefaults },
		console: { ...consoleDefaults },
		delivery: { ...deliveryDefaults },
		resource: {},
		strict: true,
		logLevel: 'warn',
	};
}
