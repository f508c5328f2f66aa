import type { TelemetryConfig } from './schema/config.js';

/**
 * Returns the config unchanged. In a config file that is code, it gives editors and the compiler the types of the
 * config. It loads nothing and checks nothing: {@linkcode loadConfig} and {@linkcode startTelemetry} do. Never throws.
 *
 * @param config - a config with shipped presets
 * @returns the same object
 *
 * @example
 * ```ts
 * // agentese.config.ts
 * import { defineConfig } from 'agentese-otel/presets';
 *
 * const config = defineConfig({ preset: 'otlp', otlp: { endpoint: 'http://localhost:4318' } });
 * config.preset; // => 'otlp'
 * export default config;
 * ```
 */
export function defineConfig(config: TelemetryConfig): TelemetryConfig;
/**
 * Returns the config unchanged, for one that names a custom preset and has a section with that preset's options. In a
 * config file that is code, it gives editors and the compiler the types of all other sections. It loads nothing and
 * checks nothing: {@linkcode loadConfig} and {@linkcode startTelemetry} do. Never throws.
 *
 * @param config - a config whose `preset` names a module
 * @returns the same object
 *
 * @example
 * ```ts
 * // agentese.config.ts
 * import { defineConfig } from 'agentese-otel/presets';
 *
 * const config = defineConfig({ preset: './presets/roll.ts', roll: { lines: 3 } });
 * config.preset; // => './presets/roll.ts'
 * export default config;
 * ```
 */
export function defineConfig(config: CustomPresetConfig): TelemetryConfig;
/**
 * Matches no call. TypeScript 5 and 6 explain up to three signatures in one error, at the call; of four they explain the
 * last one, at the key that is wrong.
 */
export function defineConfig(config: never): TelemetryConfig;
/**
 * Returns the config unchanged. In a config file that is code, it gives editors and the compiler the types of the config.
 * It is the first signature once more, because TypeScript reports a mistake by the last one. Never throws.
 *
 * @param config - a config with shipped presets
 * @returns the same object
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
 *
 * @example
 * ```ts
 * import { type CustomPresetConfig, loadConfig } from 'agentese-otel/presets';
 *
 * const config: CustomPresetConfig = { preset: ['json', './roll.js'], roll: { lines: 3 } };
 * await loadConfig(config); // throws ConfigurationError: The configuration
 * ```
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
