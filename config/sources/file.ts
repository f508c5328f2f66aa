import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loader } from 'cosmiconfig';
import type { ConfigurationFault } from '../common/error.js';
import type { ConfigLayerSource } from '../common/layer.js';
import { hasNoConfigFile } from './no-file.js';
import { FormatError, parseJson, parseYaml } from './parse.js';

/** The file extensions of configs that are code. */
const CODE_FORMATS = ['ts', 'mts', 'js', 'mjs', 'cjs'];

/** The file extensions of all configs. Of several files in one directory, the first one in this order is read. */
const FORMATS = [...CODE_FORMATS, 'yaml', 'yml', 'json'];

/** The names of config files, in the order in which they are searched in each directory. */
const SEARCH_PLACES = [
	...FORMATS.map((format) => `agentese.config.${format}`),
	'.agenteserc',
	...FORMATS.map((format) => `.agenteserc.${format}`),
	...FORMATS.map((format) => `.config/agentese.config.${format}`),
	'.config/agenteserc',
	...FORMATS.map((format) => `.config/agenteserc.${format}`),
	'package.json',
];

/** The project's config file. */
export interface ConfigFile {
	/** What the file sets. Absent if there is no file, if it is empty, or if it has faults. */
	readonly layer?: ConfigLayerSource;
	/** Why the file cannot be used; empty if it can. */
	readonly faults: readonly ConfigurationFault[];
}

/**
 * Whether `AGENTESE_CONFIG_FORMATS` is `data`, which refuses code as a config file and as a preset that a file names.
 */
export function isDataOnly(): boolean {
	return process.env['AGENTESE_CONFIG_FORMATS']?.trim() === 'data';
}

/**
 * Finds and reads the config file. This is the file that the argument or `AGENTESE_CONFIG` names, else the first one at
 * the known places, from the working directory upward to the directory that has a package.json. Never throws.
 *
 * @param named - the path of a file, relative to `cwd`
 * @param cwd - the directory where the search begins
 */
export async function findConfigFile(named: string | undefined, cwd: string): Promise<ConfigFile> {
	const formats = process.env['AGENTESE_CONFIG_FORMATS']?.trim() ?? '';
	if (!['', 'all', 'data'].includes(formats)) {
		const message = `got '${formats}'; legal: data, which refuses a config that is code, or all.`;
		return { faults: [{ source: 'AGENTESE_CONFIG_FORMATS', key: '', message }] };
	}
	const name = named ?? process.env['AGENTESE_CONFIG']?.trim();
	const path = name ? resolve(cwd, name) : undefined;
	if (path === undefined && hasNoConfigFile(cwd, SEARCH_PLACES)) return { faults: [] };
	// The loaders record the texts, for the lines of faults, and the file that is being read, for its own faults.
	const texts = new Map<string, string>();
	let reading = path ?? 'the config file';
	const recordFile = (load: Loader): Loader => {
		return (file, text) => {
			reading = file;
			return load(file, text);
		};
	};
	const dataLoader = (parse: (text: string) => unknown): Loader =>
		recordFile((file, text) => {
			texts.set(file, text);
			return parse(text);
		});
	const { cosmiconfig } = await import('cosmiconfig');
	const explorer = cosmiconfig('agentese', {
		searchPlaces: SEARCH_PLACES,
		// Searches upward to the directory with a package.json.
		searchStrategy: 'project',
		cache: false,
		loaders: {
			...Object.fromEntries(CODE_FORMATS.map((format) => [`.${format}`, recordFile(importConfig)])),
			'.json': dataLoader(parseJson),
			'.yaml': dataLoader(parseYaml),
			'.yml': dataLoader(parseYaml),
			noExt: dataLoader(parseYaml),
		},
	});
	try {
		const found = path === undefined ? await explorer.search(cwd) : await explorer.load(path);
		if (!found || found.isEmpty) return { faults: [] };
		const { filepath: source, config: value } = found;
		const text = texts.get(source);
		const layer: ConfigLayerSource = {
			source,
			value,
			directory: dirname(source),
			...(text !== undefined && { text }),
			...(source.endsWith('package.json') && { parentKeys: ['agentese'] }),
		};
		return { layer, faults: [] };
	} catch (error) {
		const namedBy = named === undefined ? 'AGENTESE_CONFIG' : 'the argument';
		return { faults: [faultOfReading(error, reading, path === undefined ? undefined : namedBy)] };
	}
}

/** Loads a config that is code and returns its default export. Node itself strips the types of a `.ts` file. */
async function importConfig(path: string): Promise<unknown> {
	if (isDataOnly()) {
		const message =
			'it is code, which AGENTESE_CONFIG_FORMATS=data refuses. Write it as YAML or JSON, or set that variable to all.';
		throw new FormatError(message, undefined);
	}
	const loaded: { default?: unknown } = await import(pathToFileURL(path).href);
	if (loaded.default === undefined) {
		throw new FormatError('it has no default export; write "export default defineConfig({ … })".', undefined);
	}
	return loaded.default;
}

/**
 * The fault of a file that could not be read.
 *
 * @param source - the file
 * @param namedBy - what names the file, for the message; undefined if it was found by the search
 */
function faultOfReading(error: unknown, source: string, namedBy: string | undefined): ConfigurationFault {
	if (error instanceof FormatError) {
		return { source, key: '', ...(error.line !== undefined && { line: error.line }), message: error.message };
	}
	const { code, message = String(error) } = error as NodeJS.ErrnoException;
	if (code === 'ENOENT' && namedBy !== undefined) {
		return {
			source,
			key: '',
			message: `there is no such file; ${namedBy} names it. Name an existing file, or none.`,
		};
	}
	// cosmiconfig's error for a file extension that it has no loader for.
	if (message.startsWith('No loader')) {
		const extension = extname(source);
		return {
			source,
			key: '',
			message: `"${extension}" is not a file extension of a config; legal: ${FORMATS.join(', ')}, or none at all.`,
		};
	}
	const line = lineInStack(error, source);
	return { source, key: '', ...(line !== undefined && { line }), message: `it cannot be read. Reason: ${message}` };
}

/**
 * The line at which a config that is code failed, by the error's stack. For a SyntaxError, Node writes the line there
 * for TypeScript and CommonJS only.
 */
function lineInStack(error: unknown, path: string): number | undefined {
	const stack = error instanceof Error ? (error.stack ?? '') : '';
	for (const name of [path, pathToFileURL(path).href]) {
		const [, line] = /^:(\d+)/.exec(stack.split(name).find((after) => /^:\d/.test(after)) ?? '') ?? [];
		if (line !== undefined) return Number(line);
	}
	return undefined;
}
