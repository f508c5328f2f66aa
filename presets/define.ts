import type { TelemetryConfig } from './config.js';
import type { OwnPresetConfig } from './own-preset-config.js';

/** The same, for a config with a preset of one's own, whose section these types do not know. */
export function defineConfig(config: OwnPresetConfig): TelemetryConfig;
/** Answers the config as it is: for the types, in a config file that is code. It loads nothing. */
export function defineConfig(config: TelemetryConfig): TelemetryConfig;
export function defineConfig(config: TelemetryConfig): TelemetryConfig {
	return config;
}
