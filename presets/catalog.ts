import type { PRESETS } from './contract/names.js';
import type { Preset } from './contract/preset.js';

/** The name of a preset that is part of this package. */
type PresetName = (typeof PRESETS)[number];

/** Loaders of the built-in presets. Each one imports its module only when its preset is used. */
const LOADERS: Readonly<Record<PresetName, () => Promise<unknown>>> = {
	json: async () => (await import('./json/preset.js')).json,
	otlp: async () => (await import('./otlp/preset.js')).otlp,
	jaeger: async () => (await import('./jaeger/preset.js')).jaeger,
	prometheus: async () => (await import('./prometheus/preset.js')).prometheus,
	console: async () => (await import('./console/preset.js')).console,
	none: async () => (await import('./none.js')).none,
};

/**
 * Returns the preset of a name: the custom preset if there is one, else the built-in preset, which is loaded now. The
 * options of a preset are the section of the config that has the same name.
 *
 * @param name - an entry of `preset` in the config; the config's check has made sure that it exists
 * @param customPresets - the presets that the config named as modules, by name; already imported and checked
 * @throws Error if no preset has that name
 */
export async function presetNamed(
	name: string,
	customPresets: ReadonlyMap<string, Preset<unknown>>,
): Promise<Preset<unknown>> {
	const custom = customPresets.get(name);
	if (custom !== undefined) return custom;
	if (!Object.hasOwn(LOADERS, name)) throw new Error(`There is no preset "${name}".`);
	return (await LOADERS[name as PresetName]()) as Preset<unknown>;
}
