import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LEGAL_PRESET, PRESETS } from '../../presets/contract/names.js';
import type { Preset } from '../../presets/contract/preset.js';
import type { PathFault } from '../common/error.js';
import { type ConfigLayerSource, isObject } from '../common/layer.js';
import { toAbsolute } from '../resolve/normalize.js';
import { describeValue, hintFor } from '../schema/explain.js';
import { isDataOnly } from '../sources/formats.js';
import { currentApplication } from '../trust/application.js';
import { reasonNotToTrust } from '../trust/trust.js';
import { packageEntry } from './package-entry.js';

/** The custom presets of a config. */
export interface CustomPresets {
	/** The loaded presets, by name. */
	readonly presets: ReadonlyMap<string, Preset<unknown>>;
	/** The layers, with the names of the presets in place of their modules. */
	readonly layers: readonly ConfigLayerSource[];
	/** One fault for each module that could not be used. */
	readonly faults: readonly PathFault[];
}

/**
 * Loads every module that a layer names under `preset`. A module is a path relative to the layer's directory, or a
 * package as that directory would import it. The preset is its default export, else the first export that is a preset.
 *
 * @param reserved - the keys of the config: a preset's options are under its name, so it cannot have the name of a key
 */
export async function loadCustomPresets(
	all: readonly ConfigLayerSource[],
	reserved: readonly string[],
): Promise<CustomPresets> {
	const presets = new Map<string, Preset<unknown>>();
	const faults: PathFault[] = [];
	/** The names of the loaded presets, by `moduleId`. */
	const names = new Map<string, string>();
	for (const layer of all) {
		for (const module of modulesOf(layer.value)) {
			const id = moduleId(module, layer);
			// Several layers may name the same module.
			if (names.has(id)) continue;
			const loaded = await load(module, layer, reserved);
			if ('name' in loaded) {
				presets.set(loaded.name, loaded);
				names.set(id, loaded.name);
			} else if (!('absent' in loaded && isLoadedName(module, all, presets))) {
				faults.push(fault(layer, loaded.message));
			}
		}
	}
	const layers = all.map((layer) => withNames(layer, (module) => names.get(moduleId(module, layer))));
	return {
		presets,
		layers,
		faults: faults.filter(({ message }, index) => index === faults.findIndex((other) => other.message === message)),
	};
}

/** Why a module could not be used; `absent` if nothing of that name was found. */
type Failure = { message: string; absent?: true };

/** Loads the preset of one module, or returns why it cannot be used. */
async function load(
	module: string,
	layer: ConfigLayerSource,
	reserved: readonly string[],
): Promise<Preset<unknown> | Failure> {
	if (isDataOnly() && layer.source !== 'argument') {
		return {
			message: `"preset" names the module '${module}', which is code; AGENTESE_CONFIG_FORMATS=data refuses code. Legal: ${LEGAL_PRESET.split(', or a module')[0]}.`,
		};
	}
	const path = resolveModule(module, layer.directory);
	// A missing file is a definite fault. A missing package may be a misspelt preset, or a name that is defined
	// elsewhere.
	if (path === undefined && isPath(module)) {
		const file = toAbsolute(module, layer.directory);
		return { message: `"preset" names the module '${module}', and there is no such file: ${file}.` };
	}
	if (path === undefined) {
		const got = describeValue(isObject(layer.value) ? layer.value['preset'] : module);
		return { absent: true, message: `"preset" got ${got}; legal: ${LEGAL_PRESET}.${hintFor(module, PRESETS)}` };
	}
	const reason =
		layer.source === 'argument' ? undefined : reasonNotToTrust(path, currentApplication(), { isNamed: true });
	if (reason !== undefined) {
		return { message: `"preset" names the module '${module}', which is not loaded: ${reason}. Its file is ${path}.` };
	}
	let exported: Record<string, unknown>;
	try {
		exported = await import(pathToFileURL(path).href);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return { message: `"preset" names the module '${module}', which cannot be loaded. Reason: ${reason}` };
	}
	// The default export first; a CommonJS module has its exports there.
	const preset = [exported['default'], ...Object.values(exported)].find(isPreset);
	if (preset === undefined) {
		return {
			message: `"preset" names the module '${module}', which exports no preset; write "export default definePreset({ name, create })".`,
		};
	}
	if ([...reserved, ...PRESETS].includes(preset.name)) {
		return {
			message: `"preset" names the module '${module}', whose preset has the reserved name "${preset.name}". Give it another name.`,
		};
	}
	return preset;
}

/** Whether a module's export is a preset, by the members that `definePreset` requires. */
function isPreset(value: unknown): value is Preset<unknown> {
	return isObject(value) && typeof value['name'] === 'string' && typeof value['create'] === 'function';
}

/** A fault of the key `preset` of a layer. */
function fault({ source }: ConfigLayerSource, message: string): PathFault {
	return { source, key: 'preset', path: ['preset'], message };
}

/** The entries under `preset` that are not the names of shipped presets. */
function modulesOf(value: unknown): string[] {
	const entries = isObject(value) ? [value['preset']].flat() : [];
	return entries.filter((entry): entry is string => typeof entry === 'string' && entry !== '' && !isShipped(entry));
}

/** Whether a name is that of a preset of the toolkit. */
function isShipped(name: string): boolean {
	return (PRESETS as readonly string[]).includes(name);
}

/** A layer may name a preset by its name if a layer before it has named the preset's module. */
function isLoadedName(
	name: string,
	all: readonly ConfigLayerSource[],
	presets: ReadonlyMap<string, Preset<unknown>>,
): boolean {
	return all.length > 1 && presets.has(name);
}

/** Identifies a module: the same text can mean different files in different directories. */
function moduleId(module: string, { directory }: ConfigLayerSource): string {
	return `${directory}\0${module}`;
}

/** Whether an entry is a path: it is absolute, or begins with `./`, `../` or `~/`. All others are package names. */
function isPath(module: string): boolean {
	return isAbsolute(module) || /^(\.{1,2}|~)\//.test(module);
}

/** The absolute path of a module as code in that directory would load it; undefined if it is not found. */
function resolveModule(module: string, directory: string): string | undefined {
	const require = createRequire(join(directory, 'config.js'));
	try {
		return require.resolve(isPath(module) ? toAbsolute(module, directory) : module);
	} catch {
		return isPath(module) ? undefined : packageEntry(module, directory);
	}
}

/** Returns the layer with the names of presets in place of their modules under `preset`. */
function withNames(layer: ConfigLayerSource, nameOf: (module: string) => string | undefined): ConfigLayerSource {
	const { value } = layer;
	if (!isObject(value) || value['preset'] === undefined) return layer;
	const rename = (entry: unknown) =>
		typeof entry === 'string' && !isShipped(entry) ? (nameOf(entry) ?? entry) : entry;
	const { preset } = value;
	return { ...layer, value: { ...value, preset: Array.isArray(preset) ? preset.map(rename) : rename(preset) } };
}
