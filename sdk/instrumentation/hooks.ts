import { builtinModules, register } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { METAPACKAGE } from '../../config/schema/instrumentation-names.js';
import { processState } from '../../lib/runtime/process-state.js';
import { applicationPlaces, firstModule, ownPlace } from '../preflight/find-package.js';
import type { Instrumentation } from './load.js';

const state = processState('sdk/instrumentation/hooks', () => ({
	/** The names that the hook lets through to import-in-the-middle, and what the URLs of their files look like. */
	wanted: new Map<string, RegExp>(),
	installed: false,
}));

/** So much of import-in-the-middle as is used. */
interface RegisterHooks {
	register(options: { shouldInclude(url: string, specifier: string): boolean }): void;
	supportsSyncHooks(): boolean;
}

/**
 * Lets ESM imports of the instrumented modules be seen: `@opentelemetry/instrumentation` hooks `require` by itself, but
 * registers no loader. Only the modules that the instrumentations ask for are wrapped; of every other one import stays
 * as it was.
 *
 * Where Node can, hooks run in the application's own thread (`module.registerHooks`, Node 22.22.3, 24.11.1 and later);
 * `module.register`, whose hooks run in a thread of their own, is the fallback and deprecated in Node (DEP0205).
 *
 * The copy of import-in-the-middle must be the one with which the instrumentations register what they patch, so it is
 * found from theirs. What was imported before is not seen; a second call adds names where hooks are in the thread.
 *
 * @returns false where no copy is found
 */
export async function installHooks(instrumentations: readonly Instrumentation[], directory?: string): Promise<boolean> {
	const names = instrumentations.flatMap(modulesOf);
	for (const name of names) state.wanted.set(name, inPackage(name));
	if (state.installed) return true;
	const url = hooksOf('import-in-the-middle/register-hooks.mjs', directory);
	if (url === undefined) return false;
	state.installed = true;
	const hooks = (await import(url)) as RegisterHooks;
	if (hooks.supportsSyncHooks()) {
		hooks.register({ shouldInclude: (where, specifier) => isWanted(where, specifier) });
		await importBuiltins();
		return true;
	}
	const loader = hooksOf('import-in-the-middle/hook.mjs', directory);
	if (loader === undefined) return false;
	const include = [...state.wanted].flat();
	register(loader, { parentURL: loader, data: { include } });
	await importBuiltins();
	return true;
}

/**
 * Node's own modules are imported before anybody requires them: the http instrumentation patches once, and what it is
 * given by `import` it patches for `require` too, but not the other way round.
 */
async function importBuiltins(): Promise<void> {
	for (const name of state.wanted.keys()) if (builtinModules.includes(name)) await import(`node:${name}`);
}

/** Whether somebody else's loader of the same kind was installed by a flag or by NODE_OPTIONS. */
export function hooksOfOthers(): boolean {
	const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
	return /@opentelemetry\/instrumentation\/hook|import-in-the-middle|auto-instrumentations-node\/register/.test(flags);
}

function hooksOf(specifier: string, directory: string | undefined): string | undefined {
	const places = [...applicationPlaces(directory), ownPlace()];
	const metapackage = firstModule(METAPACKAGE, places);
	const roots = [metapackage, firstModule('@opentelemetry/sdk-node', [...places].reverse())].map(folderOf);
	const base = firstModule('@opentelemetry/instrumentation', [...roots, ...places]);
	return firstModule(specifier, [folderOf(base), ...places]);
}

function folderOf(url: string | undefined): string | undefined {
	return url === undefined ? undefined : dirname(fileURLToPath(url));
}

/** What an instrumentation patches, by name; those that use diagnostics channels patch nothing. */
function modulesOf(instrumentation: Instrumentation): string[] {
	const definitions = (instrumentation as { getModuleDefinitions?: () => unknown }).getModuleDefinitions?.();
	if (!Array.isArray(definitions)) return [];
	return definitions.flatMap(({ name }: { name?: unknown }) => (typeof name === 'string' ? [name] : []));
}

function isWanted(url: string, specifier: string): boolean {
	const name = specifier.replace(/^node:/, '');
	if (url.startsWith('node:') || builtinModules.includes(name)) return state.wanted.has(name);
	if (state.wanted.has(specifier)) return true;
	return state.wanted.values().some((file) => file.test(url));
}

/** A file of that package: an instrumentation may patch one within. */
function inPackage(name: string): RegExp {
	return new RegExp(`/node_modules/${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/`);
}
