import { Journal, type JournalOptions } from '../../delivery/journal/journal.js';
import type { Entry } from '../../delivery/journal/segments/segment.js';

/** What a journal has reported: the name of the report, and its arguments. */
export type Reports = unknown[][];

/** Returns a journal of traces in a directory, without bounds that a test could meet, and what it reports. */
export function createJournal(directory: string, options: Partial<JournalOptions> = {}) {
	const reports: Reports = [];
	const journal = new Journal({
		...{ directory, signal: 'traces', maxBytes: 1e9, maxAge: 1e9, fsync: 'never' },
		onLost: (entries, reason) => reports.push(['lost', entries.length, reason]),
		onUnknownVersion: (path, version) => reports.push(['version', path, version]),
		onUntrusted: (path, reason) => reports.push(['untrusted', path, reason]),
		onDamaged: (path, places, bytes) => reports.push(['damaged', path, places, bytes]),
		...options,
	});
	return { journal, reports };
}

/** Resolves to the pending entries of all segments that a journal adopts. */
export async function adoptedBy(journal: Journal): Promise<Entry[]> {
	const adopted: Entry[] = [];
	await journal.adopt((entries) => adopted.push(...entries));
	return adopted;
}
