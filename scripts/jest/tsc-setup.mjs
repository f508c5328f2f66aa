import { compileContract } from './tsc-compile.mjs';

/**
 * Jest's globalSetup of the projects that tsc compiles. Jest runs it once for all of them, and only if one of their
 * tests is to run.
 */
export default async function setup() {
	await Promise.all([
		compileContract('legacy', 'define'),
		compileContract('legacy', 'assign'),
		compileContract('tc39', 'define'),
	]);
}
