import { realpathSync } from 'node:fs';
import { applicationDirectories, findPackage, type Package, toolkitDirectory } from './find-package.js';
import { unsupportedNode } from './node-version.js';

/** The package whose copies and versions decide what works. */
const API = '@opentelemetry/api';

/** The lowest version of the API that SDK 3.x needs. */
const FIRST_API_3 = [1, 10];

/** Packages that show an SDK 2.x. Those but sdk-node do not exist in 3.x. */
const SDK_2 = ['@opentelemetry/sdk-trace-base', '@opentelemetry/sdk-trace-node', '@opentelemetry/sdk-node'];

/** The first version of sdk-node that belongs to SDK 3.x. */
const FIRST_SDK_NODE_3 = [0, 300];

/** What the installed versions of OpenTelemetry packages prevent. */
export interface OtelVersions {
	/** Why the presets cannot run, and what to do. Nothing that needs the SDK may be imported then. */
	readonly refused?: string;
	/** A warning about versions with which the presets run, but telemetry may be incomplete. */
	readonly warned?: string;
}

/**
 * Reads the package.json files of the OpenTelemetry packages that the application and the toolkit would load. It loads
 * none of them: with an API below 1.10, importing the SDK fails with a linking error that names neither the cause nor a
 * solution.
 *
 * @param directory - the directory of the config, if there is one
 */
export function otelVersions(directory?: string): OtelVersions {
	const nodeFault = unsupportedNode();
	if (nodeFault !== undefined) return { refused: nodeFault };
	const directories = applicationDirectories(directory);
	const applicationApi = findPackage(API, directories);
	const toolkitApi = findPackage(API, [toolkitDirectory()]) ?? applicationApi;
	if (toolkitApi === undefined) return {};
	if (isOldApi(toolkitApi)) return { refused: tooOld(toolkitApi, 'the toolkit finds') };
	if (applicationApi === undefined || isSamePackage(toolkitApi, applicationApi)) return {};
	// An old API beside a new one is harmless, unless the application starts an SDK of that version.
	const sdk = isOldApi(applicationApi) ? findSdk2(directories) : undefined;
	if (sdk !== undefined) return { refused: tooOld(applicationApi, `the application has ${sdk} and`) };
	return {
		warned:
			`there are two copies of ${API}: ${applicationApi.version} in ${applicationApi.directory}, which the application ` +
			`uses, and ${toolkitApi.version} in ${toolkitApi.directory}. An SDK that is registered through one of them may be ` +
			`unknown to the other. Keep one copy: npm dedupe, or npm i ${API}@${toolkitApi.version}.`,
	};
}

/** @param finder - the beginning of the sentence: what finds the old API */
function tooOld({ version, directory }: Package, finder: string): string {
	return (
		`${finder} ${API} ${version} (${directory}), which belongs to OpenTelemetry 2.x; the presets need 1.10, of ` +
		'OpenTelemetry 3.x. Decorators work with an SDK that the application starts itself; presets, the config and ' +
		`auto-instrumentation do not. Update to the packages of 3.x and npm i ${API}@1.10, or start your own SDK.`
	);
}

/** The name and version of a package of SDK 2.x that the application has. */
function findSdk2(directories: readonly string[]): string | undefined {
	for (const name of SDK_2) {
		const version = findPackage(name, directories)?.version;
		if (version === undefined) continue;
		if (name === '@opentelemetry/sdk-node' && !isBelow(version, FIRST_SDK_NODE_3)) continue;
		return `${name} ${version}`;
	}
	return undefined;
}

/** Whether a copy of the API belongs to OpenTelemetry 2.x. */
function isOldApi({ version }: Package): boolean {
	return isBelow(version, FIRST_API_3);
}

/** Whether a version is below another one, by major and minor. False for a version that is no number. */
function isBelow(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
	const [ownMajor = Number.NaN, ownMinor = Number.NaN] = version.split('.').map(Number);
	return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

/** Whether two packages are the same directory, links resolved. */
function isSamePackage(a: Package, b: Package): boolean {
	return realpathSync(a.directory) === realpathSync(b.directory);
}
