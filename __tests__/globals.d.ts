/** How the running test was compiled; jest.config.mjs sets these for each of its projects. */
declare global {
	/** The decorator standard. */
	const DECORATORS: 'legacy' | 'tc39';
	/** Who compiled it. Only swc and tsc emit `design:*` metadata, and only in the legacy standard. */
	const COMPILER: 'swc' | 'tsc' | 'esbuild';
	/** What becomes of a class field: 'assign' is `useDefineForClassFields: false`. */
	const FIELDS: 'define' | 'assign';
}

export {};
