import { constants, enableCompileCache } from 'node:module';
import { warnOnce } from '../../lib/runtime/log-once.js';

/**
 * Enables Node's compile cache, in the directory of `NODE_COMPILE_CACHE`, else in the directory for temporary files. It
 * saves a tenth of a start (18 of 180 ms with http instrumented). It is on for the whole process, including the
 * application's code, so the config has to enable it. Never throws: if Node cannot use the cache, a warning is logged.
 */
export function useCompileCache(): void {
	const { status, message } = enableCompileCache();
	if (status !== constants.compileCacheStatus.FAILED) return;
	warnOnce(
		'start/compile-cache',
		`compileCache is on, and Node cannot use its cache: ${message ?? 'it gives no reason'}.`,
	);
}
