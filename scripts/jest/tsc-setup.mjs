import { compileContract } from './tsc-compile.mjs';

/**
 * The globalSetup of the Jest projects that tsc compiles: compiles the contract suite in all three variants. Jest runs
 * it once, and only if a test of these projects runs.
 */
export default async function setup() {
	await Promise.all([
		compileContract('legacy', 'define'),
		compileContract('legacy', 'assign'),
		compileContract('tc39', 'define'),
	]);
}
