import type { PRESETS } from './contract/names.js';
import type { Preset } from './contract/preset.js';

/** The word of a preset that ships. */
export type PresetName = (typeof PRESETS)[number];

/** The presets that ship, each loaded only when it is used. Their options are the config's section of their own name. */
const SHIPPED: Readonly<Record<PresetName, () => Promise<unknown>>> = {
	json: async () => (await import('./json/preset.js')).json,
	otlp: async () => (await import('./otlp/preset.js')).otlp,
	jaeger: async () => (await import('./jaeger/preset.js')).jaeger,
	prometheus: async () => (await import('./prometheus/preset.js')).prometheus,
	console: async () => (await import('./console/preset.js')).console,
	none: async () => (await import('./none.js')).none,
};

/**
 * Loads the preset of that name.
 *
 * @param own - those that the config named as modules, by name; loading the config has imported and checked them
 * @throws Error for a name that is none: the config's check has seen that there is one
 */
export async function presetNamed(name: string, own: ReadonlyMap<string, Preset<unknown>>): Promise<Preset<unknown>> {
	const mine = own.get(name);
	if (mine !== undefined) return mine;
	if (!Object.hasOwn(SHIPPED, name)) throw new Error(`There is no preset "${name}".`);
	return (await SHIPPED[name as PresetName]()) as Preset<unknown>;
}
