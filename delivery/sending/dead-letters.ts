import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { mask } from '../../lib/diagnostics/mask.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { stamp } from '../journal/segment.js';

const NAME = /^\d{8}T\d{9}Z-\d+-[0-9a-f]{12}\.refused$/;

/** What a backend refused, and what it said. */
export interface DeadLetter {
	readonly endpoint: string;
	readonly encoding: string;
	readonly count: number;
	readonly reason: string;
	readonly answer?: string | undefined;
}

/** An answer longer than this is cut: it is there to be read. */
const ANSWER_LENGTH = 2000;

/**
 * Bodies that a backend refused for good, a file each: a line of JSON that says when, where and why, then the body as
 * it was sent. They are bounded in bytes and age; the oldest go first.
 */
export class DeadLetters {
	readonly #directory: string;
	readonly #maxBytes: number;
	readonly #maxAge: number;

	constructor(directory: string, bounds: { maxBytes: number; maxAge: number }) {
		this.#directory = directory;
		this.#maxBytes = bounds.maxBytes;
		this.#maxAge = bounds.maxAge;
	}

	/** Keeps one; answers false where it could not be. Never rejects. */
	async keep(letter: DeadLetter, body: Uint8Array): Promise<boolean> {
		try {
			await mkdir(this.#directory, { recursive: true, mode: 0o700 });
			const name = `${stamp(Date.now())}-${process.pid}-${randomBytes(6).toString('hex')}.refused`;
			const file = await open(join(this.#directory, name), 'wx', 0o600);
			try {
				await file.writeFile(Buffer.concat([Buffer.from(`${JSON.stringify(said(letter))}\n`), body]));
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

	async #prune(): Promise<void> {
		const names = (await readdir(this.#directory)).filter((name) => NAME.test(name)).sort();
		const files = await Promise.all(
			names.map(async (name) => ({ name, ...(await stat(join(this.#directory, name)).catch(() => undefined)) })),
		);
		let total = files.reduce((sum, { size = 0 }) => sum + size, 0);
		for (const { name, size = 0, mtimeMs = 0 } of files.slice(0, -1)) {
			if (total <= this.#maxBytes && Date.now() - mtimeMs <= this.#maxAge) break;
			await unlink(join(this.#directory, name)).catch(() => undefined);
			total -= size;
		}
	}
}

/** What the backend said may quote what it was sent, headers and all; secrets go before the cut, which could halve one. */
function said({ reason, answer, ...letter }: DeadLetter): object {
	const quoted = answer === undefined ? undefined : mask(answer).slice(0, ANSWER_LENGTH);
	return { time: new Date().toISOString(), ...letter, reason: mask(reason), answer: quoted };
}
