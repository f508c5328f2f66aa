import type { Preset } from '../../presets/contract/preset.js';
import { MAX_FAULTS } from '../common/bounds.js';
import type { PathFault } from '../common/error.js';
import { type ConfigLayerSource, isObject } from '../common/layer.js';
import type { ConfigLayer } from '../schema/config.js';
import { countOf, explain, withoutFaults } from '../schema/explain.js';
import { configSchema } from '../schema/schema.js';
import { loadCustomPresets } from './load.js';

/** A layer whose value was checked. */
export type CheckedLayer = Omit<ConfigLayerSource, 'value'> & {
	/** The value as the schema reads it: quantities are numbers, `preset` is a list. */
	readonly value: ConfigLayer;
	/** The sections that custom presets own, by the preset's name. Their schemas check them after the merge. */
	readonly customSections: Record<string, unknown>;
};

/** All layers of a config after the check. */
export interface CheckedLayers {
	/** The layers that can be used, the weakest first. */
	readonly layers: readonly CheckedLayer[];
	/** The custom presets that were loaded, by name. */
	readonly presets: ReadonlyMap<string, Preset<unknown>>;
	/** The faults of all layers so far. */
	readonly faults: readonly PathFault[];
	/** How many more faults there are, which are not described. */
	readonly omitted: number;
	/** False if a layer had to be left out, because nothing of it could be used. */
	readonly complete: boolean;
}

/**
 * Loads the custom presets that the layers name and checks every layer with the zod schema. Collects the faults of all
 * layers instead of stopping at the first one.
 *
 * This file imports zod, so `load.ts` imports it dynamically, and only if the fast check did not pass all layers.
 */
export async function checkBySchema(all: readonly ConfigLayerSource[]): Promise<CheckedLayers> {
	const { presets, layers: renamed, faults } = await loadCustomPresets(all, Object.keys(configSchema.shape));
	const found = [...faults];
	const layers: CheckedLayer[] = [];
	let complete = true;
	let omitted = 0;
	for (const layer of renamed) {
		const [value, customSections] = splitCustomSections(layer.value, presets);
		let parsed = configSchema.safeParse(value);
		if (!parsed.success) {
			const { issues } = parsed.error;
			const described = explain(issues, { ...layer, value }, configSchema);
			found.push(...described.slice(0, MAX_FAULTS));
			omitted += Math.max(countOf(issues), described.length) - Math.min(MAX_FAULTS, described.length);
			// The rest of a faulty layer is kept, so that what is checked over all layers is checked for it too.
			parsed = configSchema.safeParse(withoutFaults(value, issues));
		}
		complete &&= parsed.success;
		if (parsed.success) layers.push({ ...layer, value: parsed.data, customSections });
	}
	return { layers, presets, faults: found, omitted, complete };
}

/** Splits a layer's value into the keys of the config's schema and the sections of custom presets. */
function splitCustomSections(
	value: unknown,
	presets: ReadonlyMap<string, unknown>,
): [config: unknown, customSections: Record<string, unknown>] {
	if (!isObject(value) || presets.size === 0) return [value, {}];
	const entries = Object.entries(value);
	return [
		Object.fromEntries(entries.filter(([key]) => !presets.has(key))),
		Object.fromEntries(entries.filter(([key]) => presets.has(key))),
	];
}
