import { type PendingRequests, recordsOf } from './pending.js';

/** What became of one signal's records for one backend of the config. */
export interface Sent {
	readonly preset: string;
	readonly endpoint: string;
	readonly signal: string;
	/** What a person calls the records. */
	readonly what: string;
	/** The folder, from the outbox. */
	readonly folder: string;
	readonly sent: number;
	/** Those that the backend refused for good, and those of them that are kept with its answer. */
	readonly refused: number;
	readonly deadLetters: number;
	/** Those that could not be read. */
	readonly unreadable: number;
	readonly left: PendingRequests;
	readonly lastError: string | undefined;
}

/** What waits for an address that no backend of the config has. */
export interface Stray {
	readonly folder: string;
	readonly what: string;
	readonly left: PendingRequests;
}

/** What a flush did. */
export interface Report {
	readonly directory: string;
	/** The presets of the config that send. */
	readonly presets: readonly string[];
	readonly backends: readonly Sent[];
	readonly strays: readonly Stray[];
}

/** True where nothing waits in the outbox any more. */
export function isEmpty({ backends, strays }: Report): boolean {
	return [...backends, ...strays].every(({ left }) => recordsOf(left) === 0 && left.strange.length === 0);
}

/** The report for programs, on one line. */
export function asJson(report: Report): string {
	const leftOf = ({ gone, held, strange }: PendingRequests) => ({ orphaned: gone, held, otherVersion: strange });
	const backends = report.backends.map(({ left, what: _, ...rest }) => ({
		...rest,
		left: recordsOf(left),
		...leftOf(left),
	}));
	const strays = report.strays.map(({ folder, left }) => ({ folder, left: recordsOf(left), ...leftOf(left) }));
	const left = [...backends, ...strays].reduce((sum, one) => sum + one.left, 0);
	return `${JSON.stringify({ directory: report.directory, complete: isEmpty(report), left, backends, strays })}\n`;
}

/** The report for a person: a line for each folder in which something lay, and one of the whole. */
export function asText(report: Report): string {
	const lines = [...report.backends.flatMap(lineOf), ...report.strays.flatMap((stray) => lineOfStray(stray, report))];
	const all = [...report.backends, ...report.strays];
	const left = all.reduce((sum, one) => sum + recordsOf(one.left), 0);
	const files = all.reduce((sum, one) => sum + one.left.strange.length, 0);
	const rest = [
		...(left > 0 ? [`${left} ${left === 1 ? 'record is' : 'records are'} left`] : []),
		...(files > 0
			? [`${files} ${files === 1 ? 'file' : 'files'} of another version ${files === 1 ? 'is' : 'are'} left`]
			: []),
	];
	const whole = rest.length > 0 ? rest.join(', ') : lines.length > 0 ? 'Nothing is left' : 'Nothing lies';
	return `${[...lines, `${whole} in ${report.directory}.`].join('\n')}\n`;
}

function lineOf({ preset, endpoint, what, folder, sent, refused, deadLetters, unreadable, left, lastError }: Sent) {
	const kept = deadLetters === 0 ? '' : ` (${deadLetters} kept in ${folder}/refused)`;
	const reason = lastError === undefined ? '' : ` (${lastError})`;
	const parts = [
		...(sent > 0 ? [`${sent} ${what} sent`] : []),
		...(refused > 0 ? [`${refused} ${what} refused${kept}`] : []),
		...(unreadable > 0 ? [`${unreadable} ${what} unreadable`] : []),
		...(left.gone > 0 ? [`${left.gone} ${what} left${reason}`] : []),
		...others(left, what),
	];
	return parts.length === 0 ? [] : [`${preset} ${endpoint}: ${parts.join(', ')}`];
}

function lineOfStray({ folder, what, left }: Stray, { presets }: Report): string[] {
	const parts = [...(left.gone > 0 ? [`${left.gone} ${what} left`] : []), ...others(left, what)];
	if (parts.length === 0) return [];
	const why =
		presets.length === 0
			? 'the config has no preset that sends'
			: `no backend of the config has that address; name the application's with --config`;
	return [`${folder}: ${parts.join(', ')}: ${why}`];
}

function others({ held, strange }: PendingRequests, what: string): string[] {
	return [
		...held.map(({ who, records }) => `${records} ${what} left to ${who}, which lives and sends them itself`),
		...strange.map((name) => `${name} left, which another version of agentese-otel wrote and reads`),
	];
}
