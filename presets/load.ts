import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { CosmiconfigResult } from 'cosmiconfig';
import type { ConfigLayer, EffectiveConfig, TelemetryConfig } from './config.js';
import { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
import { type Said, saidByEnvironment } from './environment.js';

const FORMATS = ['ts', 'mts', 'js', 'mjs', 'cjs', 'yaml', 'yml', 'json'];
const PLACES = [
	...FORMATS.map((format) => `agentese.config.${format}`),
	'.agenteserc',
	...FORMATS.map((format) => `.agenteserc.${format}`),
	...FORMATS.map((format) => `.config/agentese.config.${format}`),
	'.config/agenteserc',
	...FORMATS.map((format) => `.config/agenteserc.${format}`),
	'package.json',
];

/** The config that holds, and where each of its keys came from. */
export interface LoadedConfig {
	readonly config: EffectiveConfig;
	/** By key path (`sampling.rate`): a file, a variable, `argument` or `default`. */
	readonly sources: Readonly<Record<string, string>>;
	/** The directory of the config file, else the working one: what relative paths are meant from. */
	readonly directory: string;
}

/**
 * Finds the config and answers what holds: the argument over `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` over
 * the file over the defaults, key by key; `preset` replaces the whole list.
 *
 * The file is `AGENTESE_CONFIG`, or the one that the argument names, or the first of `agentese.config.*`,
 * `.agenteserc*`, their like under `.config/` and the `agentese` key of package.json, from the working directory
 * upward to the one that holds a package.json.
 *
 * @param argument - a config, or the path of a config file
 * @throws ConfigurationError with every fault of every source at once
 */
export async function loadConfig(
	argument?: TelemetryConfig | string,
	{ cwd = process.cwd() }: { cwd?: string } = {},
): Promise<LoadedConfig> {
	const file = await findFile(typeof argument === 'string' ? argument : undefined, cwd);
	const directory = file?.directory ?? cwd;
	const said: Said[] = [
		...(file === undefined ? [] : [file]),
		...(await saidByEnvironment(cwd)),
		...(argument === undefined || typeof argument === 'string'
			? []
			: [{ source: 'argument', value: argument, directory: cwd }]),
	];
	const layers = await check(said);
	const { defaultConfig } = await import('./config.js');
	const config = defaultConfig();
	config.json.directory = resolve(directory, config.json.directory);
	const sources: Record<string, string> = {};
	mark(sources, '', config, 'default');
	for (const { source, value, directory: from } of layers) {
		if (value.json?.directory !== undefined) value.json.directory = absolute(value.json.directory, from);
		merge(config as unknown as Values, value, source, sources, '');
	}
	return { config, sources, directory };
}

/** Checks every source, so that a person sees all the faults at once. */
async function check(said: readonly Said[]): Promise<(Said & { value: ConfigLayer })[]> {
	const { configSchema } = await import('./config.js');
	const faults: ConfigurationFault[] = [];
	const layers: (Said & { value: ConfigLayer })[] = [];
	for (const layer of said) {
		const { success, data, error } = configSchema.safeParse(layer.value);
		if (success) layers.push({ ...layer, value: data });
		else faults.push(...(await import('./faults.js')).explain(error.issues, layer.value, layer.source));
	}
	if (faults.length > 0) throw new ConfigurationError(faults, saidStrict(said));
	return layers;
}

/** What a faulty config itself says of faults: the strongest source that says anything. */
function saidStrict(said: readonly Said[]): boolean {
	const strict = said.map(({ value }) => (value as { strict?: unknown } | null | undefined)?.strict);
	return strict.findLast((value) => typeof value === 'boolean') !== false;
}

async function findFile(named: string | undefined, cwd: string): Promise<Said | undefined> {
	const path = named ?? process.env['AGENTESE_CONFIG']?.trim();
	const { cosmiconfig } = await import('cosmiconfig');
	const explorer = cosmiconfig('agentese', { searchPlaces: PLACES, searchStrategy: 'project', cache: false });
	let found: CosmiconfigResult;
	try {
		found = path ? await explorer.load(resolve(cwd, path)) : await explorer.search(cwd);
	} catch (error) {
		throw unreadable(error, path ? resolve(cwd, path) : undefined, named === undefined);
	}
	if (!found || found.isEmpty) return undefined;
	return { source: found.filepath, value: found.config, directory: dirname(found.filepath) };
}

function unreadable(error: unknown, path: string | undefined, byVariable: boolean): ConfigurationError {
	const { code, message = String(error), filepath } = error as NodeJS.ErrnoException & { filepath?: string };
	const source = path ?? filepath ?? 'the config file';
	const who = byVariable ? 'AGENTESE_CONFIG' : 'the argument';
	const absent = `there is no such file; ${who} names it. Name one that is there, or none.`;
	const reason = code === 'ENOENT' && path !== undefined ? absent : `it cannot be read. Reason: ${message}`;
	return new ConfigurationError([{ source, key: '', message: reason }]);
}

type Values = Record<string, unknown>;

/** Key by key, and into objects; lists replace whole. */
function merge(into: Values, from: object, source: string, sources: Record<string, string>, above: string): void {
	for (const [key, value] of Object.entries(from)) {
		if (value === undefined) continue;
		const path = above + key;
		if (isObject(value) && isObject(into[key])) merge(into[key], value, source, sources, `${path}.`);
		else {
			into[key] = value;
			sources[path] = source;
		}
	}
}

function mark(sources: Record<string, string>, above: string, value: object, source: string): void {
	for (const [key, inner] of Object.entries(value)) {
		if (isObject(inner)) mark(sources, `${above}${key}.`, inner, source);
		else sources[above + key] = source;
	}
}

function isObject(value: unknown): value is Values {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `~` is the person's home: a shell would have said so, and a directory of that name is never meant. */
function absolute(path: string, from: string): string {
	return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : resolve(from, path);
}
