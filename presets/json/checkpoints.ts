import { join } from 'node:path';
import type { RetentionBounds } from '../../delivery/common/retention.js';
import { Journal } from '../../delivery/journal/journal.js';
import { journalReports } from '../../delivery/journal-reports.js';
import type { PipelineOptions } from '../../delivery/pipeline.js';
import { makeDirectory, OPEN } from './directory.js';

/**
 * Returns the factory of the journal that holds checkpoints of open spans, in a folder beside those of the signals.
 * After a process was killed, the next one writes the spans that it finds there to its own files. Nothing is created
 * before the first checkpoint.
 *
 * @param root - the directory of the json preset
 */
export function checkpointJournalIn(
	root: string,
	{ maxBytes, maxAge }: RetentionBounds,
): NonNullable<PipelineOptions<unknown>['journal']> {
	return (onLost) =>
		new Journal({
			...{ directory: join(root, OPEN), signal: 'traces', maxBytes, maxAge, fsync: 'never', onLost, ...journalReports },
			prepare: () => makeDirectory(root, OPEN),
		});
}
