import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isObject } from '../common/layer.js';
import { MAX_CONFIG_BYTES, readTextFile } from '../trust/read.js';
import { FormatError, parseJson, parseYaml } from './parse.js';
import { CODE_FORMATS, FORMATS } from './places.js';

/** The largest package.json that is read, in bytes: other tools keep their settings there too. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** The largest config that is code, in bytes: it may be bundled. */
const MAX_CODE_BYTES = 4 * 1024 * 1024;

/** What a config file contains. */
export interface ReadConfig {
	/** What it sets, unchecked. */
	readonly value: unknown;
	/** Its text, if its format has lines. */
	readonly text?: string;
	/** The keys that lead to the config in that text. */
	readonly parentKeys?: readonly string[];
}

/**
 * Whether `AGENTESE_CONFIG_FORMATS` is `data`, which refuses code as a config file and as a preset that a file names.
 */
export function isDataOnly(): boolean {
	return process.env['AGENTESE_CONFIG_FORMATS']?.trim() === 'data';
}

/**
 * Reads a config file in the format of its extension; one without an extension is YAML.
 *
 * @returns undefined if the file is empty, or if it is a package.json without the key `agentese`
 * @throws FormatError, UnreadableFileError, or the file system's error
 */
export async function readConfig(path: string): Promise<ReadConfig | undefined> {
	if (basename(path) === 'package.json') return readManifestKey(path);
	const extension = extname(path).slice(1);
	if (extension !== '' && !FORMATS.includes(extension)) {
		const legal = `legal: ${FORMATS.join(', ')}, or none at all.`;
		throw new FormatError(`".${extension}" is not a file extension of a config; ${legal}`, undefined);
	}
	const isCode = CODE_FORMATS.includes(extension);
	const text = readTextFile(path, isCode ? MAX_CODE_BYTES : MAX_CONFIG_BYTES);
	if (text.trim() === '') return undefined;
	if (isCode) return { value: await importConfig(path) };
	return { value: extension === 'json' ? parseJson(text) : await parseYaml(text), text };
}

/** Reads the key `agentese` of a package.json. */
function readManifestKey(path: string): ReadConfig | undefined {
	const text = readTextFile(path, MAX_MANIFEST_BYTES);
	if (text.trim() === '') return undefined;
	const manifest = parseJson(text);
	const value = isObject(manifest) ? manifest['agentese'] : undefined;
	return value === undefined || value === null ? undefined : { value, text, parentKeys: ['agentese'] };
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
