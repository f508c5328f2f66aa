import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LEGAL_PRESET, PRESETS } from '../../presets/contract/names.js';
import type { Preset } from '../../presets/contract/preset.js';
import type { PathFault } from '../common/error.js';
import { type ConfigLayerSource, isObject } from '../common/layer.js';
import { absolute } from '../resolve/normalize.js';
import { hintFor, shown } from '../schema/explain.js';
import { dataOnly } from '../sources/file.js';
import { packageEntry } from './package-entry.js';

/** The presets of one's own that a config names, and the config with their names in place of their modules. */
export interface CustomPresets {
	readonly presets: ReadonlyMap<string, Preset<unknown>>;
	readonly said: readonly ConfigLayerSource[];
	readonly faults: readonly PathFault[];
}

/**
 * Loads every module that some source names under `preset`: a path from the place of that source, or a package as the
 * source would import it. Its default export, else the one export that is a preset, is the preset.
 *
 * @param taken - the config's keys: a preset's options stand under its name, so that it can have none of these
 */
export async function loadCustomPresets(
	all: readonly ConfigLayerSource[],
	taken: readonly string[],
): Promise<CustomPresets> {
	const presets = new Map<string, Preset<unknown>>();
	const faults: PathFault[] = [];
	const names = new Map<string, string>();
	for (const said of all) {
		for (const word of wordsOf(said.value)) {
			const id = idOf(word, said);
			if (names.has(id)) continue;
			const found = await load(word, said, taken);
			if ('name' in found) {
				presets.set(found.name, found);
				names.set(id, found.name);
			} else if (!('absent' in found && wordIsName(word, all, presets))) faults.push(fault(said, found.message));
		}
	}
	const said = all.map((one) => renamed(one, (word) => names.get(idOf(word, one))));
	return {
		presets,
		said,
		faults: faults.filter(({ message }, index) => index === faults.findIndex((f) => f.message === message)),
	};
}

type Failure = { message: string; absent?: true };

async function load(
	word: string,
	said: ConfigLayerSource,
	taken: readonly string[],
): Promise<Preset<unknown> | Failure> {
	if (dataOnly() && said.source !== 'argument') {
		return {
			message: `"preset" names the module '${word}', which is code; AGENTESE_CONFIG_FORMATS=data refuses code. Legal: ${LEGAL_PRESET.split(', or a module')[0]}.`,
		};
	}
	const path = resolved(word, said.directory);
	if (path === undefined && isPath(word)) {
		const place = absolute(word, said.directory);
		return { message: `"preset" names the module '${word}', and there is no such file: ${place}.` };
	}
	if (path === undefined) {
		const got = shown(isObject(said.value) ? said.value['preset'] : word);
		return { absent: true, message: `"preset" got ${got}; legal: ${LEGAL_PRESET}.${hintFor(word, PRESETS)}` };
	}
	let exported: Record<string, unknown>;
	try {
		exported = await import(pathToFileURL(path).href);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return { message: `"preset" names the module '${word}', which cannot be loaded. Reason: ${reason}` };
	}
	const preset = [exported['default'], ...Object.values(exported)].find(isPreset);
	if (preset === undefined) {
		return {
			message: `"preset" names the module '${word}', which exports no preset; write "export default definePreset({ name, make })".`,
		};
	}
	if ([...taken, ...PRESETS].includes(preset.name)) {
		return {
			message: `"preset" names the module '${word}', which calls itself "${preset.name}"; that name is taken. Give it another one.`,
		};
	}
	return preset;
}

function isPreset(value: unknown): value is Preset<unknown> {
	return isObject(value) && typeof value['name'] === 'string' && typeof value['make'] === 'function';
}

function fault({ source }: ConfigLayerSource, message: string): PathFault {
	return { source, key: 'preset', path: ['preset'], message };
}

/** The words under `preset` that ship with no preset of ours. */
function wordsOf(value: unknown): string[] {
	const said = isObject(value) ? [value['preset']].flat() : [];
	return said.filter((word): word is string => typeof word === 'string' && word !== '' && !isShipped(word));
}

function isShipped(word: string): boolean {
	return (PRESETS as readonly string[]).includes(word);
}

/** A later source may say a preset's name where an earlier one has said its module. */
function wordIsName(
	word: string,
	all: readonly ConfigLayerSource[],
	presets: ReadonlyMap<string, Preset<unknown>>,
): boolean {
	return all.length > 1 && presets.has(word);
}

function idOf(word: string, { directory }: ConfigLayerSource): string {
	return `${directory}\0${word}`;
}

function isPath(word: string): boolean {
	return isAbsolute(word) || /^(\.{1,2}|~)\//.test(word);
}

function resolved(word: string, directory: string): string | undefined {
	const require = createRequire(join(directory, 'config.js'));
	try {
		return require.resolve(isPath(word) ? absolute(word, directory) : word);
	} catch {
		return isPath(word) ? undefined : packageEntry(word, directory);
	}
}

function renamed(said: ConfigLayerSource, nameOf: (word: string) => string | undefined): ConfigLayerSource {
	const { value } = said;
	if (!isObject(value) || value['preset'] === undefined) return said;
	const rename = (word: unknown) => (typeof word === 'string' && !isShipped(word) ? (nameOf(word) ?? word) : word);
	const { preset } = value;
	return { ...said, value: { ...value, preset: Array.isArray(preset) ? preset.map(rename) : rename(preset) } };
}
