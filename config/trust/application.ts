import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
// Imported as a namespace: an older Node has no getCallSites, and importing that name would fail before our own message.
import * as nodeUtil from 'node:util';
import { workingDirectory } from '../common/directories.js';
import { isObject } from '../common/layer.js';
import { type FileFacts, factsOf } from './facts.js';

/** The largest package.json that is read, in bytes. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** Files that mark the root of several packages, beside a package.json with the key `workspaces`. */
const WORKSPACE_FILES = ['pnpm-workspace.yaml', 'lerna.json', 'rush.json'];

/** The running application, as far as the trust in its configs depends on it. */
export interface Application {
	/** Its main file, without links; undefined if there is none, as with `node -e`. */
	readonly main: string | undefined;
	/** The users whose files are trusted: that of this process, root, and the owner of the main file. */
	readonly owners: ReadonlySet<number>;
	/** The projects of the application. A config in one of them is in the right place. */
	readonly projects: readonly Project[];
	/** Whether everybody may write to the main file. A config that everybody may write to then adds no danger. */
	readonly isWritableByAll: boolean;
}

/** The folders in which an application's config may be. */
interface Project {
	/** The folder of the application's code. */
	readonly folder: string;
	/** The root, at or above that folder. Undefined if no package.json is above it. */
	readonly root: string | undefined;
}

/** Returns the running application. It is determined anew each time, since `process.argv` may change. */
export function currentApplication(facts: FileFacts = factsOf): Application {
	const main = mainFile(facts);
	const self = ownFile();
	const folders = [
		main === undefined ? workingDirectory() : dirname(main),
		...(self === undefined ? [] : [dirname(self)]),
	];
	// Code that runs in this process already can do all that a config can do: its owner is trusted.
	const files = [main, self].flatMap((path) => (path === undefined ? [] : (facts(path) ?? [])));
	const ours = [process.getuid?.(), process.geteuid?.()].filter((uid) => uid !== undefined);
	return {
		main,
		owners: new Set([0, ...ours, ...files.map(({ uid }) => uid)]),
		projects: folders.map((folder) => projectOf(folder, facts)),
		isWritableByAll: main !== undefined && isWritableByAll(facts(main)?.mode ?? 0),
	};
}

/** Whether everybody may write to a file or folder of this mode. Windows has no such modes. */
export function isWritableByAll(mode: number): boolean {
	return process.platform !== 'win32' && (mode & 0o002) !== 0;
}

/** Returns a folder and all folders above it, the nearest first. */
export function* upward(folder: string): Generator<string> {
	for (let directory = folder; ; directory = dirname(directory)) {
		yield directory;
		if (dirname(directory) === directory) return;
	}
}

/** Whether a path is the folder itself or inside it. */
export function isInside(path: string, folder: string): boolean {
	return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * Returns the root of several packages that contains the folder: with a package.json that has `workspaces`, or with a
 * file of pnpm, Lerna or Rush.
 */
export function workspaceRoot(folder: string, facts: FileFacts = factsOf): string | undefined {
	return upward(folder).find((directory) => {
		if (WORKSPACE_FILES.some((name) => facts(join(directory, name))?.kind === 'file')) return true;
		return readManifest(join(directory, 'package.json'), facts)?.['workspaces'] !== undefined;
	});
}

/** Reads a package.json; undefined if there is none, or if it is no object in JSON. Never throws, and never waits. */
export function readManifest(path: string, facts: FileFacts = factsOf): Record<string, unknown> | undefined {
	const known = facts(path);
	if (known?.kind !== 'file' || known.size > MAX_MANIFEST_BYTES) return undefined;
	try {
		const value: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** The file that Node was started with, without links. */
function mainFile(facts: FileFacts): string | undefined {
	// The arguments of code on the command line are in the place of the main file.
	if (process.execArgv.some((argument) => /^(-e|-p|-pe|--eval|--print)(=|$)/.test(argument))) return undefined;
	const [, entry] = process.argv;
	if (entry === undefined || !isAbsolute(entry)) return undefined;
	// `node app` runs app.js, app/index.js, or what app/package.json names.
	const candidates = [entry, `${entry}.js`, join(entry, 'index.js'), join(entry, 'package.json')];
	return candidates.map((path) => facts(path)).find((found) => found?.kind === 'file')?.path;
}

/** This file, without links: it belongs to the application that has this package. */
function ownFile(): string | undefined {
	// No expression for the own path compiles to both ESM and CommonJS.
	const [site] = nodeUtil.getCallSites?.(1, { sourceMap: false }) ?? [];
	const name = site?.scriptName ?? '';
	const path = name.startsWith('file:') ? fileURLToPath(name) : name;
	return isAbsolute(path) ? path : undefined;
}

/** The project of a folder with code. That of a package in `node_modules` is the project it is installed in. */
function projectOf(code: string, facts: FileFacts): Project {
	const parts = code.split(sep);
	const installed = parts.indexOf('node_modules');
	const folder = installed === -1 ? code : parts.slice(0, installed).join(sep) || sep;
	let first: string | undefined;
	for (const directory of upward(folder)) {
		const manifest = readManifest(join(directory, 'package.json'), facts);
		if (manifest === undefined) continue;
		first ??= directory;
		// A build writes a package.json with `type` alone into its folders.
		if (!['name', 'version', 'scripts', 'dependencies', 'devDependencies', 'agentese'].some((key) => key in manifest))
			continue;
		return { folder, root: workspaceRoot(directory, facts) ?? directory };
	}
	return { folder, root: first };
}
