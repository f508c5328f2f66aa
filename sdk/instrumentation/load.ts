import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { ConfigurationError, type ConfigurationFault } from '../../config/common/error.js';
import { METAPACKAGE, METAPACKAGE_VERSION, packageOf } from '../../config/schema/instrumentation-names.js';
import type { InstrumentationOptions, Selection } from '../../config/schema/instrumentations.js';
import { processState } from '../../lib/runtime/process-state.js';
import { applicationPlaces, firstModule, firstPackage, ownPlace } from '../preflight/find-package.js';

/** What OpenTelemetry calls an instrumentation. */
export type Instrumentation = Exclude<NodeSDKConfiguration['instrumentations'][number], readonly unknown[]>;

type Made = new (options: InstrumentationOptions) => Instrumentation;

/** By the URL of their module: at another start those of before are used, for only they know what they patched. */
const made = processState('sdk/instrumentation/load', () => new Map<string, Instrumentation[]>());

/** What of the metapackage's code is used. */
interface Metapackage {
	getNodeAutoInstrumentations(options: Record<string, InstrumentationOptions>): Instrumentation[];
}

/**
 * Makes the instrumentations that were selected. All of them means loading the metapackage, which takes 1.8 s; of
 * those named only their own packages are loaded, which are found through the metapackage (pnpm shows an application
 * no dependency of a dependency), then from the application.
 *
 * Everything is loaded with `require`: require-in-the-middle is one per copy of `@opentelemetry/instrumentation`, and
 * the ESM and CommonJS copies of that package would patch CommonJS twice.
 *
 * @param directory - the config's
 * @throws ConfigurationError where a package is not installed, with the command that installs it
 */
export function loadInstrumentations(selection: Selection, source: string, directory?: string): Instrumentation[] {
	const application = [...applicationPlaces(directory), ownPlace()];
	if (selection.all) return loadAll(application, source);
	const { named } = selection;
	if (named.size === 0) return [];
	const metapackage = firstPackage(METAPACKAGE, application);
	const places = [metapackage?.directory, ...application];
	const faults: ConfigurationFault[] = [];
	const all: Instrumentation[] = [];
	for (const [name, options] of named) {
		const url = firstModule(packageOf(name), places);
		if (url === undefined) faults.push(absent(packageOf(name), name, source));
		else all.push(...make(url, options));
	}
	if (faults.length > 0) throw new ConfigurationError(faults);
	return all;
}

function loadAll(places: readonly (string | undefined)[], source: string): Instrumentation[] {
	const url = firstModule(METAPACKAGE, places);
	if (url === undefined) throw new ConfigurationError([absent(METAPACKAGE, 'true', source)]);
	const { getNodeAutoInstrumentations } = load(url) as Metapackage;
	return made.get(url) ?? keep(url, getNodeAutoInstrumentations({}));
}

/** Each class that a package exports and that is an instrumentation, made once. */
function make(url: string, options: InstrumentationOptions): Instrumentation[] {
	const before = made.get(url);
	for (const instrumentation of before ?? []) instrumentation.setConfig({ enabled: true, ...options });
	if (before !== undefined) return before;
	const classes = new Set(Object.values(load(url) as Record<string, unknown>).filter(isInstrumentation));
	return keep(
		url,
		[...classes].map((Class) => new Class(options)),
	);
}

function keep(url: string, instrumentations: Instrumentation[]): Instrumentation[] {
	made.set(url, instrumentations);
	return instrumentations;
}

/** By its members: a package may bring a base class of its own. */
function isInstrumentation(value: unknown): value is Made {
	if (typeof value !== 'function') return false;
	const { enable, disable, setTracerProvider } = value.prototype ?? {};
	return [enable, disable, setTracerProvider].every((member) => typeof member === 'function');
}

function load(url: string): unknown {
	const path = fileURLToPath(url);
	return createRequire(path)(path);
}

function absent(name: string, said: string, source: string): ConfigurationFault {
	const version = name === METAPACKAGE ? `${METAPACKAGE}@${METAPACKAGE_VERSION}` : name;
	const other = name === METAPACKAGE ? '' : `, or ${METAPACKAGE}@${METAPACKAGE_VERSION}, which holds all of them`;
	const message =
		`"autoInstrumentation" asks for ${said}, and ${name} is not installed where the application or the config ` +
		`lies. Run npm i ${version}${other}.`;
	return { source, key: 'autoInstrumentation', message };
}
