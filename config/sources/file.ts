import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loader } from 'cosmiconfig';
import type { ConfigurationFault } from '../common/error.js';
import type { ConfigLayerSource } from '../common/layer.js';
import { hasNoConfigFile } from './no-file.js';
import { FormatError, parseJson, parseYaml } from './parse.js';

const CODE = ['ts', 'mts', 'js', 'mjs', 'cjs'];
const FORMATS = [...CODE, 'yaml', 'yml', 'json'];
const PLACES = [
	...FORMATS.map((format) => `agentese.config.${format}`),
	'.agenteserc',
	...FORMATS.map((format) => `.agenteserc.${format}`),
	...FORMATS.map((format) => `.config/agentese.config.${format}`),
	'.config/agenteserc',
	...FORMATS.map((format) => `.config/agenteserc.${format}`),
	'package.json',
];

/** The project's file, if there is one; or what is wrong with it. */
export interface Found {
	readonly said?: ConfigLayerSource;
	readonly faults: readonly ConfigurationFault[];
}

/** Whether `AGENTESE_CONFIG_FORMATS` allows data only: a config, or a preset that a file names, is then no code. */
export function dataOnly(): boolean {
	return process.env['AGENTESE_CONFIG_FORMATS']?.trim() === 'data';
}

/**
 * Finds and reads the config file: the one that the argument or `AGENTESE_CONFIG` names, else the first of the known
 * places from the working directory upward to the one that holds a package.json.
 */
export async function findFile(named: string | undefined, cwd: string): Promise<Found> {
	const formats = process.env['AGENTESE_CONFIG_FORMATS']?.trim() ?? '';
	if (!['', 'all', 'data'].includes(formats)) {
		const message = `got '${formats}'; legal: data, which refuses a config that is code, or all.`;
		return { faults: [{ source: 'AGENTESE_CONFIG_FORMATS', key: '', message }] };
	}
	const name = named ?? process.env['AGENTESE_CONFIG']?.trim();
	const path = name ? resolve(cwd, name) : undefined;
	if (path === undefined && hasNoConfigFile(cwd, PLACES)) return { faults: [] };
	const texts = new Map<string, string>();
	let reading = path ?? 'the config file';
	const reads = (load: Loader): Loader => {
		return (file, text) => {
			reading = file;
			return load(file, text);
		};
	};
	const data = (parse: (text: string) => unknown): Loader =>
		reads((file, text) => {
			texts.set(file, text);
			return parse(text);
		});
	const { cosmiconfig } = await import('cosmiconfig');
	const explorer = cosmiconfig('agentese', {
		searchPlaces: PLACES,
		searchStrategy: 'project',
		cache: false,
		loaders: {
			...Object.fromEntries(CODE.map((format) => [`.${format}`, reads(run)])),
			'.json': data(parseJson),
			'.yaml': data(parseYaml),
			'.yml': data(parseYaml),
			noExt: data(parseYaml),
		},
	});
	try {
		const found = path === undefined ? await explorer.search(cwd) : await explorer.load(path);
		if (!found || found.isEmpty) return { faults: [] };
		const { filepath: source, config: value } = found;
		const text = texts.get(source);
		const said: ConfigLayerSource = {
			source,
			value,
			directory: dirname(source),
			...(text !== undefined && { text }),
			...(source.endsWith('package.json') && { above: ['agentese'] }),
		};
		return { said, faults: [] };
	} catch (error) {
		const by = named === undefined ? 'AGENTESE_CONFIG' : 'the argument';
		return { faults: [unreadable(error, reading, path === undefined ? undefined : by)] };
	}
}

/** Runs a config that is code; Node itself strips the types of a `.ts`. */
async function run(path: string): Promise<unknown> {
	if (dataOnly()) {
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

function unreadable(error: unknown, source: string, by: string | undefined): ConfigurationFault {
	if (error instanceof FormatError) {
		return { source, key: '', ...(error.line !== undefined && { line: error.line }), message: error.message };
	}
	const { code, message = String(error) } = error as NodeJS.ErrnoException;
	if (code === 'ENOENT' && by !== undefined) {
		return {
			source,
			key: '',
			message: `there is no such file; ${by} names it. Name one that is there, or none.`,
		};
	}
	if (message.startsWith('No loader')) {
		const ending = extname(source);
		return {
			source,
			key: '',
			message: `"${ending}" is no ending of a config; legal: ${FORMATS.join(', ')}, or none at all.`,
		};
	}
	const line = lineIn(error, source);
	return { source, key: '', ...(line !== undefined && { line }), message: `it cannot be read. Reason: ${message}` };
}

/** Where code failed, by its stack; Node has the line of a SyntaxError there for TypeScript and CommonJS alone. */
function lineIn(error: unknown, path: string): number | undefined {
	const stack = error instanceof Error ? (error.stack ?? '') : '';
	for (const name of [path, pathToFileURL(path).href]) {
		const [, line] = /^:(\d+)/.exec(stack.split(name).find((after) => /^:\d/.test(after)) ?? '') ?? [];
		if (line !== undefined) return Number(line);
	}
	return undefined;
}
