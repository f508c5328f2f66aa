import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { CustomPresetConfig } from '../../config/define.js';
import { loadConfig } from '../../config/load.js';
import type { EffectiveConfig, TelemetryConfig } from '../../config/schema/config.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { otelVersions } from '../preflight/otel-versions.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import { ALIGNING_PROCESSOR } from '../spans/span-clock.js';
import { startRules, tracingSettings } from './engine-settings.js';

/**
 * Returns a NodeSDK configuration with the processors, readers and sampler of the presets, for an application that
 * starts the NodeSDK itself.
 *
 * The list of a signal that no preset exports is empty, which keeps the NodeSDK from sending it with its own defaults.
 * What is in memory is still written when the process ends; calling `shutdown()` is up to the application.
 *
 * The config's `rules`, `spanName`, `conventions` and `observer` take effect at once, until that shutdown; if no preset
 * exports traces, until the process ends. The `rate` of a rule needs the configuration's `sampler`.
 *
 * @param argument - a config, or the path of a config file. @default the config is searched, as `loadConfig` does
 * @returns a promise of the configuration, for `new NodeSDK(configuration)`
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults
 * @throws Error (as a rejection) if the packages of OpenTelemetry 2.x are installed, with what to do
 *
 * @example
 * ```ts
 * import { NodeSDK } from '@opentelemetry/sdk-node';
 * import { nodeSdkConfiguration } from 'agentese-otel/presets';
 *
 * const configuration = await nodeSdkConfiguration({ preset: 'json' });
 * const sdk = new NodeSDK(configuration);
 * sdk.start();
 * configuration.metricReaders?.length; // => 1
 * await sdk.shutdown();
 * ```
 */
export function nodeSdkConfiguration(argument?: TelemetryConfig | string): Promise<Partial<NodeSDKConfiguration>>;
/**
 * Returns a NodeSDK configuration with the processors, readers and sampler of the presets, for an application that
 * starts the NodeSDK itself and names a custom preset. It does the same as for shipped presets; the custom preset's own
 * schema checks its section, which these types do not know.
 *
 * @param argument - a config whose `preset` names a module
 * @returns a promise of the configuration, for `new NodeSDK(configuration)`
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults
 * @throws Error (as a rejection) if the packages of OpenTelemetry 2.x are installed, with what to do
 */
export function nodeSdkConfiguration(argument: CustomPresetConfig): Promise<Partial<NodeSDKConfiguration>>;
/**
 * Matches no call. TypeScript 5 and 6 explain up to three signatures in one error, at the call; of four they explain the
 * last one, at the key that is wrong.
 */
export function nodeSdkConfiguration(argument: never): Promise<Partial<NodeSDKConfiguration>>;
/**
 * Returns a NodeSDK configuration with the processors, readers and sampler of the presets, for an application that
 * starts the NodeSDK itself. It is the first signature once more, because TypeScript reports a mistake by the last one.
 *
 * @param argument - a config, or the path of a config file. @default the config is searched, as `loadConfig` does
 * @returns a promise of the configuration, for `new NodeSDK(configuration)`
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults
 * @throws Error (as a rejection) if the packages of OpenTelemetry 2.x are installed, with what to do
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
	return applyUntilShutdown(loaded.config, configuration);
}

/** The `forceFlush` of a processor that has nothing to flush. */
const nothing = async () => undefined;

/**
 * Puts the config's settings of the toolkit's spans into effect for an SDK that the application starts. They end when
 * the SDK shuts its span processors down, since an SDK tells its configuration nothing else about its end; without span
 * processors they end with the process.
 *
 * @returns the configuration, with a span processor more that restores the former settings at its shutdown
 */
function applyUntilShutdown(
	config: EffectiveConfig,
	configuration: Partial<NodeSDKConfiguration>,
): Partial<NodeSDKConfiguration> {
	const undo = [
		startRules(config.rules).stop,
		configureTracing(tracingSettings(config)),
		// The SDK may have processors that redact nothing, so the toolkit also redacts what it writes.
		startPrivacy(privacyOf(config), false),
	];
	const { spanProcessors = [] } = configuration;
	if (spanProcessors.length === 0) return configuration;
	const shutdown = async () => {
		for (const step of undo.splice(0)) step();
	};
	const end = { onStart: () => undefined, onEnd: () => undefined, forceFlush: nothing, shutdown };
	return { ...configuration, spanProcessors: [ALIGNING_PROCESSOR, ...spanProcessors, end] };
}
