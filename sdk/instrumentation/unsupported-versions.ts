import { dirname } from 'node:path';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { applicationDirectories, findPackage } from '../preflight/find-package.js';
import type { Instrumentation } from './load.js';

/** The package that is checked, by the name that its instrumentation patches. */
const OPENAI = 'openai';

/**
 * Logs one warning if the application's `openai` is newer than its instrumentation supports. The instrumentation does
 * not report this itself: its module definition allows versions below 7 (`instrumentation-openai` 0.22). One
 * package.json is read, and only if that instrumentation is on.
 *
 * @param directory - the directory of the config
 */
export function warnUnsupported(instrumentations: readonly Instrumentation[], directory?: string): void {
	const below = instrumentations.flatMap(definitionsOf).find(({ name }) => name === OPENAI)?.below;
	if (below === undefined) return;
	const entry = process.argv[1];
	const directories = [entry === undefined ? undefined : dirname(entry), ...applicationDirectories(directory)];
	const version = findPackage(OPENAI, directories)?.version;
	if (version === undefined || !(Number.parseInt(version, 10) >= below)) return;
	warnOnce(
		'instrumentation/openai',
		`autoInstrumentation does not support openai ${version}: its instrumentation is for versions below ${below}, so that ` +
			'model calls make no spans and count no tokens. Pass the client to meterModel() instead.',
	);
}

/** The modules that an instrumentation patches; `below` is the first major version that it does not support. */
function definitionsOf(instrumentation: Instrumentation): { name: unknown; below: number | undefined }[] {
	const definitions = (instrumentation as { getModuleDefinitions?: () => unknown }).getModuleDefinitions?.();
	if (!Array.isArray(definitions)) return [];
	return definitions.map(({ name, supportedVersions = [] }) => {
		const bounds = [supportedVersions].flat().map((range) => /<\s*(\d+)\b/.exec(String(range))?.[1]);
		const majors = bounds.map((major) => (major === undefined ? Number.POSITIVE_INFINITY : Number(major)));
		const below = Math.max(...majors);
		return { name, below: Number.isFinite(below) ? below : undefined };
	});
}
