import { constants, enableCompileCache } from 'node:module';
import { warnOnce } from '../../lib/runtime/log-once.js';

/**
 * Lets Node keep what it compiles, in the directory of `NODE_COMPILE_CACHE`, else below that for temporary files. It
 * saves a tenth of a start (18 of 180 ms with http instrumented), and holds for the whole process, the application
 * included; so it has to be asked for.
 */
export function keepCompiled(): void {
	const { status, message } = enableCompileCache();
	if (status !== constants.compileCacheStatus.FAILED) return;
	warnOnce(
		'start/compile-cache',
		`compileCache is on, and Node cannot use its cache: ${message ?? 'it gives no reason'}.`,
	);
}
