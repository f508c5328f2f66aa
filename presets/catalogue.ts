import type { Preset } from './preset.js';

/** The presets that ship, each loaded only when it is used. */
const SHIPPED = {
	json: async () => (await import('./json.js')).json,
	none: async () => (await import('./none.js')).none,
};

/** The word of a preset that ships. */
export type PresetName = keyof typeof SHIPPED;

/** Loads the preset of that name; the config's check has seen that there is one. */
export async function presetNamed(name: PresetName): Promise<Preset<unknown>> {
	// Each preset's options are the config's section of its own name, which the schema has checked.
	return (await SHIPPED[name]()) as Preset<unknown>;
}
