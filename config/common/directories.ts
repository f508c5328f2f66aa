import { homedir } from 'node:os';
import { dirname, isAbsolute } from 'node:path';

/** The working directory. If it was removed, or may not be looked into, the folder of the main file, else the root. */
export function workingDirectory(): string {
	try {
		return process.cwd();
	} catch {
		const [, entry] = process.argv;
		return entry !== undefined && isAbsolute(entry) ? dirname(entry) : '/';
	}
}

/** The user's home directory; undefined if the user has none, as a user of a container without an entry in passwd. */
export function homeDirectory(): string | undefined {
	try {
		const home = homedir();
		return isAbsolute(home) ? home : undefined;
	} catch {
		return undefined;
	}
}
