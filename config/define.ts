import type { TelemetryConfig } from './schema/config.js';

/**
 * Returns the config unchanged. In a config file that is code, it gives editors and the compiler the types of the
 * config:
 *
 *     export default defineConfig({ preset: 'otlp', otlp: { endpoint: 'http://localhost:4318' } });
 *
 * It loads nothing and checks nothing.
 *
 * @param config - a config with shipped presets
 */
export function defineConfig(config: TelemetryConfig): TelemetryConfig;
/**
 * Returns the config unchanged. In a config file that is code, it gives editors and the compiler the types of the
 * config, here of one that names a custom preset and has a section with that preset's options:
 *
 *     export default defineConfig({ preset: './presets/roll.ts', roll: { lines: 3 } });
 *
 * It loads nothing and checks nothing.
 *
 * @param config - a config whose `preset` names a module
 */
export function defineConfig(config: CustomPresetConfig): TelemetryConfig;
/**
 * Matches no call. TypeScript 5 and 6 explain up to three signatures in one error, at the call; of four they explain the
 * last one, at the key that is wrong.
 */
export function defineConfig(config: never): TelemetryConfig;
/**
 * The same as the first signature. TypeScript reports a mistake by the last signature, and only this one then names the
 * key that is wrong.
 *
 * @param config - a config with shipped presets
 */
export function defineConfig(config: TelemetryConfig): TelemetryConfig;
export function defineConfig(config: TelemetryConfig): TelemetryConfig {
	return config;
}

/** A module under `preset`: the path of a file, or the name of a package that has a scope or a hyphen. */
export type PresetModule =
	| `./${string}`
	| `../${string}`
	| `/${string}`
	| `~/${string}`
	| `@${string}/${string}`
	| `${string}-${string}`;

/**
 * A config that names a custom preset. Its other sections, which these types do not know, are options of custom
 * presets: the preset's own schema checks them when the config is loaded.
 */
export type CustomPresetConfig = Omit<TelemetryConfig, 'preset'> & {
	/** The module of the custom preset, alone or in a list with other presets. */
	preset:
		| PresetModule
		| [PresetModule, ...string[]]
		| [string, PresetModule, ...string[]]
		| [string, string, PresetModule, ...string[]];
	/** The options of a custom preset, under its name. */
	[section: string]: unknown;
};
