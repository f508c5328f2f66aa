import { join } from 'node:path';
import { Journal } from '../../delivery/journal/journal.js';
import type { PipelineOptions } from '../../delivery/pipeline.js';
import { makeDirectory, OPEN } from './directory.js';
import type { Bounds } from './retention.js';

/**
 * Where open spans are noted: beside the files, into which the next process writes what one that was killed has left.
 * Nothing is made before something is noted.
 */
export function checkpointsIn(
	root: string,
	{ maxBytes, maxAge }: Bounds,
): NonNullable<PipelineOptions<unknown>['journal']> {
	return (onLost) =>
		new Journal({
			...{ directory: join(root, OPEN), maxBytes, maxAge, fsync: 'never', onLost },
			prepare: () => makeDirectory(root, OPEN),
			onStrange: () => undefined,
		});
}
