import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../config/common/error.js';
import { loadConfig } from '../../config/load.js';
import { temporary } from '../support/children.js';

/**
 * Each file is a faulty config. Beside it are the expected message, and for some the environment variables in `.env`.
 */
const FOLDER = fileURLToPath(new URL('../fixtures/wrong', import.meta.url));
const files = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
	entry.isFile() && !/\.(txt|env)$/.test(entry.name) ? [entry.name] : [],
);

const set: string[] = [];
afterEach(() => {
	for (const name of set.splice(0)) delete process.env[name];
});

function setVariables(file: string): void {
	if (!existsSync(file)) return;
	for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
		const [name = '', value = ''] = line.split('=', 2);
		process.env[name] = value;
		set.push(name);
	}
}

async function messageOf(file: string): Promise<string> {
	const empty = temporary();
	setVariables(`${file}.env`);
	try {
		await loadConfig(file, { cwd: empty, home: empty });
	} catch (error) {
		if (!(error instanceof ConfigurationError)) throw error;
		return `${error.message.replaceAll(FOLDER, '<here>').replaceAll(empty, '<cwd>')}\n`;
	} finally {
		rmSync(empty, { recursive: true });
	}
	throw new Error(`${file} was accepted.`);
}

describe('the message for a wrong config', () => {
	it('is recorded for more than thirty of them', () => {
		expect(files.length).toBeGreaterThanOrEqual(30);
	});

	it.each(files)('%s', async (name) => {
		const message = await messageOf(join(FOLDER, name));
		const kept = join(FOLDER, `${name}.txt`);
		if (process.env['UPDATE_MESSAGES'] === '1') writeFileSync(kept, message);
		expect(message).toBe(readFileSync(kept, 'utf8'));
		expect(message).not.toContain('hunter2');
	});
});
