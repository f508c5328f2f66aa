import type { TelemetryConfig } from './config.js';

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
export type OwnPresetConfig = Omit<TelemetryConfig, 'preset'> & {
	preset:
		| PresetModule
		| [PresetModule, ...string[]]
		| [string, PresetModule, ...string[]]
		| [string, string, PresetModule, ...string[]];
	[section: string]: unknown;
};
