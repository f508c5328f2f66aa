import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Application, readManifest, upward, workspaceRoot } from '../trust/application.js';
import { reasonNotToTrust } from '../trust/trust.js';
import { FORMATS, isUnknownFormat, SEARCH_PLACES } from './places.js';

/** A config file that was found and is trusted. */
export interface Found {
	/** The absolute path. */
	readonly path: string;
	/** Returns a notice on the other configs in the same directory, which are not read. */
	besides(): string[];
}

/**
 * Finds the config files that may be read, in the order of precedence: from a directory upward to the one that has a
 * package.json. If the caller takes none of them, configs that the search does not reach are reported.
 *
 * @param isNamed - whether the application itself has named the directory
 * @param notices - gets one sentence for each directory with files that are not used
 */
export function* searchConfig(
	cwd: string,
	application: Application,
	isNamed: boolean,
	notices: string[],
): Generator<Found> {
	const searched: string[] = [];
	let hasRefusals = false;
	for (const directory of upward(cwd)) {
		searched.push(directory);
		const names = namesIn(directory, notices);
		const paths = SEARCH_PLACES.filter((place) => names.has(place)).map((place) => join(directory, place));
		const judged = paths.map((path) => ({ path, reason: reasonNotToTrust(path, application, { isNamed }) }));
		const refused = refusals(judged);
		hasRefusals ||= refused.length > 0;
		notices.push(...refused, ...unknownFormats(directory, names));
		const trusted = judged.filter(({ reason }) => reason === undefined);
		for (const [index, { path }] of trusted.entries()) {
			yield { path, besides: () => besides(path, trusted.slice(index + 1)) };
		}
		if (names.has('package.json')) break;
	}
	if (!hasRefusals) notices.push(...outOfReach(searched, application));
}

/** A file at one of the places, and why it is not trusted. */
interface Judged {
	readonly path: string;
	readonly reason: string | undefined;
}

/** One notice for the files of a directory that are not trusted. */
function refusals(judged: readonly Judged[]): string[] {
	const [first, ...others] = judged.filter(({ path, reason }) => reason !== undefined && isConfig(path));
	if (first === undefined) return [];
	const more = others.length === 0 ? '' : ` The same holds for ${others.length} more beside it.`;
	return [`${first.path} is not used: ${first.reason}. Set AGENTESE_CONFIG to its path to use it.${more}`];
}

/** One notice for the configs that lose against a file in the same directory. */
function besides(path: string, others: readonly Judged[]): string[] {
	const lost = others.filter((other) => isConfig(other.path)).map((other) => other.path);
	if (lost.length === 0) return [];
	return [
		`${path} is the config, and ${lost.join(', ')} beside it ${lost.length === 1 ? 'is' : 'are'} not used. Keep one of them.`,
	];
}

/** Whether a file at one of the places is a config: a package.json is one if it has the key. */
function isConfig(path: string): boolean {
	return basename(path) !== 'package.json' || readManifest(path)?.['agentese'] !== undefined;
}

/** One notice for the files that have the name of a config, and a format that is not read. */
function unknownFormats(directory: string, names: ReadonlySet<string>): string[] {
	const unknown = [...names].filter(isUnknownFormat).map((name) => join(directory, name));
	if (unknown.length === 0) return [];
	return [`${unknown.join(', ')} is not read as a config; legal formats: ${FORMATS.join(', ')}.`];
}

/**
 * Notices on configs where an application often has one, and where this search does not look: at the root of several
 * packages, and beside the main file.
 *
 * @param searched - the directories of the search, from the first to the last
 */
function outOfReach(searched: readonly string[], { projects: [project] }: Application): string[] {
	const last = searched.at(-1) ?? '';
	const root = workspaceRoot(last);
	const above = root === undefined || root === last ? [] : [...upward(dirname(last))];
	const first = above
		.slice(0, above.indexOf(root ?? '') + 1)
		.map(configIn)
		.find((path) => path !== undefined);
	if (first !== undefined) {
		const end = join(last, 'package.json');
		return [`${first} is not used: the search for a config ends at ${end}. Set AGENTESE_CONFIG to its path to use it.`];
	}
	if (project === undefined) return [];
	const own = [...upward(project.folder)];
	const reachable = project.root === undefined ? own.slice(0, 1) : own.slice(0, own.indexOf(project.root) + 1);
	const path = reachable
		.filter((directory) => !searched.includes(directory))
		.map(configIn)
		.find((found) => found !== undefined);
	if (path === undefined) return [];
	return [
		`${path} is not used: the search for a config begins in the working directory. Set AGENTESE_CONFIG to its path, or ` +
			'start the application there.',
	];
}

/** The first config at the places of one directory. Nothing of it is read. */
function configIn(directory: string): string | undefined {
	const names = namesIn(directory, []);
	const place = SEARCH_PLACES.find((name) => names.has(name) && isConfig(join(directory, name)));
	return place === undefined ? undefined : join(directory, place);
}

/**
 * The names at which a directory has files, with `.config/` before those in that folder. If a directory cannot be
 * listed, each place is looked at by itself.
 */
function namesIn(directory: string, notices: string[]): ReadonlySet<string> {
	const top = SEARCH_PLACES.filter((place) => !place.startsWith(FOLDER));
	const names = listed(directory, top, notices);
	const below = SEARCH_PLACES.filter((place) => place.startsWith(FOLDER)).map((place) => basename(place));
	const inside = names.includes('.config') ? listed(join(directory, '.config'), below, notices) : [];
	return new Set([...names, ...inside.map((name) => FOLDER + name)]);
}

/** The folder for configs within a directory. */
const FOLDER = '.config/';

/** The names in a directory. If the file system does not list them, those of the expected names that exist. */
function listed(directory: string, expected: readonly string[], notices: string[]): string[] {
	try {
		return readdirSync(directory);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		// A directory that does not exist has no config; a file named .config is none.
		if (code === 'ENOENT' || code === 'ENOTDIR') return [];
	}
	try {
		return expected.filter((name) => lstatSync(join(directory, name), { throwIfNoEntry: false }) !== undefined);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		notices.push(`${directory} is not searched for a config: this process may not look into it (${code}).`);
		return [];
	}
}
