import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { warnOnce } from '../lib/runtime/log-once.js';
import type { Encoding } from './journal/frame.js';
import { Journal } from './journal/journal.js';
import { makeFolder } from './journal/make-folder.js';
import type { DeliverySettings } from './options.js';
import type { PipelineOptions } from './pipeline.js';
import { DeadLetters } from './sending/dead-letters.js';

/** Who may send what lies in a folder: a preset to one address, in one encoding. Nothing of it is a secret. */
export interface Address {
	readonly preset: string;
	/** Without a user name, a password and a query. */
	readonly endpoint: string;
	readonly signal: string;
	readonly encoding: Encoding;
}

/**
 * The folder of one backend's one signal. It tells a person where its content goes, and two addresses are never one
 * folder. Headers are no part of it: a token that is renewed must not orphan what waits.
 */
export function folderOf(root: string, { preset, endpoint, signal, encoding }: Address): string {
	const hash = createHash('sha256').update(`${endpoint}\n${encoding}`).digest('hex').slice(0, 10);
	const host = new URL(endpoint).host.replace(/[^a-zA-Z0-9.-]/g, '_').slice(0, 60);
	return join(root, `${preset}-${host}-${hash}`, signal);
}

/** The journal of a folder, and the place of what is refused; neither where none is wanted. Nothing is made yet. */
export function journalIn(
	root: string | undefined,
	address: Address,
	settings: DeliverySettings,
): Pick<PipelineOptions<unknown>, 'journal' | 'deadLetters'> {
	if (root === undefined || !settings.journal) return {};
	const directory = folderOf(root, address);
	const { maxBytes, maxAge, fsync } = settings;
	return {
		deadLetters: new DeadLetters(join(directory, 'refused'), { maxBytes, maxAge }),
		journal: (onLost) =>
			new Journal({
				...{ directory, maxBytes, maxAge, fsync },
				prepare: () => keepOutOfGit(root),
				onLost: (entries, reason, segment) => {
					onLost(entries, reason, segment);
					warnOnce(`delivery/${reason}`, LOST[reason]);
				},
				onStrange: (path, version) =>
					warnOnce(
						`delivery/strange/${version}`,
						`${basename(path)} is of another version of the journal, ${version ?? 'none'}; it is left as it is, and ` +
							'that version sends it.',
					),
			}),
	};
}

const LOST = {
	disk: 'more waits to be sent than delivery.maxBytes allows on disk; the oldest is dropped, and stats() counts it.',
	age: 'what has waited to be sent for longer than delivery.maxAge is dropped, and stats() counts it.',
	adopted: 'another process has taken over what this one had on disk, since it seemed to be gone; that one sends it.',
} as const;

/** What a person would not want to commit by accident. */
function keepOutOfGit(root: string): void {
	try {
		makeFolder(root);
		const fd = openSync(join(root, '.gitignore'), 'wx', 0o600);
		writeSync(fd, '*\n');
		closeSync(fd);
	} catch {
		// It is there, or cannot be: neither is a reason to keep nothing.
	}
}
