import { randomBytes } from 'node:crypto';
import { platform } from '../../lib/runtime/platform.js';

/** The three signals. Each has a folder of its own, because OTLP JSON files contain one signal each. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** All signals, in the order in which their folders are pruned. */
export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

const NAME = /^(\d{8}T\d{9}Z)-(\d{1,10})-[0-9a-f]{12}\.jsonl$/;

/**
 * Returns the name of a new file, `<time>-<pid>-<random>.jsonl`. Names sort by time and contain the process that may
 * still write to the file. Each worker thread generates its own, so that two writers never share a file.
 */
export function newFileName(now: Date = new Date(platform.dateNow())): string {
	const time = now.toISOString().replace(/[-:.]/g, '');
	return `${time}-${process.pid}-${randomBytes(6).toString('hex')}.jsonl`;
}

/** Returns the pid of the process that created a file of this name, or undefined if the json preset did not name it. */
export function writerPidOf(name: string): number | undefined {
	const [, , pid] = NAME.exec(name) ?? [];
	return pid === undefined ? undefined : Number(pid);
}
