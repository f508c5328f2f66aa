import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { CustomPresetConfig } from '../../config/define.js';
import { loadConfig } from '../../config/load.js';
import type { EffectiveConfig, TelemetryConfig } from '../../config/schema/config.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { otelVersions } from '../preflight/otel-versions.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import { startRules, tracingOf } from './engine-settings.js';

/** The same, for a config with a preset of one's own, whose section these types do not know. */
export function nodeSdkConfiguration(argument: CustomPresetConfig): Promise<Partial<NodeSDKConfiguration>>;
/**
 * Answers a NodeSDK configuration made from the presets, for a person who starts the NodeSDK alone:
 *
 *     new NodeSDK(await nodeSdkConfiguration()).start()
 *
 * A signal that no preset carries is an empty list, which keeps the NodeSDK from sending it to its own default. What
 * is in memory is still written when the process ends; `shutdown()` is the person's own to call. The config's `rules` and
 * `spanName` hold from here on until that shutdown, or where no preset carries traces until the process ends; a rule's
 * `rate` is heeded by the `sampler` in the configuration, and by no other.
 *
 * @param argument - a config, or the path of a config file; else the config is found
 * @throws ConfigurationError as `loadConfig` does
 * @throws Error where the packages of OpenTelemetry 2.x are installed, with what to do
 */
export function nodeSdkConfiguration(argument?: TelemetryConfig | string): Promise<Partial<NodeSDKConfiguration>>;
export async function nodeSdkConfiguration(
	argument?: TelemetryConfig | string,
): Promise<Partial<NodeSDKConfiguration>> {
	const loaded = await loadConfig(argument);
	const { refused } = otelVersions(loaded.directory);
	if (refused !== undefined) throw new Error(refused);
	const { assemble } = await import('../assemble/assemble.js');
	const { configuration } = await assemble(loaded);
	return holdUntilShutdown(loaded.config, configuration);
}
const nothing = async () => undefined;
/**
 * Makes what the config says of our own spans hold, for an SDK that a person starts: until its span processors are shut
 * down, which is all that an SDK tells a configuration of its end. Where there are none, until the process ends.
 */
export function holdUntilShutdown(
	config: EffectiveConfig,
	configuration: Partial<NodeSDKConfiguration>,
): Partial<NodeSDKConfiguration> {
	const undo = [
		startRules(config.rules).stop,
		configureTracing(tracingOf(config)),
		// Other processors may stand beside ours, so the toolkit hides secrets as it writes, too.
		startPrivacy(privacyOf(config), false),
	];
	const { spanProcessors = [] } = configuration;
	if (spanProcessors.length === 0) return configuration;
	const shutdown = async () => {
		for (const step of undo.splice(0)) step();
	};
	const end = { onStart: () => undefined, onEnd: () => undefined, forceFlush: nothing, shutdown };
	return { ...configuration, spanProcessors: [...spanProcessors, end] };
}
