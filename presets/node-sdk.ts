import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { TelemetryConfig } from './config.js';
import { neighbours } from './instrumentation/neighbours.js';
import { loadConfig } from './load.js';
import type { OwnPresetConfig } from './own-preset-config.js';
import { holdUntilShutdown } from './own-sdk.js';

/** The same, for a config with a preset of one's own, whose section these types do not know. */
export function nodeSdkConfiguration(argument: OwnPresetConfig): Promise<Partial<NodeSDKConfiguration>>;
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
	const { refused } = neighbours(loaded.directory);
	if (refused !== undefined) throw new Error(refused);
	const { assemble } = await import('./sdk.js');
	const { configuration } = await assemble(loaded);
	return holdUntilShutdown(loaded.config, configuration);
}
