// Checks the folders of what ships: how many entries each holds, and that the floors name each sub-folder.

/** A folder with more entries is not read at one look. */
const MAX_ENTRIES = 15;

/** A folder with sub-folders holds few files of its own: a reader looks for a thing in the folder of that name. */
const MAX_LOOSE = 5;

/** Folders whose own files are many and belong together. */
const MANY_LOOSE = ['delivery', 'lib/settling', 'lib/tokens'];
const MAX_MANY_LOOSE = 12;

/**
 * Returns one line for each fault of the folders that hold these files.
 *
 * @param files - the source files, as paths from the root
 * @param floors - the sub-folders of each folder, from the ground up
 */
export function entryFaults(files, floors) {
	const folders = new Map();
	for (const file of files) {
		const steps = file.split('/');
		for (let depth = 1; depth < steps.length; depth += 1) {
			const folder = steps.slice(0, depth).join('/');
			if (!folders.has(folder)) folders.set(folder, { loose: new Set(), inner: new Set() });
			folders.get(folder)[depth === steps.length - 1 ? 'loose' : 'inner'].add(steps[depth]);
		}
	}
	return [...folders].flatMap(([folder, { loose, inner }]) => {
		const faults = [];
		const entries = loose.size + inner.size;
		if (entries > MAX_ENTRIES) faults.push(`entries: ${folder}/ holds ${entries} entries. ${MAX_ENTRIES} are allowed.`);
		const allowed = MANY_LOOSE.includes(folder) ? MAX_MANY_LOOSE : MAX_LOOSE;
		if (inner.size > 0 && loose.size > allowed)
			faults.push(`loose-files: ${folder}/ holds ${loose.size} files beside its sub-folders. ${allowed} are allowed.`);
		const listed = (floors[folder] ?? []).flat();
		for (const name of inner)
			if (!listed.includes(name))
				faults.push(`no-floor: ${folder}/${name}/. Give it a floor in .dependency-cruiser.cjs.`);
		return faults;
	});
}
