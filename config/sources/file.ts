import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigurationFault } from '../common/error.js';
import type { ConfigLayerSource } from '../common/layer.js';
import { currentApplication } from '../trust/application.js';
import { UnreadableFileError } from '../trust/read.js';
import { reasonNotToTrust } from '../trust/trust.js';
import { readConfig } from './formats.js';
import { FormatError } from './parse.js';
import { searchConfig } from './search.js';

/** The project's config file. */
export interface ConfigFile {
	/** What the file sets. Absent if there is no file, if it is empty, or if it has faults. */
	readonly layer?: ConfigLayerSource;
	/** Why the file cannot be used; empty if it can. */
	readonly faults: readonly ConfigurationFault[];
	/** One sentence for each file that is not used, or that is used although nothing but its name vouches for it. */
	readonly notices: readonly string[];
}

/** Where the config file is looked for. */
export interface FilePlaces {
	/** The path of the file that the argument names, relative to `cwd`. */
	readonly named?: string | undefined;
	/** The directory where the search begins. */
	readonly cwd: string;
	/** Whether the application itself has named that directory. */
	readonly isCwdNamed?: boolean;
}

/**
 * Finds and reads the config file. This is the file that the argument or `AGENTESE_CONFIG` names, else the first one at
 * the known places that is trusted, from the working directory upward to the directory that has a package.json. Never
 * throws.
 */
export async function findConfigFile({ named, cwd, isCwdNamed = false }: FilePlaces): Promise<ConfigFile> {
	const formats = process.env['AGENTESE_CONFIG_FORMATS']?.trim() ?? '';
	if (!['', 'all', 'data'].includes(formats)) {
		const message = `got '${formats}'; legal: data, which refuses a config that is code, or all.`;
		return { faults: [{ source: 'AGENTESE_CONFIG_FORMATS', key: '', message }], notices: [] };
	}
	const variable = process.env['AGENTESE_CONFIG']?.trim();
	const name = named ?? variable;
	if (!name) return searchFile(cwd, isCwdNamed);
	const path = resolve(cwd, name);
	const namedBy = named === undefined ? 'AGENTESE_CONFIG' : 'the argument';
	const read = await readLayer(path, namedBy);
	const reason = named === undefined && read.layer ? reasonNotToTrust(path, currentApplication()) : undefined;
	const notices = reason === undefined ? [] : [`${path} is used because AGENTESE_CONFIG names it, although ${reason}.`];
	return { ...read, notices };
}

/** Reads the first config of the search that sets something. */
async function searchFile(cwd: string, isCwdNamed: boolean): Promise<ConfigFile> {
	const application = currentApplication();
	const notices: string[] = [];
	for (const found of searchConfig(cwd, application, isCwdNamed, notices)) {
		const { layer, faults } = await readLayer(found.path, undefined);
		const unreadable = faults.find(({ message }) => message === NO_ACCESS);
		if (unreadable !== undefined) notices.push(`${found.path} is not used: this process may not read it.`);
		else if (layer !== undefined || faults.length > 0) {
			return { ...(layer && { layer }), faults, notices: [...notices, ...found.besides()] };
		}
	}
	return { faults: [], notices };
}

/** The message of the fault of a file that this process has no permission to read. */
const NO_ACCESS = 'this process may not read it.';

/**
 * Reads one config file.
 *
 * @param namedBy - what names the file, for messages; undefined if it was found by the search
 */
async function readLayer(source: string, namedBy: string | undefined): Promise<Omit<ConfigFile, 'notices'>> {
	try {
		const read = await readConfig(source);
		if (read === undefined) return { faults: [] };
		return { layer: { source, directory: dirname(source), ...read }, faults: [] };
	} catch (error) {
		return { faults: [faultOfReading(error, source, namedBy)] };
	}
}

/** The fault of a file that could not be read. */
function faultOfReading(error: unknown, source: string, namedBy: string | undefined): ConfigurationFault {
	if (error instanceof FormatError) {
		return { source, key: '', ...(error.line !== undefined && { line: error.line }), message: error.message };
	}
	if (error instanceof UnreadableFileError) return { source, key: '', message: error.message };
	const { code, message = String(error) } = error as NodeJS.ErrnoException;
	if (code === 'ENOENT' && namedBy !== undefined) {
		return {
			source,
			key: '',
			message: `there is no such file; ${namedBy} names it. Name an existing file, or none.`,
		};
	}
	if (namedBy === undefined && isNoAccess(error, source)) return { source, key: '', message: NO_ACCESS };
	const line = lineInStack(error, source);
	return { source, key: '', ...(line !== undefined && { line }), message: `it cannot be read. Reason: ${message}` };
}

/** Whether a file system refused to open a file, which an optional source is then left out for. */
function isNoAccess(error: unknown, source: string): boolean {
	const { code = '', syscall, path } = error as NodeJS.ErrnoException;
	// A config that is code may fail with such an error itself.
	return (
		syscall === 'open' && path === source && ['EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'EIO', 'ENOENT'].includes(code)
	);
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
