import type { TelemetryConfig } from './schema/config.js';

/** The same, for a config with a preset of one's own, whose section these types do not know. */
export function defineConfig(config: CustomPresetConfig): TelemetryConfig;
/** Answers the config as it is: for the types, in a config file that is code. It loads nothing. */
export function defineConfig(config: TelemetryConfig): TelemetryConfig;
export function defineConfig(config: TelemetryConfig): TelemetryConfig {
	return config;
}

/** A module under `preset`: a path, or a package with a scope or a hyphen. */
export type PresetModule =
	| `./${string}`
	| `../${string}`
	| `/${string}`
	| `~/${string}`
	| `@${string}/${string}`
	| `${string}-${string}`;
/**
 * A config that names a preset of one's own, and so may have sections that these types do not know: the preset's options,
 * which its own schema checks when they are loaded.
 */
export type CustomPresetConfig = Omit<TelemetryConfig, 'preset'> & {
	preset:
		| PresetModule
		| [PresetModule, ...string[]]
		| [string, PresetModule, ...string[]]
		| [string, string, PresetModule, ...string[]];
	[section: string]: unknown;
};
