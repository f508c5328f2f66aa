import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Application, isInside, isWritableByAll, upward } from './application.js';
import { type Facts, type FileFacts, factsFrom, factsOf } from './facts.js';

/** The sticky bit of a folder: only the owner of a file may rename or remove it. */
const STICKY = 0o1000;

/** What is asked of a file besides its owner and its permissions. */
export interface TrustOptions {
	/** Whether the file may be anywhere, because somebody named it or the folder in which the search began. */
	readonly isNamed?: boolean;
	/** Reads what the file system knows. */
	readonly facts?: FileFacts;
	/** Reads what it knows of the file itself, if that is a link. */
	readonly linkFacts?: FileFacts;
}

/**
 * Returns why a file is not trusted, as the second half of a sentence, and undefined if it is.
 *
 * A file is trusted if it, its folder, and the link that leads to it, if one does, belong to the user of this process,
 * to root or to the owner of the application's main file; if not everybody may write to it or to a folder between it and
 * the root of the project; and if it is in the folder of the main file or above it, or anywhere in that project. A group
 * may write: that is how containers and CI have it.
 *
 * On Windows, where files have no such owners and permissions, only the place is checked.
 */
export function reasonNotToTrust(
	path: string,
	application: Application,
	{ isNamed = false, facts = factsOf, linkFacts = factsOfLink }: TrustOptions = {},
): string | undefined {
	const file = facts(path);
	const folder = facts(dirname(path));
	if (file === undefined || folder === undefined) return undefined;
	const link = linkFacts(path);
	const target = facts(dirname(file.path));
	const foreign = [folder, link, file, target].find((found) => found !== undefined && !isOwned(found, application));
	const project = projectWith(folder.path, application);
	const between = project === undefined ? [] : foldersUpTo(folder.path, project, facts);
	// If everybody may replace the application itself, a config in its project gives nobody anything.
	const isExposed = application.isWritableByAll && project !== undefined;
	// In a folder with the sticky bit nobody replaces a folder of somebody else.
	const replaceable = between.filter(({ mode }) => (mode & STICKY) === 0);
	const open = [folder, ...replaceable, file, target].find(
		(found) => found !== undefined && isWritableByAll(found.mode),
	);
	if (open !== undefined && !isExposed && open.kind !== 'other') {
		const what = open === file ? 'it' : open === folder ? 'its folder' : `the folder ${open.path}`;
		return `everybody may write to ${what} (mode ${modeText(open)})`;
	}
	if (foreign !== undefined && process.platform !== 'win32') {
		const what =
			foreign === file
				? 'it'
				: foreign === folder
					? 'its folder'
					: foreign === link
						? 'the link'
						: `the folder ${foreign.path}`;
		return `${what} belongs to user ${foreign.uid}, and not to the user of this process, to root or to the owner of the application's main file`;
	}
	if (!isNamed && project === undefined) {
		return `it is outside of the application's project ${application.projects.map(({ root, folder: code }) => root ?? code)[0] ?? ''}`;
	}
	return undefined;
}

/** The permissions of a file as `chmod` has them: 0644. */
export function modeText({ mode }: Pick<Facts, 'mode'>): string {
	return `0${(mode & 0o7777).toString(8).padStart(3, '0')}`;
}

/** What the file system knows of a link itself; undefined if the file is none. */
const factsOfLink: FileFacts = (path) => {
	try {
		const stats = lstatSync(path);
		return stats.isSymbolicLink() ? factsFrom(path, stats) : undefined;
	} catch {
		return undefined;
	}
};

/** Whether a file belongs to a user who is trusted. */
function isOwned({ uid }: Facts, { owners }: Application): boolean {
	return owners.has(uid);
}

/** The project that a folder is the right place for a config of. */
function projectWith(folder: string, { projects }: Application) {
	return projects.find(({ folder: code, root }) => {
		if (root !== undefined && isInside(folder, root)) return true;
		return isInside(code, folder) && root === undefined;
	});
}

/** The folders above a folder, up to the root of its project. Above that root, the application is exposed as well. */
function foldersUpTo(folder: string, { root }: { root: string | undefined }, facts: FileFacts): Facts[] {
	if (root === undefined || folder === root) return [];
	const above = [...upward(dirname(folder))];
	return above.slice(0, above.indexOf(root) + 1).flatMap((path) => facts(path) ?? []);
}
