import { basename } from 'node:path';
import { warnOnce } from '../lib/runtime/log-once.js';
import { reportUntrusted } from './common/trusted-file.js';
import type { JournalReports } from './journal/adoption.js';

/** What all journals log once of files that are not, or not wholly, read. */
export const journalReports: JournalReports = {
	onUnknownVersion: (path, version) =>
		warnOnce(
			`delivery/strange/${version}`,
			`${basename(path)} is of another version of the journal, ${version ?? 'none'}; it is left as it is, and ` +
				'that version sends it.',
		),
	onUntrusted: reportUntrusted,
	onDamaged: (path, places, bytes) =>
		warnOnce(
			'delivery/damaged',
			`a segment of the journal ended within a frame or was damaged, as after a kill; what was whole in it is sent. In ` +
				`${basename(path)}, ${places} places of ${bytes} bytes could not be read.`,
		),
};
