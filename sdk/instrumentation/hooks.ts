import { builtinModules, register } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { METAPACKAGE } from '../../config/schema/instrumentation-names.js';
import { processState } from '../../lib/runtime/process-state.js';
import { applicationDirectories, findModule } from '../preflight/find-package.js';
import { type Instrumentation, modulesOf } from './load.js';

/** One per process, since hooks cannot be removed and a second start adds modules to them. */
const state = processState('sdk/instrumentation/hooks', () => ({
	/** The modules that the hooks wrap, by name, each with a pattern of the URLs of its files. */
	wanted: new Map<string, RegExp>(),
	/** Whether the hooks were installed in this process. */
	installed: false,
}));

/** The part of import-in-the-middle that is used. */
interface RegisterHooks {
	/** Installs the hooks in the application's thread. They wrap the modules for which `shouldInclude` returns true. */
	register(options: { shouldInclude(url: string, specifier: string): boolean }): void;
	/** Whether this Node supports hooks in the application's thread. */
	supportsSyncHooks(): boolean;
}

/**
 * Installs the hooks through which instrumentations receive ESM imports: `@opentelemetry/instrumentation` hooks
 * `require` itself, but registers no loader. Only the modules that the instrumentations patch are wrapped; the import
 * of every other module is unchanged.
 *
 * If Node supports it, the hooks run in the application's thread (`module.registerHooks`, Node 22.22.3, 24.11.1 and
 * later). The fallback is `module.register`, whose hooks run in a separate thread, and which Node has deprecated
 * (DEP0205).
 *
 * The hooks must come from the copy of import-in-the-middle with which the instrumentations register their patches, so
 * that copy is searched from theirs. Modules that were imported before are not wrapped. A second call adds modules if
 * the hooks run in the application's thread.
 *
 * @param directory - the directory of the config
 * @returns false if no copy is found
 */
export async function installHooks(instrumentations: readonly Instrumentation[], directory?: string): Promise<boolean> {
	const names = instrumentations.flatMap(patchedModules);
	for (const name of names) state.wanted.set(name, fileOfPackage(name));
	if (state.installed) return true;
	const url = findHooks('import-in-the-middle/register-hooks.mjs', instrumentations, directory);
	if (url === undefined) return false;
	state.installed = true;
	const hooks = (await import(url)) as RegisterHooks;
	if (hooks.supportsSyncHooks()) {
		hooks.register({ shouldInclude: (moduleUrl, specifier) => isWanted(moduleUrl, specifier) });
		await importBuiltins();
		return true;
	}
	const loader = findHooks('import-in-the-middle/hook.mjs', instrumentations, directory);
	if (loader === undefined) return false;
	const include = [...state.wanted].flat();
	register(loader, { parentURL: loader, data: { include } });
	await importBuiltins();
	return true;
}

/**
 * Imports Node's own modules before the application requires them. The http instrumentation patches a module once: if
 * it gets the module by `import`, the patch applies to `require` too, but not the other way round.
 */
async function importBuiltins(): Promise<void> {
	for (const name of state.wanted.keys()) if (builtinModules.includes(name)) await import(`node:${name}`);
}

/** Whether a flag or `NODE_OPTIONS` has installed another loader of the same kind. */
export function hasOtherHooks(): boolean {
	const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
	return /@opentelemetry\/instrumentation\/hook|import-in-the-middle|auto-instrumentations-node\/register/.test(flags);
}

/** The URL of a file of the import-in-the-middle that the instrumentations' `@opentelemetry/instrumentation` uses. */
function findHooks(
	specifier: string,
	instrumentations: readonly Instrumentation[],
	directory: string | undefined,
): string | undefined {
	const directories = applicationDirectories(directory);
	const folders = [...modulesOf(instrumentations), findModule(METAPACKAGE, directories)].map(folderOf);
	const base = findModule('@opentelemetry/instrumentation', [...folders, ...directories]);
	return findModule(specifier, [folderOf(base), ...directories]);
}

/** The directory of a file's URL. */
function folderOf(url: string | undefined): string | undefined {
	return url === undefined ? undefined : dirname(fileURLToPath(url));
}

/** The names of the modules that an instrumentation patches; none if it uses diagnostics channels. */
function patchedModules(instrumentation: Instrumentation): string[] {
	const definitions = (instrumentation as { getModuleDefinitions?: () => unknown }).getModuleDefinitions?.();
	if (!Array.isArray(definitions)) return [];
	return definitions.flatMap(({ name }: { name?: unknown }) => (typeof name === 'string' ? [name] : []));
}

/** Whether an import is wrapped: of a module by its name, or of a file within its package. */
function isWanted(url: string, specifier: string): boolean {
	const name = specifier.replace(/^node:/, '');
	if (url.startsWith('node:') || builtinModules.includes(name)) return state.wanted.has(name);
	if (state.wanted.has(specifier)) return true;
	return state.wanted.values().some((file) => file.test(url));
}

/** A pattern for the URLs of a package's files: an instrumentation may patch a file within the package. */
function fileOfPackage(name: string): RegExp {
	return new RegExp(`/node_modules/${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/`);
}
