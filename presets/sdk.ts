import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { presetNamed } from './catalogue.js';
import type { TelemetryConfig } from './config.js';
import { whenProcessEnds } from './ending.js';
import { type LoadedConfig, loadConfig } from './load.js';
import type { PresetParts } from './preset.js';
import { makeResource } from './resource.js';

/** What the presets made of a config, and the NodeSDK configuration that holds it. */
export interface Assembled {
	readonly configuration: Partial<NodeSDKConfiguration>;
	readonly parts: readonly PresetParts[];
}

/**
 * Answers a NodeSDK configuration made from the presets, for a person who starts the NodeSDK alone:
 *
 *     new NodeSDK(await nodeSdkConfiguration()).start()
 *
 * A signal that no preset carries is an empty list, which keeps the NodeSDK from sending it to its own default. What
 * is in memory is still written when the process ends; `shutdown()` is the person's own to call.
 *
 * @param argument - a config, or the path of a config file; else the config is found
 * @throws ConfigurationError as `loadConfig` does
 */
export async function nodeSdkConfiguration(
	argument?: TelemetryConfig | string,
): Promise<Partial<NodeSDKConfiguration>> {
	const { configuration } = await assemble(await loadConfig(argument));
	return configuration;
}

/** Loads the presets and makes their parts. */
export async function assemble({ config, sources, directory }: LoadedConfig): Promise<Assembled> {
	const parts: PresetParts[] = [];
	for (const name of config.preset) {
		const preset = await presetNamed(name);
		const options = (config as unknown as Record<string, unknown>)[name];
		parts.push(await preset.make(options, { directory, whenProcessEnds }));
	}
	// Where nobody set a rate, OpenTelemetry's own variable for samplers keeps its meaning.
	const ownSampler = sources['sampling.rate'] === 'default' && process.env['OTEL_TRACES_SAMPLER'] !== undefined;
	const configuration: Partial<NodeSDKConfiguration> = {
		autoDetectResources: Boolean(process.env['OTEL_NODE_RESOURCE_DETECTORS']),
		resource: await makeResource(config, directory),
		spanProcessors: parts.flatMap(({ spanProcessors = [] }) => spanProcessors),
		metricReaders: parts.flatMap(({ metricReaders = [] }) => metricReaders),
		logRecordProcessors: parts.flatMap(({ logRecordProcessors = [] }) => logRecordProcessors),
		...(ownSampler ? {} : { sampler: await samplerOf(config.sampling.rate) }),
	};
	return { configuration, parts };
}

/** A child follows its parent, so that a trace is kept whole or not at all. */
async function samplerOf(rate: number): Promise<Sampler> {
	const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } = await import(
		'@opentelemetry/sdk-trace'
	);
	if (rate === 1) return new ParentBasedSampler({ root: new AlwaysOnSampler() });
	if (rate === 0) return new ParentBasedSampler({ root: new AlwaysOffSampler() });
	return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(rate) });
}
