import { realpathSync } from 'node:fs';
import { applicationPlaces, firstPackage, ownPlace, type Package } from './find-package.js';
import { unsupportedNode } from './node-version.js';

const API = '@opentelemetry/api';

/** Packages of an SDK that is no longer made in 3.x, and the first release of sdk-node that is 3.x. */
const SDK_2 = ['@opentelemetry/sdk-trace-base', '@opentelemetry/sdk-trace-node', '@opentelemetry/sdk-node'];
const FIRST_SDK_NODE_3 = [0, 300];

/** What the installed OpenTelemetry packages do not allow, or do badly. */
export interface OtelVersions {
	/** Why the presets cannot run at all, and what to do; nothing that needs the SDK may be imported then. */
	readonly refused?: string;
	/** What works, but not well. */
	readonly warned?: string;
}

/**
 * Looks at the package.json files of the OpenTelemetry packages that the application and the toolkit would load, and
 * loads none of them: with an API below 1.10, importing the SDK is an error of linking that names neither cause nor
 * way out.
 *
 * @param directory - the config's, where there is one
 */
export function otelVersions(directory?: string): OtelVersions {
	const old = unsupportedNode();
	if (old !== undefined) return { refused: old };
	const application = applicationPlaces(directory);
	const theirs = firstPackage(API, application);
	const ours = firstPackage(API, [ownPlace()]) ?? theirs;
	if (ours === undefined) return {};
	if (below110(ours)) return { refused: tooOld(ours, 'the toolkit finds') };
	if (theirs === undefined || same(ours, theirs)) return {};
	const sdk = below110(theirs) ? sdk2(application) : undefined;
	if (sdk !== undefined) return { refused: tooOld(theirs, `the application has ${sdk} and`) };
	return {
		warned:
			`there are two copies of ${API}: ${theirs.version} in ${theirs.directory}, which the application uses, and ` +
			`${ours.version} in ${ours.directory}. What is registered through the one may not reach the other. Make them ` +
			`one: npm dedupe, or npm i ${API}@${ours.version}.`,
	};
}

function tooOld({ version, directory }: Package, who: string): string {
	return (
		`${who} ${API} ${version} (${directory}), which is of OpenTelemetry 2.x; the presets need 1.10, of OpenTelemetry ` +
		'3.x. Decorators work with the SDK that the application starts itself; no preset, no config and no ' +
		`auto-instrumentation does. Update to the packages of 3.x and npm i ${API}@1.10, or start your own SDK.`
	);
}

function sdk2(places: readonly string[]): string | undefined {
	for (const name of SDK_2) {
		const version = firstPackage(name, places)?.version;
		if (version === undefined) continue;
		if (name === '@opentelemetry/sdk-node' && !isBelow(version, FIRST_SDK_NODE_3)) continue;
		return `${name} ${version}`;
	}
	return undefined;
}

function below110({ version }: Package): boolean {
	return isBelow(version, [1, 10]);
}

function isBelow(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
	const [has = Number.NaN, hasMinor = Number.NaN] = version.split('.').map(Number);
	return has < major || (has === major && hasMinor < minor);
}

function same(one: Package, other: Package): boolean {
	return realpathSync(one.directory) === realpathSync(other.directory);
}
