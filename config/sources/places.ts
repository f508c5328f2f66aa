/** The file extensions of configs that are code. */
export const CODE_FORMATS: readonly string[] = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];

/** The file extensions of all configs. Of several files in one directory, the first one in this order is read. */
export const FORMATS: readonly string[] = [...CODE_FORMATS, 'yaml', 'yml', 'json'];

/** The names of config files, in the order in which they are searched in each directory. */
export const SEARCH_PLACES: readonly string[] = [
	...FORMATS.map((format) => `agentese.config.${format}`),
	'.agenteserc',
	...FORMATS.map((format) => `.agenteserc.${format}`),
	...FORMATS.map((format) => `.config/agentese.config.${format}`),
	'.config/agenteserc',
	...FORMATS.map((format) => `.config/agenteserc.${format}`),
	'package.json',
];

/**
 * Whether a file name looks like that of a config, in a format that is not read: `agentese.config.toml`. Copies that an
 * editor leaves do not.
 *
 * @param name - the name, with `.config/` before it if it is in that folder
 */
export function isUnknownFormat(name: string): boolean {
	const [, extension] = /^(?:\.config\/)?\.?agentese(?:\.?config|rc)(?:\.([a-z0-9]+))?$/i.exec(name) ?? [
		undefined,
		'bak',
	];
	return !SEARCH_PLACES.includes(name) && !/^(bak|backup|old|orig|save|swp|swo|tmp|txt|md)$/i.test(extension ?? '');
}
