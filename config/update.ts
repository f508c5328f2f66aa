import { nearest } from '../lib/agentese/errors/nearest.js';
import { secretHeaders } from '../lib/diagnostics/configured-secrets.js';
import { warnOnce } from '../lib/runtime/log-once.js';
import { homeDirectory } from './common/directories.js';
import { ConfigurationError, type ConfigurationFault } from './common/error.js';
import { isObject, SIGNALS } from './common/layer.js';
import { fastCheck } from './fast-check/check.js';
import type { LoadedConfig } from './load.js';
import { recordSources, type Sources } from './resolve/merge.js';
import { normalizeHeaders, resolveFiles } from './resolve/normalize.js';
import { type ConfigLayer, defaultConfig, type EffectiveConfig, type TelemetryConfig } from './schema/config.js';

/**
 * What `telemetry.update()` changes while telemetry runs. A key that is left out, or undefined, keeps its value. Each
 * key has the checks of the same key of the config.
 *
 * @example
 * ```ts
 * import { startTelemetry, type TelemetryUpdate } from 'agentese-otel/presets';
 *
 * const quieter: TelemetryUpdate = { sampling: { rate: 0.1 }, rules: [{ match: 'world.**', enabled: false }] };
 * await using telemetry = await startTelemetry({ preset: 'json' });
 * const { sampling } = await telemetry.update(quieter);
 * sampling.rate; // => 0.1
 * ```
 */
export interface TelemetryUpdate {
	/** Replaces the whole list of rules. @default the rules that are in effect */
	readonly rules?: TelemetryConfig['rules'];
	/** `rate` is the share of traces to keep, from 0 to 1. @default the rate that is in effect */
	readonly sampling?: TelemetryConfig['sampling'];
	/** The least severe messages that are written to stderr. @default the level that is in effect */
	readonly logLevel?: TelemetryConfig['logLevel'];
	/**
	 * Headers of the requests of the preset `otlp`, the same as `otlp.headers` of the config; if `otlp` is not among the
	 * presets, those of `jaeger`. `"${env:NAME}"` stands for the value of an environment variable at this moment.
	 *
	 * @default the headers that are in effect
	 */
	readonly headers?: Record<string, string> | undefined;
	/** Headers of the preset `jaeger` beside `otlp`. @default the headers that are in effect */
	readonly jaeger?: Pick<TelemetryUpdate, 'headers'> | undefined;
	/** Headers of single signals of the preset `otlp`. @default the headers that are in effect */
	readonly otlp?:
		| {
				/** Headers of all signals, as `headers` beside this section. @default the headers that are in effect */
				readonly headers?: Record<string, string> | undefined;
				/** Of traces alone. @default the headers that they have */
				readonly traces?: Pick<TelemetryUpdate, 'headers'> | undefined;
				/** Of metrics alone. @default the headers that they have */
				readonly metrics?: Pick<TelemetryUpdate, 'headers'> | undefined;
				/** Of logs alone. @default the headers that they have */
				readonly logs?: Pick<TelemetryUpdate, 'headers'> | undefined;
		  }
		| undefined;
}

/** The source of the changes in faults, and in the sources of a config. */
const SOURCE = 'update()';

/** The keys that can be changed. */
const LEGAL = ['rules', 'sampling', 'logLevel', 'headers', 'otlp', 'jaeger'];

/** Those of them that can be changed if `OTEL_CONFIG_FILE` decides the rest. */
const LEGAL_DECLARED = ['rules', 'logLevel'];

/**
 * Returns the config with the changes of an update in it, checked as the config itself is. The given config is not
 * changed.
 *
 * @throws ConfigurationError with all faults of the changes
 */
export async function updateConfig(loaded: LoadedConfig, changes: unknown): Promise<LoadedConfig> {
	if (!isObject(changes)) {
		const message = `the changes are an object with the keys ${LEGAL.join(', ')}; it got ${typeOf(changes)}.`;
		throw new ConfigurationError([{ source: SOURCE, key: '', message }]);
	}
	const faults = keyFaults(changes, loaded);
	const value = toLayer(changes, presetOfHeaders(loaded));
	const { checked, faults: wrongValues } = await check(value, loaded.directory);
	faults.push(...wrongValues);
	const headers = headersIn(checked, faults);
	if (faults.length > 0) throw new ConfigurationError(faults);
	warnUnusedHeaders(value, loaded);
	return merged(loaded, checked, headers);
}

/** True if a preset sends one of the signals. */
function isUsed(preset: string, { signals }: LoadedConfig): boolean {
	return SIGNALS.some((signal) => signals[signal].includes(preset));
}

/** Returns the preset whose headers the key `headers` changes: `otlp`, or `jaeger` if only that is in use. */
function presetOfHeaders(loaded: LoadedConfig): 'otlp' | 'jaeger' {
	return isUsed('jaeger', loaded) && !isUsed('otlp', loaded) ? 'jaeger' : 'otlp';
}

/** Logs, once for each preset, that headers were changed of a preset that is not in use: no request carries them. */
function warnUnusedHeaders(changes: Readonly<Record<string, unknown>>, loaded: LoadedConfig): void {
	for (const preset of ['otlp', 'jaeger']) {
		if (changes[preset] === undefined || isUsed(preset, loaded)) continue;
		warnOnce(
			`update.headers.${preset}`,
			`update() changed headers of the preset ${preset}, which is not in use: no request carries them. ` +
				`The presets in use are ${loaded.config.preset.join(', ')}.`,
		);
	}
}

/** The faults of keys that do not exist, cannot be changed, or contradict each other. */
function keyFaults(changes: Record<string, unknown>, loaded: LoadedConfig): ConfigurationFault[] {
	const { declarative } = loaded;
	const legal = declarative === undefined ? LEGAL : LEGAL_DECLARED;
	const faults: ConfigurationFault[] = [];
	const check = (section: Record<string, unknown>, prefix: string, legalHere: readonly string[], known: object) => {
		for (const name of Object.keys(section)) {
			if (section[name] === undefined || legalHere.includes(name)) continue;
			const key = prefix + name;
			faults.push({ source: SOURCE, key, message: keyFault(key, name, legalHere, known, declarative) });
		}
	};
	const defaults = defaultConfig();
	check(changes, '', legal, { ...defaults, headers: {} });
	const { otlp, jaeger, headers } = changes;
	if (!legal.includes('headers')) return faults;
	if (isObject(jaeger)) {
		check(jaeger, 'jaeger.', ['headers'], defaults.jaeger);
		if (headers !== undefined && jaeger['headers'] !== undefined && presetOfHeaders(loaded) === 'jaeger') {
			const message = '"headers" and "jaeger.headers" are the same headers. Write one of the two.';
			faults.push({ source: SOURCE, key: 'headers', message });
		}
	}
	if (isObject(otlp)) {
		check(otlp, 'otlp.', ['headers', ...SIGNALS], defaults.otlp);
		for (const signal of SIGNALS) {
			const section = otlp[signal];
			if (isObject(section)) check(section, `otlp.${signal}.`, ['headers'], defaults.otlp);
		}
		if (headers !== undefined && otlp['headers'] !== undefined) {
			const message = '"headers" and "otlp.headers" are the same headers. Write one of the two.';
			faults.push({ source: SOURCE, key: 'headers', message });
		}
	}
	return faults;
}

/** A sentence on a key that cannot be changed. */
function keyFault(
	key: string,
	name: string,
	legal: readonly string[],
	known: object,
	declarative: string | undefined,
): string {
	const legalHere = `legal here: ${legal.join(', ')}.`;
	if (!(name in known)) {
		const [near] = nearest(name, legal, 1);
		return `"${key}" is not a key; ${legalHere}${near === undefined ? '' : ` Did you mean "${near}"?`}`;
	}
	if (declarative !== undefined) {
		return `"${key}" cannot be changed: ${declarative}, which OTEL_CONFIG_FILE names, decides it; ${legalHere}`;
	}
	return `"${key}" cannot be changed while telemetry runs; ${legalHere} Call restart() with the new config.`;
}

/**
 * Returns the changes in the form of a config, without the keys that have a fault already.
 *
 * @param preset - the preset whose headers `headers` are
 */
function toLayer(changes: Record<string, unknown>, preset: 'otlp' | 'jaeger'): Record<string, unknown> {
	const { rules, sampling, logLevel, headers, otlp, jaeger } = changes;
	const section = isObject(otlp) ? otlp : {};
	const general = (preset === 'otlp' ? headers : undefined) ?? section['headers'];
	const ofJaeger = (preset === 'jaeger' ? headers : undefined) ?? (isObject(jaeger) ? jaeger['headers'] : undefined);
	const ofSignals = SIGNALS.flatMap((signal) => {
		const value = section[signal];
		if (value === undefined) return [];
		return [[signal, isObject(value) ? { headers: value['headers'] } : value]];
	});
	const isGiven = general !== undefined || otlp !== undefined;
	return {
		rules,
		sampling,
		logLevel,
		...(isGiven && {
			otlp: otlp === undefined || isObject(otlp) ? { headers: general, ...Object.fromEntries(ofSignals) } : otlp,
		}),
		...((ofJaeger !== undefined || jaeger !== undefined) && {
			jaeger: jaeger === undefined || isObject(jaeger) ? { headers: ofJaeger } : jaeger,
		}),
	};
}

/** Checks the changes as one source of the config: by the same schema, with the same messages. */
async function check(
	value: Record<string, unknown>,
	directory: string,
): Promise<{ checked: ConfigLayer; faults: readonly ConfigurationFault[] }> {
	const fast = fastCheck(value);
	if (fast !== undefined) return { checked: fast, faults: [] };
	const { checkBySchema } = await import('./custom-presets/check-by-schema.js');
	const { layers, faults } = await checkBySchema([{ source: SOURCE, value, directory }]);
	const checked = layers[0]?.value ?? {};
	resolveFiles(checked, directory, homeDirectory() ?? '/');
	return { checked, faults };
}

/** The new headers: those of otlp for all signals and for each one, and those of jaeger. */
type NewHeaders = Pick<EffectiveConfig, 'otlp' | 'jaeger'>;

/** Returns the headers of the changes, with references replaced and values masked; adds their faults to the list. */
function headersIn({ otlp = {}, jaeger = {} }: ConfigLayer, faults: ConfigurationFault[]): NewHeaders {
	const changed = {
		otlp: {
			headers: { ...otlp.headers },
			...Object.fromEntries(SIGNALS.map((signal) => [signal, { headers: { ...otlp[signal]?.headers } }])),
		},
		jaeger: { headers: { ...jaeger.headers } },
	} as EffectiveConfig;
	const sources: Sources = {};
	recordSources(sources, '', changed, SOURCE);
	for (const { path: _, ...fault } of normalizeHeaders(changed, sources)) faults.push(fault);
	return changed;
}

/** Returns a new config with the changes in it, and their source. */
function merged(
	loaded: LoadedConfig,
	{ rules, sampling, logLevel }: ConfigLayer,
	{ otlp, jaeger }: NewHeaders,
): LoadedConfig {
	const former = loaded.config;
	const sources: Sources = { ...loaded.sources };
	if (rules !== undefined) sources['rules'] = SOURCE;
	if (sampling?.rate !== undefined) sources['sampling.rate'] = SOURCE;
	if (logLevel !== undefined) sources['logLevel'] = SOURCE;
	const changedOtlp = withHeaders(former.otlp, otlp.headers, 'otlp', sources);
	for (const signal of SIGNALS) {
		changedOtlp[signal] = withHeaders(former.otlp[signal], otlp[signal].headers, `otlp.${signal}`, sources);
	}
	const config: EffectiveConfig = {
		...former,
		...(rules !== undefined && { rules }),
		...(logLevel !== undefined && { logLevel }),
		sampling: { rate: sampling?.rate ?? former.sampling.rate },
		otlp: changedOtlp,
		jaeger: withHeaders(former.jaeger, jaeger.headers, 'jaeger', sources),
	};
	return { ...loaded, config, sources };
}

/**
 * Returns a copy of a section with other headers over its own, and records their source. Names are compared without
 * regard to case, as HTTP compares them.
 *
 * @param key - the path of the section
 */
function withHeaders<Section extends { headers?: Record<string, string> | undefined }>(
	section: Section,
	given: Readonly<Record<string, string>> = {},
	key: string,
	sources: Sources,
): Section {
	// With its prototype, which hides its secrets if it is printed.
	const copy: Section = Object.assign(Object.create(Object.getPrototypeOf(section)), section);
	const names = Object.keys(given);
	if (names.length === 0) return copy;
	const replaced = new Set(names.map((name) => name.toLowerCase()));
	const kept = Object.entries(section.headers ?? {}).filter(([name]) => !replaced.has(name.toLowerCase()));
	copy.headers = secretHeaders({ ...Object.fromEntries(kept), ...given });
	for (const name of names) sources[`${key}.headers.${name}`] = SOURCE;
	return copy;
}

/** The type of a value for a message. */
function typeOf(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	return value === null ? 'null' : typeof value;
}
