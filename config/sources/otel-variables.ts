import { resolve } from 'node:path';
import type { ConfigLayerSource, Routes, Signal } from '../common/layer.js';
import { SIGNALS } from '../common/layer.js';
import type { TelemetryConfig } from '../schema/config.js';
import { otlpVariables } from './otlp-variables.js';

/** What OpenTelemetry's own variables say. */
export interface OtelVariables {
	/** The weaker first. They stand above every file. */
	readonly said: readonly ConfigLayerSource[];
	/** What stands above everything: `OTEL_SDK_DISABLED` is the operator's last word, as it is for the NodeSDK. */
	readonly last: readonly ConfigLayerSource[];
	/** Who carries a signal where nobody says anything: an address to send to is wish enough. */
	readonly fallback: Partial<Record<Signal, { readonly presets: readonly string[]; readonly source: string }>>;
	/** Values that OpenTelemetry ignores with a warning, and so do we. */
	readonly notices: readonly string[];
	/** The file of `OTEL_CONFIG_FILE`, absolute. */
	readonly declarative?: string;
}

/** The presets that an exporter's name stands for. `zipkin` has none: its exporter is deprecated by the specification. */
const EXPORTERS: Readonly<Record<Signal, readonly string[]>> = {
	traces: ['otlp', 'console', 'jaeger', 'json', 'none'],
	metrics: ['otlp', 'console', 'prometheus', 'json', 'none'],
	logs: ['otlp', 'console', 'json', 'none'],
};

const LOG_LEVELS: Readonly<Record<string, string>> = {
	none: 'none',
	error: 'error',
	warn: 'warn',
	info: 'info',
	debug: 'debug',
	verbose: 'verbose',
	all: 'verbose',
};

/** Reads them all. A value that OpenTelemetry does not understand is ignored and said, as the specification asks. */
export async function otelVariables(cwd: string): Promise<OtelVariables> {
	const said: ConfigLayerSource[] = [];
	const notices: string[] = [];
	const say = (source: string, value: TelemetryConfig) => said.push({ source, value, directory: cwd });
	const ignore = (name: string, legal: string) => {
		notices.push(`${name} got '${text(name)}', which is ignored; legal: ${legal}.`);
	};
	if (text('OTEL_RESOURCE_ATTRIBUTES')) say('OTEL_RESOURCE_ATTRIBUTES', await resourceFromEnvironment());
	const serviceName = text('OTEL_SERVICE_NAME');
	if (serviceName) say('OTEL_SERVICE_NAME', { serviceName });
	const level = text('OTEL_LOG_LEVEL')?.toLowerCase();
	if (level !== undefined) {
		const logLevel = LOG_LEVELS[level] as TelemetryConfig['logLevel'];
		if (logLevel === undefined) ignore('OTEL_LOG_LEVEL', Object.keys(LOG_LEVELS).join(', '));
		else say('OTEL_LOG_LEVEL', { logLevel });
	}
	const rate = samplerRate();
	if (rate !== undefined) say('OTEL_TRACES_SAMPLER', { sampling: { rate } });
	else if (text('OTEL_TRACES_SAMPLER')) ignore('OTEL_TRACES_SAMPLER', Object.keys(SAMPLERS).join(', '));
	const host = text('OTEL_EXPORTER_PROMETHEUS_HOST');
	if (host) say('OTEL_EXPORTER_PROMETHEUS_HOST', { prometheus: { host } });
	const port = text('OTEL_EXPORTER_PROMETHEUS_PORT');
	if (port !== undefined) {
		if (/^\d{1,5}$/.test(port) && Number(port) <= 65535) {
			say('OTEL_EXPORTER_PROMETHEUS_PORT', { prometheus: { port: Number(port) } });
		} else ignore('OTEL_EXPORTER_PROMETHEUS_PORT', 'a port');
	}
	const otlp = await otlpVariables(cwd);
	said.push(...otlp.said);
	for (const signal of SIGNALS) {
		const source = `OTEL_${signal.toUpperCase()}_EXPORTER`;
		const words = text(source)
			?.split(',')
			.map((word) => word.trim().toLowerCase());
		if (words === undefined) continue;
		if (!words.every((word) => EXPORTERS[signal].includes(word))) ignore(source, EXPORTERS[signal].join(', '));
		else said.push({ source, value: {}, directory: cwd, signals: routed(signal, words) });
	}
	const disabled = text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
	const file = text('OTEL_CONFIG_FILE');
	return {
		said,
		last: disabled ? [{ source: 'OTEL_SDK_DISABLED', value: { enabled: false }, directory: cwd }] : [],
		fallback: otlp.fallback,
		notices: [...notices, ...otlp.notices],
		...(file !== undefined && { declarative: resolve(cwd, file) }),
	};
}

function routed(signal: Signal, words: readonly string[]): Partial<Routes> {
	return { [signal]: words.filter((word) => word !== 'none') };
}

/** The variable without blanks around it; undefined where it is unset or empty, which the specification holds equal. */
function text(name: string): string | undefined {
	return process.env[name]?.trim() || undefined;
}

/** The share that each sampler of the specification keeps of the roots. */
const SAMPLERS: Readonly<Record<string, (share: number) => number>> = {
	always_on: () => 1,
	always_off: () => 0,
	traceidratio: (share) => share,
	parentbased_always_on: () => 1,
	parentbased_always_off: () => 0,
	parentbased_traceidratio: (share) => share,
};

/** An argument that is no share counts as 1, as it does for OpenTelemetry. */
function samplerRate(): number | undefined {
	const share = Number(text('OTEL_TRACES_SAMPLER_ARG') ?? 1);
	const name = text('OTEL_TRACES_SAMPLER') ?? '';
	return Object.hasOwn(SAMPLERS, name) ? SAMPLERS[name]?.(share >= 0 && share <= 1 ? share : 1) : undefined;
}

/** Read by OpenTelemetry's own detector, so that it means what it means everywhere; a malformed value means nothing. */
async function resourceFromEnvironment(): Promise<TelemetryConfig> {
	const { envDetector } = await import('@opentelemetry/resources');
	const { 'service.name': serviceName, ...resource } = envDetector.detect().attributes ?? {};
	const config: TelemetryConfig = { resource: resource as Record<string, string> };
	return typeof serviceName === 'string' ? { ...config, serviceName } : config;
}
