import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Preset } from '../presets/contract/preset.js';
import type { PathFault } from './common/error.js';
import { ConfigurationError, type ConfigurationFault } from './common/error.js';
import { type ConfigLayerSource, isObject, type Routes, SIGNALS, type Signal } from './common/layer.js';
import type { CustomPresetConfig } from './define.js';
import { fastCheck } from './fast-check/check.js';
import { mark, merge, type Sources, sourceOf } from './resolve/merge.js';
import { absoluteFiles, hidePasswords, normalizeEndpoints, normalizeHeaders, pathsTwice } from './resolve/normalize.js';
import { type ConfigLayer, defaultConfig, type EffectiveConfig, type TelemetryConfig } from './schema/config.js';
import { isAgenteseVariable } from './sources/agentese-variable-names.js';
import { findFile } from './sources/file.js';
import { kgentsFile } from './sources/kgents-file.js';
import { type OtelVariables, otelVariables } from './sources/otel-variables.js';

/** The config that holds, and where each of its keys came from. Printed or as JSON it shows no header's value and no password. */
export interface LoadedConfig {
	readonly config: EffectiveConfig;
	/** By key path (`sampling.rate`): a file, a variable, `argument` or `default`; `signals.traces` where one differs. */
	readonly sources: Readonly<Record<string, string>>;
	/** The directory of the config file, else the working one: what relative paths are meant from. */
	readonly directory: string;
	/** The presets that carry each signal: those of `preset`, unless `OTEL_TRACES_EXPORTER` or its like say otherwise. */
	readonly signals: Routes;
	/** The presets of one's own, by name; their options stand in the config under that name. */
	readonly presets: ReadonlyMap<string, Preset<unknown>>;
	/** OpenTelemetry's own file, where `OTEL_CONFIG_FILE` hands the set-up to it. */
	readonly declarative: string | undefined;
	/** Sentences that are to be said once when telemetry starts. */
	readonly notices: readonly string[];
}

/** Where a search begins, and whose file is the lowest. @default the working directory and the person's home */
interface Places {
	readonly cwd?: string;
	readonly home?: string;
}

/** A source whose value was checked. */
type Layer = Omit<ConfigLayerSource, 'value'> & { readonly value: ConfigLayer; readonly own: Record<string, unknown> };

/** The same, for a config with a preset of one's own, whose section these types do not know. */
export function loadConfig(argument: CustomPresetConfig, places?: Places): Promise<LoadedConfig>;
/**
 * Finds the config and answers what holds, key by key: the argument over `AGENTESE_*` over `OTEL_*` over the project's
 * file over the person's `~/.kgents/telemetry.yaml` over the defaults; `preset` replaces the whole list.
 *
 * The project's file is `AGENTESE_CONFIG`, or the one that the argument names, or the first of `agentese.config.*`,
 * `.agenteserc*`, their like under `.config/` and the `agentese` key of package.json, from the working directory
 * upward to the one that holds a package.json.
 *
 * @param argument - a config, or the path of a config file
 * @throws ConfigurationError with every fault of every source at once
 */
export function loadConfig(argument?: TelemetryConfig | string, places?: Places): Promise<LoadedConfig>;
export async function loadConfig(
	argument?: TelemetryConfig | string,
	{ cwd = process.cwd(), home = homedir() }: Places = {},
): Promise<LoadedConfig> {
	const user = await kgentsFile(home);
	const file = await findFile(typeof argument === 'string' ? argument : undefined, cwd);
	const environment = await otelVariables(cwd);
	const own = await saidByOwn(cwd);
	const said: ConfigLayerSource[] = [
		...(user.said === undefined ? [] : [user.said]),
		...(file.said === undefined ? [] : [file.said]),
		...environment.said,
		...own.said,
		...(argument === undefined || typeof argument === 'string'
			? []
			: [{ source: 'argument', value: argument, directory: cwd }]),
		...environment.last,
	];
	const checked = await check(said);
	const directory = file.said?.directory ?? cwd;
	const merged = await mergeAll(checked.layers, { directory, home, fallback: environment.fallback });
	const { config, sources } = merged;
	normalizeEndpoints(config, sources);
	config.delivery.directory ??= join(config.json.directory, 'outbox');
	const faults: (ConfigurationFault | PathFault)[] = [...user.faults, ...file.faults, ...checked.faults];
	faults.push(...normalizeHeaders(config, sources));
	hidePasswords(config);
	if (checked.whole) faults.push(...(await settleOwn(merged, checked)));
	if (faults.length > 0) throw new ConfigurationError(await placed(faults, said, user.text), saidStrict(said));
	const notices = [...environment.notices, ...own.notices, ...unused(merged), ...pathsTwice(config, sources)];
	if (user.jaegerNotice !== undefined && sources['jaeger.endpoint'] === user.said?.source) {
		if (merged.signals.traces.includes('jaeger')) notices.push(user.jaegerNotice);
	}
	const { signals } = merged;
	return {
		config,
		sources,
		directory,
		signals,
		presets: checked.presets,
		declarative: environment.declarative,
		notices,
	};
}

/** What `AGENTESE_*` say; what reads them is loaded where there is one. */
async function saidByOwn(cwd: string): Promise<{ said: ConfigLayerSource[]; notices: string[] }> {
	if (!Object.keys(process.env).some(isAgenteseVariable)) return { said: [], notices: [] };
	const { agenteseVariables: saidByOwnVariables } = await import('./sources/agentese-variables.js');
	return saidByOwnVariables(cwd);
}

interface Checked {
	readonly layers: readonly Layer[];
	readonly presets: ReadonlyMap<string, Preset<unknown>>;
	readonly faults: readonly PathFault[];
	/** False where a source says nothing that could be used. */
	readonly whole: boolean;
}

/**
 * Checks every source, so that a person sees all the faults at once. Where all of them are plain, nothing has to be
 * loaded for that.
 */
async function check(all: readonly ConfigLayerSource[]): Promise<Checked> {
	const plain = all.map((one) => ({ ...one, value: fastCheck(one.value), own: {} }));
	const layers = plain.filter((one): one is Layer => one.value !== undefined);
	if (layers.length < all.length) return checkByZod(all);
	return { layers, presets: new Map(), faults: await faultsOfNamed(layers), whole: true };
}

/** The instrumentations that are named, and that there are none of. */
async function faultsOfNamed(layers: readonly Layer[]): Promise<PathFault[]> {
	const named = layers.filter(({ value }) => isObject(value.autoInstrumentation));
	if (named.length === 0) return [];
	const { faultsOfNames } = await import('./schema/instrumentations.js');
	return named.flatMap(({ value, source }) => faultsOfNames(value.autoInstrumentation, source));
}

async function checkByZod(all: readonly ConfigLayerSource[]): Promise<Checked> {
	const { configSchema } = await import('./schema/schema.js');
	const { explain } = await import('./schema/explain.js');
	const { loadCustomPresets: loadOwnPresets } = await import('./custom-presets/load.js');
	const { presets, said, faults } = await loadOwnPresets(all, Object.keys(configSchema.shape));
	const { withoutFaults } = await import('./schema/explain.js');
	const found = [...faults];
	const layers: Layer[] = [];
	let whole = true;
	for (const one of said) {
		const [value, own] = apart(one.value, presets);
		let parsed = configSchema.safeParse(value);
		if (!parsed.success) {
			const { issues } = parsed.error;
			found.push(...explain(issues, { ...one, value }, configSchema));
			parsed = configSchema.safeParse(withoutFaults(value, issues));
		}
		whole &&= parsed.success;
		if (!parsed.success) continue;
		layers.push({ ...one, value: parsed.data, own });
	}
	found.push(...(await faultsOfNamed(layers)));
	return { layers, presets, faults: found, whole };
}

/** The options of presets of one's own are theirs to check, once all sources are merged. */
function apart(value: unknown, presets: ReadonlyMap<string, unknown>): [unknown, Record<string, unknown>] {
	if (!isObject(value) || presets.size === 0) return [value, {}];
	const entries = Object.entries(value);
	return [
		Object.fromEntries(entries.filter(([key]) => !presets.has(key))),
		Object.fromEntries(entries.filter(([key]) => presets.has(key))),
	];
}

interface Merged {
	readonly config: EffectiveConfig;
	readonly sources: Sources;
	readonly signals: Routes;
}

async function mergeAll(
	layers: readonly Layer[],
	{ directory, home, fallback }: { directory: string; home: string; fallback: OtelVariables['fallback'] },
): Promise<Merged> {
	const config = defaultConfig();
	config.json.directory = resolve(directory, config.json.directory);
	const sources: Sources = {};
	mark(sources, '', config, 'default');
	const everywhere = (presets: readonly string[]): Record<Signal, readonly string[]> => {
		const carried = presets.filter((name) => name !== 'none');
		return { traces: carried, metrics: carried, logs: carried };
	};
	let signals = everywhere(config.preset);
	const route = (signal: Signal, presets: readonly string[], source: string) => {
		signals[signal] = presets;
		sources[`signals.${signal}`] = source;
	};
	for (const signal of SIGNALS) {
		const said = fallback[signal];
		if (said !== undefined) route(signal, said.presets, said.source);
	}
	for (const { source, value, own, directory: from, signals: routes = {} } of layers) {
		absoluteFiles(value, from, home);
		const { $schema: _, ...rest } = value;
		merge(config as unknown as Record<string, unknown>, { ...rest, ...own }, source, sources);
		if (value.preset !== undefined) {
			signals = everywhere(value.preset);
			for (const signal of SIGNALS) delete sources[`signals.${signal}`];
		}
		for (const signal of SIGNALS) {
			const presets = routes[signal];
			if (presets !== undefined) route(signal, presets, source);
		}
	}
	const names = [...new Set(SIGNALS.flatMap((signal) => signals[signal]))];
	const [by] = SIGNALS.flatMap((signal) => sources[`signals.${signal}`] ?? []);
	if (by !== undefined) {
		config.preset = names.length === 0 ? ['none'] : names;
		sources['preset'] = by;
	}
	return { config, sources, signals };
}

/** Checks the options of each preset of one's own, which its own schema gives their defaults. */
async function settleOwn({ config, sources }: Merged, { presets }: Checked): Promise<PathFault[]> {
	if (presets.size === 0) return [];
	const { explain } = await import('./schema/explain.js');
	const sections = config as unknown as Record<string, unknown>;
	const faults: PathFault[] = [];
	for (const [name, { schema }] of presets) {
		const value = sections[name];
		if (value === undefined && !config.preset.includes(name)) continue;
		const source = sourceOf(sources, [name]) ?? sources['preset'] ?? 'default';
		if (schema === undefined) {
			if (value === undefined) continue;
			const message = `"${name}" is no key: the preset of that name has no schema, and so takes no options.`;
			faults.push({ source, key: name, path: [name], message });
			continue;
		}
		const { success, data, error } = await schema.safeParseAsync(value ?? {});
		if (success) sections[name] = data;
		else {
			const found = explain(error.issues, { value: value ?? {}, source }, schema, [name]);
			faults.push(...found.map((fault) => ({ ...fault, source: sourceOf(sources, fault.path) ?? source })));
		}
	}
	return faults;
}

/** A backend that was described and is not used: the usual reason is that nobody named the preset. */
function unused({ config, sources }: Merged): string[] {
	if (sources['preset'] !== 'default') return [];
	return (['otlp', 'jaeger', 'prometheus', 'console'] as const).flatMap((name) => {
		const key = Object.keys(sources).find((path) => path.startsWith(`${name}.`) && isWish(sources[path]));
		if (key === undefined) return [];
		const source = sources[key];
		return [
			`${source} says "${key}", but no "preset": telemetry goes to ${config.preset.join(', ')}. Write "preset: ${name}" to use it.`,
		];
	});
}

function isWish(source: string | undefined): boolean {
	return source !== undefined && source !== 'default' && !source.startsWith('OTEL_');
}

/** Gives the faults their lines, where their source is a file that has lines, and its order. */
async function placed(
	faults: readonly (ConfigurationFault | PathFault)[],
	said: readonly ConfigLayerSource[],
	userText: string | undefined,
): Promise<ConfigurationFault[]> {
	const { lineFinder } = await import('./sources/parse.js');
	const result: ConfigurationFault[] = [];
	for (const fault of faults) {
		if (!('path' in fault)) {
			result.push(fault);
			continue;
		}
		const { path, ...rest } = fault;
		const from = said.find(({ source }) => source === fault.source);
		const text = from?.text ?? (from === undefined ? userText : undefined);
		const line = text === undefined ? undefined : (await lineFinder(text))([...(from?.above ?? []), ...path]);
		result.push(line === undefined ? rest : { ...rest, line });
	}
	const sources = [...new Set(result.map(({ source }) => source))];
	return result.toSorted(
		(a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || (a.line ?? 0) - (b.line ?? 0),
	);
}

/** What a faulty config itself says of faults: the strongest source that says anything. */
function saidStrict(said: readonly ConfigLayerSource[]): boolean {
	const strict = said.map(({ value }) => (value as { strict?: unknown } | null | undefined)?.strict);
	return strict.findLast((value) => typeof value === 'boolean') !== false;
}
