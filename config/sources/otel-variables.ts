import { resolve } from 'node:path';
import type { ConfigLayerSource, Routes, Signal } from '../common/layer.js';
import { SIGNALS } from '../common/layer.js';
import type { TelemetryConfig } from '../schema/config.js';
import { otlpVariables } from './otlp-variables.js';

/** What OpenTelemetry's environment variables set. */
export interface OtelVariables {
	/** One layer for each variable, the weakest first. All of them have precedence over files. */
	readonly layers: readonly ConfigLayerSource[];
	/** Layers with precedence over all others. `OTEL_SDK_DISABLED` is the operator's last word, as for the NodeSDK. */
	readonly overrides: readonly ConfigLayerSource[];
	/** The presets of a signal if no source sets any: an endpoint alone is enough to send to it. */
	readonly fallback: Partial<Record<Signal, { readonly presets: readonly string[]; readonly source: string }>>;
	/** One notice for each value that is ignored. OpenTelemetry ignores it with a warning too. */
	readonly notices: readonly string[];
	/** The absolute path of the file that `OTEL_CONFIG_FILE` names. */
	readonly declarative?: string;
}

/**
 * The presets that the names of exporters stand for. `zipkin` has none: the specification has deprecated its exporter.
 */
const EXPORTERS: Readonly<Record<Signal, readonly string[]>> = {
	traces: ['otlp', 'console', 'jaeger', 'json', 'none'],
	metrics: ['otlp', 'console', 'prometheus', 'json', 'none'],
	logs: ['otlp', 'console', 'json', 'none'],
};

/** The values of `OTEL_LOG_LEVEL` as values of `logLevel`. */
const LOG_LEVELS: Readonly<Record<string, string>> = {
	none: 'none',
	error: 'error',
	warn: 'warn',
	info: 'info',
	debug: 'debug',
	verbose: 'verbose',
	all: 'verbose',
};

/**
 * Reads OpenTelemetry's environment variables. As the specification demands, a value that OpenTelemetry does not
 * understand is ignored with a notice.
 *
 * @param cwd - the directory that relative paths in variables are resolved from
 */
export async function otelVariables(cwd: string): Promise<OtelVariables> {
	const layers: ConfigLayerSource[] = [];
	const notices: string[] = [];
	const add = (source: string, value: TelemetryConfig) => layers.push({ source, value, directory: cwd });
	const ignore = (name: string, legal: string) => {
		notices.push(`${name} got '${text(name)}', which is ignored; legal: ${legal}.`);
	};
	if (text('OTEL_RESOURCE_ATTRIBUTES')) add('OTEL_RESOURCE_ATTRIBUTES', await resourceFromEnvironment());
	const serviceName = text('OTEL_SERVICE_NAME');
	if (serviceName) add('OTEL_SERVICE_NAME', { serviceName });
	const level = text('OTEL_LOG_LEVEL')?.toLowerCase();
	if (level !== undefined) {
		const logLevel = LOG_LEVELS[level] as TelemetryConfig['logLevel'];
		if (logLevel === undefined) ignore('OTEL_LOG_LEVEL', Object.keys(LOG_LEVELS).join(', '));
		else add('OTEL_LOG_LEVEL', { logLevel });
	}
	// A sampler is translated to `sampling.rate`; whether it heeds the parent is read again when it is created.
	const rate = samplerRate();
	if (rate !== undefined) add('OTEL_TRACES_SAMPLER', { sampling: { rate } });
	else if (text('OTEL_TRACES_SAMPLER')) ignore('OTEL_TRACES_SAMPLER', Object.keys(SAMPLERS).join(', '));
	const host = text('OTEL_EXPORTER_PROMETHEUS_HOST');
	if (host) add('OTEL_EXPORTER_PROMETHEUS_HOST', { prometheus: { host } });
	const port = text('OTEL_EXPORTER_PROMETHEUS_PORT');
	if (port !== undefined) {
		if (/^\d{1,5}$/.test(port) && Number(port) <= 65535) {
			add('OTEL_EXPORTER_PROMETHEUS_PORT', { prometheus: { port: Number(port) } });
		} else ignore('OTEL_EXPORTER_PROMETHEUS_PORT', 'a port');
	}
	// Exporters come last: they have precedence over what an endpoint alone implies.
	const otlp = await otlpVariables(cwd);
	layers.push(...otlp.layers);
	for (const signal of SIGNALS) {
		const source = `OTEL_${signal.toUpperCase()}_EXPORTER`;
		const words = text(source)
			?.split(',')
			.map((word) => word.trim().toLowerCase());
		if (words === undefined) continue;
		if (!words.every((word) => EXPORTERS[signal].includes(word))) ignore(source, EXPORTERS[signal].join(', '));
		else layers.push({ source, value: {}, directory: cwd, signals: routesOf(signal, words) });
	}
	const disabled = text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
	const file = text('OTEL_CONFIG_FILE');
	return {
		layers,
		overrides: disabled ? [{ source: 'OTEL_SDK_DISABLED', value: { enabled: false }, directory: cwd }] : [],
		fallback: otlp.fallback,
		notices: [...notices, ...otlp.notices],
		...(file !== undefined && { declarative: resolve(cwd, file) }),
	};
}

/** The presets of one signal, by the names of exporters. `none` means no preset. */
function routesOf(signal: Signal, words: readonly string[]): Partial<Routes> {
	return { [signal]: words.filter((word) => word !== 'none') };
}

/** The trimmed value of a variable. Undefined if it is unset or empty, which the specification treats alike. */
function text(name: string): string | undefined {
	return process.env[name]?.trim() || undefined;
}

/** The share of root spans that each sampler of the specification keeps, by the sampler's argument. */
const SAMPLERS: Readonly<Record<string, (share: number) => number>> = {
	always_on: () => 1,
	always_off: () => 0,
	traceidratio: (share) => share,
	parentbased_always_on: () => 1,
	parentbased_always_off: () => 0,
	parentbased_traceidratio: (share) => share,
};

/**
 * The share that `OTEL_TRACES_SAMPLER` keeps. An argument that is not between 0 and 1 counts as 1, as in OpenTelemetry.
 */
function samplerRate(): number | undefined {
	const share = Number(text('OTEL_TRACES_SAMPLER_ARG') ?? 1);
	const name = text('OTEL_TRACES_SAMPLER') ?? '';
	return Object.hasOwn(SAMPLERS, name) ? SAMPLERS[name]?.(share >= 0 && share <= 1 ? share : 1) : undefined;
}

/** The resource attributes that are keys of the config. */
const ATTRIBUTE_KEYS = [
	['serviceName', 'service.name'],
	['serviceVersion', 'service.version'],
	['environment', 'deployment.environment.name'],
] as const;

/**
 * Reads `OTEL_RESOURCE_ATTRIBUTES` with OpenTelemetry's own detector, so that it means the same as in every other SDK.
 * A malformed value sets nothing.
 */
async function resourceFromEnvironment(): Promise<TelemetryConfig> {
	const { envDetector } = await import('@opentelemetry/resources');
	const resource: Record<string, unknown> = { ...envDetector.detect().attributes };
	const config: TelemetryConfig = { resource: resource as Record<string, string> };
	// These attributes have keys of their own, by which the sources of a config are compared.
	for (const [key, attribute] of ATTRIBUTE_KEYS) {
		const { [attribute]: text } = resource;
		delete resource[attribute];
		if (typeof text === 'string' && text !== '') config[key] = text;
	}
	return config;
}
