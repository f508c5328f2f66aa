import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { warnOnce } from '../lib/runtime/log-once.js';
import { makeIgnoredFolder } from './journal/files/make-folder.js';
import { Journal, type LossReason } from './journal/journal.js';
import type { Encoding, FrameSignal } from './journal/segments/frame.js';
import { journalReports } from './journal-reports.js';
import type { DeliverySettings } from './options.js';
import type { PipelineOptions } from './pipeline.js';
import { DeadLetters } from './sending/dead-letters.js';

/**
 * What identifies a folder of the outbox: a preset, its endpoint, and how the bodies are encoded. None of it is secret.
 */
export interface Address {
	/** The name of the preset. */
	readonly preset: string;
	/** The URL, without a user name, a password or a query. */
	readonly endpoint: string;
	readonly signal: FrameSignal;
	/** How the bodies are encoded. */
	readonly encoding: Encoding;
}

/** The name of the folder for what a backend refused. */
export const REFUSED = 'refused';

/** What is logged once if frames are dropped. */
const LOSS_MESSAGES: Readonly<Record<LossReason, string>> = {
	disk: 'more waits to be sent than delivery.maxBytes allows on disk; the oldest is dropped, and stats() counts it.',
	age: 'what has waited to be sent for longer than delivery.maxAge is dropped, and stats() counts it.',
	adopted:
		'another process has adopted what this one had on disk, since this one seemed to have exited; that process sends it.',
};

/**
 * Returns the folder for one signal of one backend. Its name contains the host, so that a person sees where its content
 * is sent, and a hash, so that no two addresses share a folder. Headers are no part of it: what waits must still be
 * found after a token was renewed.
 *
 * @param root - the outbox
 * @throws TypeError if the endpoint is not a URL
 */
export function folderOf(root: string, { preset, endpoint, signal, encoding }: Address): string {
	const hash = createHash('sha256').update(`${endpoint}\n${encoding}`).digest('hex').slice(0, 10);
	const host = new URL(endpoint).host.replace(/[^a-zA-Z0-9.-]/g, '_').slice(0, 60);
	return join(root, `${preset}-${host}-${hash}`, signal);
}

/**
 * Returns how to create the journal for an address, and its dead letters; nothing if `delivery.journal` is false or
 * there is no outbox. No file is created before something is written.
 *
 * @param root - the outbox
 */
export function journalIn(
	root: string | undefined,
	address: Address,
	settings: DeliverySettings,
): Pick<PipelineOptions<unknown>, 'journal' | 'deadLetters'> {
	if (root === undefined || !settings.journal) return {};
	const directory = folderOf(root, address);
	const { maxBytes, maxAge, fsync } = settings;
	const { signal } = address;
	return {
		deadLetters: new DeadLetters(join(directory, REFUSED), { maxBytes, maxAge }),
		journal: (onLost) =>
			new Journal({
				...{ directory, signal, maxBytes, maxAge, fsync, ...journalReports },
				prepare: () => makeIgnoredFolder(root),
				onLost: (entries, reason, segment) => {
					onLost(entries, reason, segment);
					warnOnce(`delivery/${reason}`, LOSS_MESSAGES[reason]);
				},
			}),
	};
}
