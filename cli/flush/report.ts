import type { KeptLetters } from '../../delivery/sending/kept-letters.js';
import { type PendingRequests, recordsOf } from './pending.js';

/**
 * What has become of the records of one signal for one backend of the config. Most member names are those of `--json`.
 */
export interface BackendResult {
	/** The name of the preset. */
	readonly preset: string;
	/** The URL, without a user name, a password or a query. */
	readonly endpoint: string;
	/** `traces`, `metrics` or `logs`. */
	readonly signal: string;
	/** What the records are called in the text, in the plural. */
	readonly recordName: string;
	/** The folder, relative to the outbox. */
	readonly folder: string;
	/** How many records the backend has accepted. */
	readonly sent: number;
	/** How many it has refused for good. */
	readonly refused: number;
	/** What is kept of what it has refused, now and earlier. */
	readonly deadLetters: KeptLetters;
	/** How many could not be read from disk. */
	readonly unreadable: number;
	/** What is still pending. */
	readonly left: PendingRequests;
	/** Why the last failed request failed; undefined if none has. */
	readonly lastError: string | undefined;
}

/** Pending requests for an address that no backend of the config has. */
export interface Stray {
	/** The folder, relative to the outbox. */
	readonly folder: string;
	/** What the records are called in the text, in the plural. */
	readonly recordName: string;
	/** What is pending. */
	readonly left: PendingRequests;
	/** What is kept of what that backend has refused. */
	readonly deadLetters: KeptLetters;
}

/** What a flush has done. */
export interface Report {
	/** The outbox. */
	readonly directory: string;
	/** The presets of the config that send to a backend. */
	readonly presets: readonly string[];
	/** The result for each backend and signal. */
	readonly backends: readonly BackendResult[];
	/** What is pending for other addresses. */
	readonly strays: readonly Stray[];
}

/** Returns true if nothing is pending in the outbox, and nothing that was refused is kept there. */
export function isEmpty({ backends, strays }: Report): boolean {
	return [...backends, ...strays].every(
		({ left, deadLetters }) => recordsOf(left) + left.otherVersion.length + deadLetters.files === 0,
	);
}

/** Returns the report for programs: one line of JSON. */
export function asJson(report: Report): string {
	const leftOf = ({ orphaned, held, otherVersion }: PendingRequests) => ({ orphaned, held, otherVersion });
	const backends = report.backends.map(({ left, recordName: _, ...rest }) => ({
		...rest,
		left: recordsOf(left),
		...leftOf(left),
	}));
	const strays = report.strays.map(({ folder, left, deadLetters }) => ({
		folder,
		left: recordsOf(left),
		...leftOf(left),
		deadLetters,
	}));
	const left = [...backends, ...strays].reduce((sum, folder) => sum + folder.left, 0);
	return `${JSON.stringify({ directory: report.directory, complete: isEmpty(report), left, backends, strays })}\n`;
}

/**
 * Returns the report for people: a line for each folder in which something was pending, and one for the whole outbox.
 */
export function asText(report: Report): string {
	const lines = [...report.backends.flatMap(lineOf), ...report.strays.flatMap((stray) => lineOfStray(stray, report))];
	const pending = [...report.backends, ...report.strays].map(({ left }) => left);
	const left = pending.reduce((sum, requests) => sum + recordsOf(requests), 0);
	const files = pending.reduce((sum, { otherVersion }) => sum + otherVersion.length, 0);
	const refused = [...report.backends, ...report.strays].reduce((sum, { deadLetters }) => sum + deadLetters.records, 0);
	const rest = [
		...(left > 0 ? [`${left} ${left === 1 ? 'record is' : 'records are'} left`] : []),
		...(files > 0
			? [`${files} ${files === 1 ? 'file' : 'files'} of another version ${files === 1 ? 'is' : 'are'} left`]
			: []),
		...(refused > 0 ? [`${refused} refused ${refused === 1 ? 'record is' : 'records are'} kept`] : []),
	];
	const summary = rest.length > 0 ? rest.join(', ') : lines.length > 0 ? 'Nothing is left' : 'Nothing waits';
	return `${[...lines, `${summary} in ${report.directory}.`].join('\n')}\n`;
}

/** Returns the line for a backend; none if nothing was pending. */
function lineOf({ left, recordName, ...result }: BackendResult): string[] {
	const { preset, endpoint, folder, sent, refused, deadLetters, unreadable, lastError } = result;
	const reason = lastError === undefined ? '' : ` (${lastError})`;
	const parts = [
		...(sent > 0 ? [`${sent} ${recordName} sent`] : []),
		...(refused > 0 ? [`${refused} ${recordName} refused`] : []),
		...kept(deadLetters, recordName, folder, 'send them again with --refused'),
		...(unreadable > 0 ? [`${unreadable} ${recordName} unreadable`] : []),
		...(left.orphaned > 0 ? [`${left.orphaned} ${recordName} left${reason}`] : []),
		...unsent(left, recordName),
	];
	return parts.length === 0 ? [] : [`${preset} ${endpoint}: ${parts.join(', ')}`];
}

/** Returns the line for another address; none if nothing is pending. */
function lineOfStray({ folder, recordName, left, deadLetters }: Stray, { presets }: Report): string[] {
	const parts = [
		...(left.orphaned > 0 ? [`${left.orphaned} ${recordName} left`] : []),
		...unsent(left, recordName),
		...kept(deadLetters, recordName, folder, undefined),
	];
	if (parts.length === 0) return [];
	const why =
		presets.length === 0
			? 'the config has no preset that sends'
			: `no backend of the config has that address; name the application's with --config`;
	return [`${folder}: ${parts.join(', ')}: ${why}`];
}

/** Returns what is kept of what a backend has refused. @param wayOut - what to do about it */
function kept(
	{ files, records }: KeptLetters,
	recordName: string,
	folder: string,
	wayOut: string | undefined,
): string[] {
	if (files === 0) return [];
	const where = `${records} refused ${recordName} kept in ${folder}/refused (${files} ${files === 1 ? 'file' : 'files'})`;
	return [wayOut === undefined ? where : `${where}: ${wayOut}`];
}

/** Returns what only other processes can send: living ones, and those of another version. */
function unsent({ held, otherVersion }: PendingRequests, recordName: string): string[] {
	return [
		...held.map(({ who, records }) => `${records} ${recordName} left to ${who}, which lives and sends them itself`),
		...otherVersion.map((name) => `${name} left, which another version of agentese-otel wrote and reads`),
	];
}
