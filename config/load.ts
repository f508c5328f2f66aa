import { join, resolve } from 'node:path';
import { valueInWords } from '../lib/agentese/errors/value-in-words.js';
import type { Preset } from '../presets/contract/preset.js';
import { faultOfBounds } from './common/bounds.js';
import { homeDirectory, workingDirectory } from './common/directories.js';
import type { PathFault } from './common/error.js';
import { ConfigurationError, type ConfigurationFault } from './common/error.js';
import { type ConfigLayerSource, isObject, type Routes, SIGNALS, type Signal } from './common/layer.js';
import type { CheckedLayer, CheckedLayers } from './custom-presets/check-by-schema.js';
import type { CustomPresetConfig } from './define.js';
import { fastCheck } from './fast-check/check.js';
import { merge, recordSources, type Sources } from './resolve/merge.js';
import {
	hidePasswords,
	normalizeEndpoints,
	normalizeHeaders,
	repeatedPathNotices,
	resolveFiles,
} from './resolve/normalize.js';
import { defaultConfig, type EffectiveConfig, type TelemetryConfig } from './schema/config.js';
import { isAgenteseVariable } from './sources/agentese-variable-names.js';
import { findConfigFile } from './sources/file.js';
import { type KgentsFile, kgentsFile } from './sources/kgents-file.js';
import { type OtelVariables, otelVariables } from './sources/otel-variables.js';
import { exposureNotices } from './trust/exposure.js';

/**
 * The config after the merge of all sources, and the source of each key. Values of headers and passwords are hidden if
 * it is printed or turned into JSON.
 */
export interface LoadedConfig {
	/** The merged config. Every key has a value, except `serviceName`, `serviceVersion` and `environment`. */
	readonly config: EffectiveConfig;
	/**
	 * The source of each key, by the key's path (`sampling.rate`): the path of a file, the name of an environment
	 * variable, `argument` or `default`. `signals.traces` is present if a source sets the presets of that signal alone.
	 */
	readonly sources: Readonly<Record<string, string>>;
	/** The directory of the config file, else the working directory. Relative paths are resolved from it. */
	readonly directory: string;
	/** The presets of each signal: those of `preset`, unless a variable such as `OTEL_TRACES_EXPORTER` sets others. */
	readonly signals: Routes;
	/** The custom presets, by name. Their options are in the config under that name. */
	readonly presets: ReadonlyMap<string, Preset<unknown>>;
	/**
	 * The absolute path of OpenTelemetry's declarative configuration file, if `OTEL_CONFIG_FILE` names one. That file
	 * then decides where telemetry is sent.
	 */
	readonly declarative: string | undefined;
	/** Sentences that `startTelemetry` logs once. */
	readonly notices: readonly string[];
}

/**
 * The folders in which {@linkcode loadConfig} searches for files.
 *
 * @example
 * ```ts
 * import { loadConfig, type Places } from 'agentese-otel/presets';
 *
 * const places: Places = { cwd: process.cwd(), home: process.cwd() };
 * const { sources } = await loadConfig({ serviceName: 'garden' }, places);
 * sources.serviceName; // => 'argument'
 * ```
 */
export interface Places {
	/** The directory where the search for the config file begins. @default the working directory */
	readonly cwd?: string;
	/** The directory with the user's `.kgents/telemetry.yaml`. @default the user's home directory */
	readonly home?: string;
}

/**
 * Finds the config, checks it and merges all sources. Each key is taken from the first source that sets it: the
 * argument, `AGENTESE_*` variables, `OTEL_*` variables, the project's config file, the user's
 * `~/.kgents/telemetry.yaml`, the defaults. Lists, such as `preset`, are replaced as a whole. It starts nothing.
 *
 * The project's file is the one that the argument or `AGENTESE_CONFIG` names, else the first of `agentese.config.*`,
 * `.agenteserc*`, the same names under `.config/`, and the key `agentese` of package.json, from the working directory
 * upward to the directory with a package.json.
 *
 * @param argument - a config, or the path of a config file. @default none: the file is searched
 * @param places - the folders in which files are searched. @default {}
 * @returns the merged config and the source of each key
 * @throws ConfigurationError (as a rejection) with all faults of all sources
 *
 * @example
 * ```ts
 * import { loadConfig } from 'agentese-otel/presets';
 *
 * const { config, sources } = await loadConfig({ preset: 'json', json: { maxAge: '1d' } });
 * config.json.maxAge; // => 86400000
 * sources['json.maxAge']; // => 'argument'
 * sources['sampling.rate']; // => 'default'
 * await loadConfig({ preset: 'jsn' }); // throws ConfigurationError
 * ```
 */
export function loadConfig(argument?: TelemetryConfig | string, places?: Places): Promise<LoadedConfig>;
/**
 * Finds the config, checks it and merges all sources, for a config that names a custom preset. Each key is taken from
 * the first source that sets it: the argument, `AGENTESE_*` variables, `OTEL_*` variables, the project's config file,
 * the user's `~/.kgents/telemetry.yaml`, the defaults. The custom preset's module is loaded, and its schema checks the
 * section with the preset's name, which these types do not know.
 *
 * @param argument - a config whose `preset` names a module
 * @param places - the folders in which files are searched. @default {}
 * @returns the merged config and the source of each key
 * @throws ConfigurationError (as a rejection) with all faults of all sources
 */
export function loadConfig(argument: CustomPresetConfig, places?: Places): Promise<LoadedConfig>;
/**
 * Matches no call. TypeScript 5 and 6 explain up to three signatures in one error, at the call; of four they explain the
 * last one, at the key that is wrong.
 */
export function loadConfig(argument: never, places?: Places): Promise<LoadedConfig>;
/**
 * Finds the config, checks it and merges all sources: the argument, `AGENTESE_*` variables, `OTEL_*` variables, the
 * project's config file, the user's `~/.kgents/telemetry.yaml`, the defaults. It starts nothing. It is the first
 * signature once more, because TypeScript reports a mistake by the last one.
 *
 * @param argument - a config, or the path of a config file. @default none: the file is searched
 * @param places - the folders in which files are searched. @default {}
 * @returns the merged config and the source of each key
 * @throws ConfigurationError (as a rejection) with all faults of all sources
 */
export function loadConfig(argument?: TelemetryConfig | string, places?: Places): Promise<LoadedConfig>;
export async function loadConfig(argument?: TelemetryConfig | string, places: Places = {}): Promise<LoadedConfig> {
	if (typeof places !== 'object' || places === null) {
		throw new TypeError(`loadConfig() accepts { cwd, home } as its second argument; it got ${valueInWords(places)}.`);
	}
	return loadFrom(argument, places, true);
}

/**
 * Loads a config as `loadConfig` does, without what differs from machine to machine: the user's
 * `~/.kgents/telemetry.yaml` and the variables `AGENTESE_*` and `OTEL_*` are not read, except `AGENTESE_CONFIG` and
 * `AGENTESE_CONFIG_FORMATS`. For `agentese-otel/testing`.
 *
 * @param argument - a config, or the path of a config file. @default none: the file is searched
 * @throws ConfigurationError (as a rejection) with all faults of all sources
 */
export function loadProjectConfig(argument?: TelemetryConfig | string): Promise<LoadedConfig> {
	// A test is run in the directory that it belongs to, whichever program runs it.
	return loadFrom(argument, { cwd: workingDirectory() }, false);
}

const NO_VARIABLES: OtelVariables = { layers: [], overrides: [], fallback: {}, notices: [] };

/** @param readsMachine - whether the user's file and the environment variables are read */
async function loadFrom(
	argument: TelemetryConfig | string | undefined,
	places: Places,
	readsMachine: boolean,
): Promise<LoadedConfig> {
	const { cwd = workingDirectory(), home = homeDirectory() } = places;
	// All sources are read even if one has faults, so that one error reports the faults of all.
	const user: KgentsFile = home === undefined || !readsMachine ? { faults: [] } : await kgentsFile(home);
	const named = typeof argument === 'string' ? argument : undefined;
	const file = await findConfigFile({ named, cwd, isCwdNamed: places.cwd !== undefined });
	const otel = readsMachine ? await otelVariables(cwd) : NO_VARIABLES;
	const agentese = readsMachine ? await agenteseLayers(cwd) : { layers: [], notices: [] };
	// The weakest first.
	const found: ConfigLayerSource[] = [
		...(user.layer === undefined ? [] : [user.layer]),
		...(file.layer === undefined ? [] : [file.layer]),
		...otel.layers,
		...agentese.layers,
		...(argument === undefined || typeof argument === 'string'
			? []
			: [{ source: 'argument', value: argument, directory: cwd }]),
		...otel.overrides,
	];
	const { layers, faults: tooLarge } = withinBounds(found);
	const checked = await check(layers);
	const directory = file.layer?.directory ?? cwd;
	const merged = mergeLayers(checked.layers, { directory, home: home ?? '/', fallback: otel.fallback });
	const { config, sources, signals } = merged;
	// What depends on several keys is derived only now, from the merged config.
	normalizeEndpoints(config, sources);
	config.delivery.directory ??= join(config.json.directory, 'outbox');
	// The merge runs in spite of faults, so that the checks of the merged config report theirs in the same error.
	const faults: (ConfigurationFault | PathFault)[] = [...user.faults, ...file.faults, ...tooLarge, ...checked.faults];
	faults.push(...normalizeHeaders(config, sources));
	hidePasswords(config);
	if (checked.complete && checked.presets.size > 0) {
		const { checkCustomOptions } = await import('./custom-presets/check-options.js');
		faults.push(...(await checkCustomOptions(merged, checked.presets)));
	}
	if (faults.length > 0) {
		throw new ConfigurationError(await withLines(faults, layers, user.text), strictOf(layers), checked.omitted);
	}
	const notices = [
		...(user.notice === undefined ? [] : [user.notice]),
		...file.notices,
		...exposureNotices(config, checked.layers),
		...otel.notices,
		...agentese.notices,
		...unusedBackendNotices(merged),
		...repeatedPathNotices(config, sources),
	];
	if (user.jaegerNotice !== undefined && sources['jaeger.endpoint'] === user.layer?.source) {
		if (signals.traces.includes('jaeger')) notices.push(user.jaegerNotice);
	}
	return {
		config,
		sources,
		directory,
		signals,
		presets: checked.presets,
		declarative: otel.declarative,
		notices,
	};
}

/** The layers of the `AGENTESE_*` variables. The code that reads them needs zod, and is loaded only if one is set. */
async function agenteseLayers(cwd: string): Promise<{ layers: ConfigLayerSource[]; notices: string[] }> {
	if (!Object.keys(process.env).some(isAgenteseVariable)) return { layers: [], notices: [] };
	const { agenteseVariables } = await import('./sources/agentese-variables.js');
	return agenteseVariables(cwd);
}

/** Leaves out the layers that are too large or too deep to be a config, with a fault for each. */
function withinBounds(all: readonly ConfigLayerSource[]): {
	layers: ConfigLayerSource[];
	faults: ConfigurationFault[];
} {
	const faults: ConfigurationFault[] = [];
	const layers = all.filter(({ source, value }) => {
		const message = faultOfBounds(value);
		if (message !== undefined) faults.push({ source, key: '', message });
		return message === undefined;
	});
	return { layers, faults };
}

/** Checks every layer. If all of them pass the fast check, neither zod nor the schema is loaded. */
async function check(layers: readonly ConfigLayerSource[]): Promise<CheckedLayers> {
	const fast = layers.map((layer) => ({ ...layer, value: fastCheck(layer.value), customSections: {} }));
	const passed = fast.filter((layer): layer is CheckedLayer => layer.value !== undefined);
	const checked =
		passed.length < layers.length
			? await (await import('./custom-presets/check-by-schema.js')).checkBySchema(layers)
			: { layers: passed, presets: new Map(), faults: [], omitted: 0, complete: true };
	return { ...checked, faults: [...checked.faults, ...(await faultsOfInstrumentations(checked.layers))] };
}

/** The faults of names under `autoInstrumentation`. */
async function faultsOfInstrumentations(layers: readonly CheckedLayer[]): Promise<PathFault[]> {
	const naming = layers.filter(({ value }) => isObject(value.autoInstrumentation));
	if (naming.length === 0) return [];
	const { instrumentationFaults } = await import('./schema/instrumentations.js');
	return naming.flatMap(({ value, source }) => instrumentationFaults(value.autoInstrumentation, source));
}

/** The merge of all layers over the defaults. */
interface MergedConfig {
	readonly config: EffectiveConfig;
	readonly sources: Sources;
	readonly signals: Routes;
}

/**
 * Merges the layers, the weakest first, over the defaults. Relative paths become absolute, each from the directory of
 * its layer.
 *
 * `preset` sets the presets of all signals, and the routes of a layer those of single signals; the stronger layer of
 * the two has precedence. If single signals differ, `config.preset` becomes the list of all presets that are used.
 */
function mergeLayers(
	layers: readonly CheckedLayer[],
	{ directory, home, fallback }: { directory: string; home: string; fallback: OtelVariables['fallback'] },
): MergedConfig {
	const config = defaultConfig();
	config.json.directory = resolve(directory, config.json.directory);
	const sources: Sources = {};
	recordSources(sources, '', config, 'default');
	const allSignals = (presets: readonly string[]): Record<Signal, readonly string[]> => {
		const exporting = presets.filter((name) => name !== 'none');
		return { traces: exporting, metrics: exporting, logs: exporting };
	};
	let signals = allSignals(config.preset);
	const setRoute = (signal: Signal, presets: readonly string[], source: string) => {
		signals[signal] = presets;
		sources[`signals.${signal}`] = source;
	};
	// The weakest source of routes: a signal that has an OTLP endpoint in a variable is sent there.
	for (const signal of SIGNALS) {
		const route = fallback[signal];
		if (route !== undefined) setRoute(signal, route.presets, route.source);
	}
	for (const { source, value, customSections, directory: from, signals: routes = {} } of layers) {
		resolveFiles(value, from, home);
		const { $schema: _, ...rest } = value;
		merge(config as unknown as Record<string, unknown>, { ...rest, ...customSections }, source, sources);
		if (value.preset !== undefined) {
			signals = allSignals(value.preset);
			for (const signal of SIGNALS) delete sources[`signals.${signal}`];
		}
		for (const signal of SIGNALS) {
			const presets = routes[signal];
			if (presets !== undefined) setRoute(signal, presets, source);
		}
	}
	// `preset` must list every preset in use: it decides which sections and which code are loaded.
	const names = [...new Set(SIGNALS.flatMap((signal) => signals[signal]))];
	const [routeSource] = SIGNALS.flatMap((signal) => sources[`signals.${signal}`] ?? []);
	if (routeSource !== undefined) {
		config.preset = names.length === 0 ? ['none'] : names;
		sources['preset'] = routeSource;
	}
	// Jaeger lists, searches and compares traces by the names of their spans.
	if (sources['spanName'] === 'default' && signals.traces.includes('jaeger')) {
		config.spanName = 'path';
		sources['spanName'] = 'default of the preset jaeger';
	}
	return { config, sources, signals };
}

/** A notice for each section of a preset that is configured while no source sets `preset`: the preset is not used. */
function unusedBackendNotices({ config, sources }: MergedConfig): string[] {
	if (sources['preset'] !== 'default') return [];
	return (['otlp', 'jaeger', 'prometheus', 'console'] as const).flatMap((name) => {
		const key = Object.keys(sources).find((path) => path.startsWith(`${name}.`) && isDeliberate(sources[path]));
		if (key === undefined) return [];
		const source = sources[key];
		return [
			`${source} sets "${key}", but no source sets "preset": the preset in use is ${config.preset.join(', ')}. Write "preset: ${name}" to use ${name}.`,
		];
	});
}

/** Whether a source means this toolkit: `OTEL_*` variables may be set for every program on the machine. */
function isDeliberate(source: string | undefined): boolean {
	return source !== undefined && source !== 'default' && !source.startsWith('OTEL_');
}

/**
 * Adds the lines to faults whose source is a file with lines, and sorts them by source and line.
 *
 * @param userText - the text of the user's `~/.kgents/telemetry.yaml`, if it has faults and so is no layer
 */
async function withLines(
	faults: readonly (ConfigurationFault | PathFault)[],
	layers: readonly ConfigLayerSource[],
	userText: string | undefined,
): Promise<ConfigurationFault[]> {
	const { lineFinder } = await import('./sources/parse.js');
	const result: ConfigurationFault[] = [];
	const finders = new Map<string, Awaited<ReturnType<typeof lineFinder>>>();
	for (const fault of faults) {
		if (!('path' in fault)) {
			result.push(fault);
			continue;
		}
		const { path, message: problem, ...known } = fault;
		const rest = { ...known, message: problem + defaultOf(fault.source, path) };
		// A source that is no layer but has faults with paths can only be the user's file.
		const layer = layers.find(({ source }) => source === fault.source);
		const text = layer?.text ?? (layer === undefined ? userText : undefined);
		if (text !== undefined && !finders.has(text)) finders.set(text, await lineFinder(text));
		const line = finders.get(text ?? '')?.([...(layer?.parentKeys ?? []), ...path]);
		result.push(line === undefined ? rest : { ...rest, line });
	}
	const sources = [...new Set(result.map(({ source }) => source))];
	return result.toSorted(
		(a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || (a.line ?? 0) - (b.line ?? 0),
	);
}

/** Names the default of a key that a variable sets, as a sentence after a blank; empty for other sources and keys. */
function defaultOf(source: string, path: readonly PropertyKey[]): string {
	if (!isAgenteseVariable(source)) return '';
	const value = path.reduce<unknown>(
		(inner, key) => (isObject(inner) ? inner[String(key)] : undefined),
		defaultConfig(),
	);
	const isList = Array.isArray(value) && value.length > 0;
	return isList || ['string', 'number', 'boolean'].includes(typeof value)
		? ` Default: ${[value].flat().join(', ')}.`
		: '';
}

/** The value of `strict` in a config with faults, from the strongest source that sets it to a boolean. @default true */
function strictOf(layers: readonly ConfigLayerSource[]): boolean {
	const values = layers.map(({ value }) => (value as { strict?: unknown } | null | undefined)?.strict);
	return values.findLast((value) => typeof value === 'boolean') !== false;
}
