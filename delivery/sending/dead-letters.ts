import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutSecrets } from '../../lib/diagnostics/mask.js';
import { printable } from '../../lib/diagnostics/printable.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { platform } from '../../lib/runtime/platform.js';
import { filesIn, type RetentionBounds, removeExpired } from '../common/retention.js';
import { fileTimestamp } from '../journal/segments/segment.js';

/** Time, pid, random. Only files with such names are read or removed. */
export const LETTER_NAME = /^\d{8}T\d{9}Z-\d+-[0-9a-f]{12}\.refused$/;

/**
 * A body that a backend refused, as the first line of its file describes it. The member names are those in the file.
 */
export interface DeadLetter {
	/** The address of the backend, without a user name, a password or a query. */
	readonly endpoint: string;
	/** How the body is encoded. */
	readonly encoding: string;
	/** How many spans, data points or log records the body holds. */
	readonly count: number;
	/** Why it was refused. */
	readonly reason: string;
	/** The text of the backend's response, if it sent one. */
	readonly answer?: string | undefined;
}

/** How many characters of a response are kept. It is there for a person to read. */
const MAX_ANSWER_LENGTH = 2000;

/** How many characters of a response are searched for secrets. */
const MAX_READ = 4 * MAX_ANSWER_LENGTH;

/**
 * Keeps the bodies that a backend refused for good, one file each: a line of JSON with the time, the address and the
 * reason, then the body as it was sent. The oldest files are removed if they exceed the bounds in bytes or age.
 */
export class DeadLetters {
	readonly #directory: string;
	readonly #bounds: RetentionBounds;

	/** @param directory - created with the first file */
	constructor(directory: string, bounds: RetentionBounds) {
		this.#directory = directory;
		this.#bounds = bounds;
	}

	/** Writes a body to a file. Resolves to false if that failed, which is logged once. Never rejects. */
	async keep(letter: DeadLetter, body: Uint8Array): Promise<boolean> {
		try {
			await mkdir(this.#directory, { recursive: true, mode: 0o700 });
			const name = `${fileTimestamp(platform.dateNow())}-${process.pid}-${randomBytes(6).toString('hex')}.refused`;
			const file = await open(join(this.#directory, name), 'wx', 0o600);
			try {
				await file.writeFile(Buffer.concat([Buffer.from(`${JSON.stringify(maskedHead(letter))}\n`), body]));
			} finally {
				await file.close();
			}
			await this.#prune();
			return true;
		} catch (error) {
			warnOnce('delivery/dead-letters', 'what a backend refused could not be kept in a file.', error);
			return false;
		}
	}

	/** Removes the files that exceed the bounds, except for the newest. */
	async #prune(): Promise<void> {
		const files = await filesIn(this.#directory, (name) => LETTER_NAME.test(name));
		const newest = files.at(-1);
		await removeExpired(files, this.#bounds, (file) => file !== newest);
	}
}

/**
 * A response may quote the request with its headers. Secrets are masked before the text is cut, which could halve one.
 */
function maskedHead({ reason, answer, ...letter }: DeadLetter): object {
	const text = (value: string) => printable(withoutSecrets(value.slice(0, MAX_READ)), MAX_ANSWER_LENGTH);
	return {
		time: new Date(platform.dateNow()).toISOString(),
		...letter,
		reason: text(reason),
		answer: answer === undefined ? undefined : text(answer),
	};
}
