import { resolve } from 'node:path';
import type { ConfigLayerSource, Routes, Signal } from '../common/layer.js';
import { SIGNALS } from '../common/layer.js';
import type { TelemetryConfig } from '../schema/config.js';
import { otelNotices } from './otel-notices.js';
import { LOG_LEVELS, legalText, parsePair, SAMPLERS, splitWords, variableText } from './otel-table.js';
import { otlpVariables } from './otlp-variables.js';

/** What OpenTelemetry's environment variables set. */
export interface OtelVariables {
	/** One layer for each variable, the weakest first. All of them have precedence over files. */
	readonly layers: readonly ConfigLayerSource[];
	/** Layers with precedence over all others. `OTEL_SDK_DISABLED` is the operator's last word, as for the NodeSDK. */
	readonly overrides: readonly ConfigLayerSource[];
	/** The presets of a signal if no source sets any: an endpoint alone is enough to send to it. */
	readonly fallback: Partial<Record<Signal, { readonly presets: readonly string[]; readonly source: string }>>;
	/** One notice for each value that is ignored, and for each variable without an effect. */
	readonly notices: readonly string[];
	/** The absolute path of the file that `OTEL_CONFIG_FILE` names. */
	readonly declarative?: string;
}

/**
 * Reads OpenTelemetry's environment variables. As the specification demands, a value that OpenTelemetry does not
 * understand is ignored with a notice.
 *
 * @param cwd - the directory that relative paths in variables are resolved from
 */
export async function otelVariables(cwd: string): Promise<OtelVariables> {
	const layers: ConfigLayerSource[] = [];
	const add = (source: string, value: TelemetryConfig) => layers.push({ source, value, directory: cwd });
	const attributes = variableText('OTEL_RESOURCE_ATTRIBUTES');
	if (attributes !== undefined) add('OTEL_RESOURCE_ATTRIBUTES', resourceFrom(attributes));
	const serviceName = variableText('OTEL_SERVICE_NAME');
	if (serviceName !== undefined) add('OTEL_SERVICE_NAME', { serviceName });
	const level = legalText('OTEL_LOG_LEVEL');
	if (level !== undefined) {
		add('OTEL_LOG_LEVEL', { logLevel: LOG_LEVELS[level.toLowerCase()] as TelemetryConfig['logLevel'] });
	}
	// A sampler is translated to `sampling.rate`; whether it heeds the parent is read again when it is created.
	const rate = samplerRate();
	if (rate !== undefined) add('OTEL_TRACES_SAMPLER', { sampling: { rate } });
	const host = legalText('OTEL_EXPORTER_PROMETHEUS_HOST');
	if (host !== undefined) add('OTEL_EXPORTER_PROMETHEUS_HOST', { prometheus: { host } });
	const port = legalText('OTEL_EXPORTER_PROMETHEUS_PORT');
	if (port !== undefined) add('OTEL_EXPORTER_PROMETHEUS_PORT', { prometheus: { port: Number(port) } });
	// Exporters come last: they have precedence over what an endpoint alone implies.
	const otlp = otlpVariables(cwd);
	layers.push(...otlp.layers);
	for (const signal of SIGNALS) {
		const source = `OTEL_${signal.toUpperCase()}_EXPORTER`;
		const words = legalText(source);
		if (words === undefined) continue;
		layers.push({ source, value: {}, directory: cwd, signals: routesOf(signal, splitWords(words.toLowerCase())) });
	}
	const disabled = legalText('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
	const file = variableText('OTEL_CONFIG_FILE');
	return {
		layers,
		overrides: disabled ? [{ source: 'OTEL_SDK_DISABLED', value: { enabled: false }, directory: cwd }] : [],
		fallback: otlp.fallback,
		notices: otelNotices(),
		...(file !== undefined && { declarative: resolve(cwd, file) }),
	};
}

/** The presets of one signal, by the names of exporters. `none` means no preset. */
function routesOf(signal: Signal, words: readonly string[]): Partial<Routes> {
	return { [signal]: words.filter((word) => word !== 'none') };
}

/**
 * The share that `OTEL_TRACES_SAMPLER` keeps. An argument that is not between 0 and 1 counts as 1, as in OpenTelemetry.
 */
function samplerRate(): number | undefined {
	const share = Number(legalText('OTEL_TRACES_SAMPLER_ARG') ?? 1);
	return SAMPLERS[legalText('OTEL_TRACES_SAMPLER') ?? '']?.(share);
}

/** The resource attributes that are keys of the config. */
const ATTRIBUTE_KEYS = [
	['serviceName', 'service.name'],
	['serviceVersion', 'service.version'],
	['environment', 'deployment.environment.name'],
] as const;

/**
 * Reads the value of `OTEL_RESOURCE_ATTRIBUTES`, which has the same meaning as in OpenTelemetry's SDKs. They leave out
 * the whole value if a part of it is malformed; this leaves out that part.
 */
function resourceFrom(text: string): TelemetryConfig {
	const pairs = text.split(',').flatMap((part) => {
		const pair = parsePair(part);
		return pair === undefined ? [] : [pair];
	});
	const resource: Record<string, string> = Object.fromEntries(pairs);
	const config: TelemetryConfig = { resource };
	// These attributes have keys of their own, by which the sources of a config are compared.
	for (const [key, attribute] of ATTRIBUTE_KEYS) {
		const { [attribute]: value } = resource;
		delete resource[attribute];
		if (value) config[key] = value;
	}
	return config;
}
