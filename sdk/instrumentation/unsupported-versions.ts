import { dirname } from 'node:path';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { applicationPlaces, firstPackage } from '../preflight/find-package.js';
import type { Instrumentation } from './load.js';

const OPENAI = 'openai';

/**
 * Says in one line that the application's `openai` is newer than its instrumentation reaches, which says nothing itself:
 * its module definition allows versions below 7 (`instrumentation-openai` 0.22). Costs one look at a package.json, and
 * only where that instrumentation is on.
 */
export function warnUnsupported(instrumentations: readonly Instrumentation[], directory?: string): void {
	const below = instrumentations.flatMap(definitionsOf).find(({ name }) => name === OPENAI)?.below;
	if (below === undefined) return;
	const entry = process.argv[1];
	const places = [entry === undefined ? undefined : dirname(entry), ...applicationPlaces(directory)];
	const version = firstPackage(OPENAI, places)?.version;
	if (version === undefined || !(Number.parseInt(version, 10) >= below)) return;
	warnOnce(
		'instrumentation/openai',
		`autoInstrumentation does not reach openai ${version}: its instrumentation is for versions below ${below}, so that ` +
			'model calls make no spans and count no tokens. Hand the client to meterModel() instead.',
	);
}

/** The modules that an instrumentation patches, and the first major version that it does not. */
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
