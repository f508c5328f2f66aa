import { randomBytes } from 'node:crypto';

/** The three signals, each a folder of its own, as OTLP wants one signal a file. */
export type Signal = 'traces' | 'metrics' | 'logs';

export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

const NAME = /^(\d{8}T\d{9}Z)-(\d{1,10})-[0-9a-f]{12}\.jsonl$/;

/**
 * A new file's name, `<time>-<pid>-<random>.jsonl`. It sorts by time, names the process that may still write to it,
 * and is drawn anew in each worker thread, so that no two writers ever meet in one file.
 */
export function newName(now: Date = new Date()): string {
	const time = now.toISOString().replace(/[-:.]/g, '');
	return `${time}-${process.pid}-${randomBytes(6).toString('hex')}.jsonl`;
}

/** The process that wrote a file of that name; undefined where the name is none of ours. */
export function writerOf(name: string): number | undefined {
	const [, , pid] = NAME.exec(name) ?? [];
	return pid === undefined ? undefined : Number(pid);
}
