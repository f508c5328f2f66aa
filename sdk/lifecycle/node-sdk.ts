import type { CustomPresetConfig } from '../../config/define.js';
import { loadConfig } from '../../config/load.js';
import type { EffectiveConfig, TelemetryConfig } from '../../config/schema/config.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import type { StartConfiguration } from '../providers/configuration.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import { ALIGNING_PROCESSOR } from '../spans/span-clock.js';
import { startRules, tracingSettings } from './engine-settings.js';

/**
 * The part of a NodeSDK's configuration that {@linkcode nodeSdkConfiguration} returns. The parts have the type `never`,
 * which the configuration of every version of the NodeSDK accepts: `[...configuration.spanProcessors, own]` has the
 * type of `own`. Name the type parameter of the function to use their members.
 */
export interface NodeSdkParts {
	/** Receive every span. Empty if no preset exports traces. */
	readonly spanProcessors: never[];
	/** Collect metrics. Empty if no preset exports metrics. */
	readonly metricReaders: never[];
	/** Receive every log record. Empty if no preset exports logs. */
	readonly logRecordProcessors: never[];
	/** Decides which traces are kept. */
	readonly sampler: never;
	/** The resource of the config. The NodeSDK merges what its detectors find. */
	readonly resource: never;
	/** The buckets of the toolkit's histograms. */
	readonly views: never[];
	/** Whether the NodeSDK's resource detectors run: true if `OTEL_NODE_RESOURCE_DETECTORS` is set. */
	readonly autoDetectResources: boolean;
}

/**
 * Returns a NodeSDK configuration with the processors, readers and sampler of the presets, for an application that
 * starts the NodeSDK itself, of SDK 2.x or 3.x.
 *
 * The list of a signal that no preset exports is empty, which keeps the NodeSDK from sending it with its own defaults.
 * What is in memory is still written when the process ends; calling `shutdown()` is up to the application.
 *
 * The config's `rules`, `spanName`, `conventions` and `observer` take effect at once, until that shutdown; if no preset
 * exports traces, until the process ends. The `rate` of a rule needs the configuration's `sampler`.
 *
 * @typeParam Configuration - the type of the configuration that the installed NodeSDK accepts
 * @param argument - a config, or the path of a config file. @default the config is searched, as `loadConfig` does
 * @returns a promise of the configuration, for `new NodeSDK(configuration)`
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults
 *
 * @example
 * ```ts
 * import { NodeSDK } from '@opentelemetry/sdk-node';
 * import { nodeSdkConfiguration } from 'agentese-otel/presets';
 *
 * const configuration = await nodeSdkConfiguration({ preset: 'json' });
 * const sdk = new NodeSDK(configuration);
 * sdk.start();
 * configuration.metricReaders.length; // => 1
 * await sdk.shutdown();
 * ```
 */
export function nodeSdkConfiguration<Configuration extends object = NodeSdkParts>(
	argument?: TelemetryConfig | string,
): Promise<Configuration>;
/**
 * Returns a NodeSDK configuration with the processors, readers and sampler of the presets, for an application that
 * starts the NodeSDK itself and names a custom preset. It does the same as for shipped presets; the custom preset's own
 * schema checks its section, which these types do not know.
 *
 * @typeParam Configuration - the type of the configuration that the installed NodeSDK accepts
 * @param argument - a config whose `preset` names a module
 * @returns a promise of the configuration, for `new NodeSDK(configuration)`
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults
 */
export function nodeSdkConfiguration<Configuration extends object = NodeSdkParts>(
	argument: CustomPresetConfig,
): Promise<Configuration>;
/**
 * Matches no call. TypeScript 5 and 6 explain up to three signatures in one error, at the call; of four they explain the
 * last one, at the key that is wrong.
 */
export function nodeSdkConfiguration<Configuration extends object = NodeSdkParts>(
	argument: never,
): Promise<Configuration>;
/**
 * Returns a NodeSDK configuration with the processors, readers and sampler of the presets, for an application that
 * starts the NodeSDK itself. It is the first signature once more, because TypeScript reports a mistake by the last one.
 *
 * @typeParam Configuration - the type of the configuration that the installed NodeSDK accepts
 * @param argument - a config, or the path of a config file. @default the config is searched, as `loadConfig` does
 * @returns a promise of the configuration, for `new NodeSDK(configuration)`
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults
 */
export function nodeSdkConfiguration<Configuration extends object = NodeSdkParts>(
	argument?: TelemetryConfig | string,
): Promise<Configuration>;
export async function nodeSdkConfiguration(argument?: TelemetryConfig | string): Promise<object> {
	const loaded = await loadConfig(argument);
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
function applyUntilShutdown(config: EffectiveConfig, configuration: StartConfiguration): StartConfiguration {
	const undo = [
		startRules(config.rules).stop,
		configureTracing(tracingSettings(config)),
		// The SDK may have processors that redact nothing, so the toolkit also redacts what it writes.
		startPrivacy(privacyOf(config), false),
	];
	const { spanProcessors } = configuration;
	if (spanProcessors.length === 0) return configuration;
	const shutdown = async () => {
		for (const step of undo.splice(0)) step();
	};
	const end = { onStart: () => undefined, onEnd: () => undefined, forceFlush: nothing, shutdown };
	return { ...configuration, spanProcessors: [ALIGNING_PROCESSOR, ...spanProcessors, end] };
}
