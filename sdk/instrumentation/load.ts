import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { ConfigurationError, type ConfigurationFault } from '../../config/common/error.js';
import { METAPACKAGE, packageOf } from '../../config/schema/instrumentation-names.js';
import type { InstrumentationOptions, InstrumentationSelection } from '../../config/schema/instrumentations.js';
import { currentApplication } from '../../config/trust/application.js';
import { reasonNotToTrust } from '../../config/trust/trust.js';
import { processState } from '../../lib/runtime/process-state.js';
import { applicationDirectories, findModule, findPackage } from '../preflight/find-package.js';

/** OpenTelemetry's interface of an instrumentation. */
export type Instrumentation = Exclude<NodeSDKConfiguration['instrumentations'][number], readonly unknown[]>;

/** A class that a package of an instrumentation exports. */
type InstrumentationClass = new (options: InstrumentationOptions) => Instrumentation;

/**
 * The instrumentations of this process, by the URL of their module. A second start uses the same ones, since only they
 * know what they have patched.
 */
const instances = processState('sdk/instrumentation/load', () => new Map<string, Instrumentation[]>());

/** The part of the metapackage that is used. */
interface Metapackage {
	getNodeAutoInstrumentations(options: Record<string, InstrumentationOptions>): Instrumentation[];
}

/**
 * Loads and creates the selected instrumentations. For all of them it loads the metapackage, which takes 1.8 s. For
 * named ones it loads only their packages. These are found through the metapackage, since with pnpm an application
 * cannot load the dependencies of a dependency, and then from the application.
 *
 * Everything is loaded with `require`: each copy of `@opentelemetry/instrumentation` has its own require-in-the-middle,
 * and its ESM and CommonJS copies together would patch CommonJS modules twice.
 *
 * @param source - the source of the selection in the config, for messages
 * @param directory - the directory of the config
 * @throws ConfigurationError if a package is not installed, with the command that installs it
 */
export function loadInstrumentations(
	selection: InstrumentationSelection,
	source: string,
	directory?: string,
): Instrumentation[] {
	const application = applicationDirectories(directory);
	if (selection.all) return loadAll(application, source);
	const { named } = selection;
	if (named.size === 0) return [];
	// The metapackage is only located here, not loaded.
	const metapackage = findPackage(METAPACKAGE, application);
	const directories = [metapackage?.directory, ...application];
	const faults: ConfigurationFault[] = [];
	const all: Instrumentation[] = [];
	for (const [name, options] of named) {
		const url = findModule(packageOf(name), directories);
		if (url === undefined) faults.push(notInstalled(packageOf(name), name, source));
		else all.push(...create(url, options, source));
	}
	if (faults.length > 0) throw new ConfigurationError(faults);
	return all;
}

/** Loads the metapackage and creates all of its instrumentations. */
function loadAll(directories: readonly (string | undefined)[], source: string): Instrumentation[] {
	const url = findModule(METAPACKAGE, directories);
	if (url === undefined) throw new ConfigurationError([notInstalled(METAPACKAGE, 'true', source)]);
	const { getNodeAutoInstrumentations } = load(url, source) as Metapackage;
	return instances.get(url) ?? remember(url, getNodeAutoInstrumentations({}));
}

/** Creates one instance of each instrumentation class that a package exports, or reconfigures the existing ones. */
function create(url: string, options: InstrumentationOptions, source: string): Instrumentation[] {
	const existing = instances.get(url);
	for (const instrumentation of existing ?? []) instrumentation.setConfig({ enabled: true, ...options });
	if (existing !== undefined) return existing;
	const classes = new Set(Object.values(load(url, source) as Record<string, unknown>).filter(isInstrumentationClass));
	return remember(
		url,
		[...classes].map((Class) => new Class(options)),
	);
}

/** Keeps the instrumentations for the next start, and returns them. */
function remember(url: string, instrumentations: Instrumentation[]): Instrumentation[] {
	instances.set(url, instrumentations);
	return instrumentations;
}

/** The URLs of the modules that instrumentations were loaded from. */
export function modulesOf(instrumentations: readonly Instrumentation[]): string[] {
	return [...instances].flatMap(([url, own]) => (own.some((one) => instrumentations.includes(one)) ? url : []));
}

/** Whether a value is a class with the members of an instrumentation. Its base class may be of another copy. */
function isInstrumentationClass(value: unknown): value is InstrumentationClass {
	if (typeof value !== 'function') return false;
	const { enable, disable, setTracerProvider } = value.prototype ?? {};
	return [enable, disable, setTracerProvider].every((member) => typeof member === 'function');
}

/**
 * Loads a file as CommonJS. Packages are found from the working directory too, which may be that of another user.
 *
 * @throws ConfigurationError if the file is not trusted
 */
function load(url: string, source: string): unknown {
	const path = fileURLToPath(url);
	const reason = reasonNotToTrust(path, currentApplication(), { isNamed: true });
	if (reason !== undefined) {
		const message = `"autoInstrumentation" needs ${path}, which is not loaded: ${reason}.`;
		throw new ConfigurationError([{ source, key: 'autoInstrumentation', message }]);
	}
	return createRequire(path)(path);
}

/** @param requested - the value of `autoInstrumentation` that needs the package */
function notInstalled(packageName: string, requested: string, source: string): ConfigurationFault {
	const isAll = packageName === METAPACKAGE;
	const alternative = isAll ? '' : `, or ${METAPACKAGE}, which has all of them`;
	const message =
		`"autoInstrumentation" requests ${requested}, and ${packageName} is not installed beside the application or the ` +
		`config. Run npm i ${packageName}${alternative}.`;
	return { source, key: 'autoInstrumentation', message };
}
