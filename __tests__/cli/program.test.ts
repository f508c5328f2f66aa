import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { VERSION } from '../../lib/runtime/version.js';
import { type Built, buildProgram, Room } from './support/room.js';

let built: Built;
let room: Room;

beforeAll(async () => {
	built = await buildProgram();
});
afterAll(() => built.remove());
beforeEach(() => {
	room = new Room(built);
});
afterEach(() => room.close());

describe('the program', () => {
	it('prints its version and its help', async () => {
		const version = await room.program('--version').ended;
		expect(version).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
		const help = await room.program('flush', '--help').ended;
		expect(help).toMatchObject({ code: 0, stderr: '' });
		for (const word of ['[directory]', '--config', '--timeout', '--json', 'Exit code: 0']) {
			expect(help.stdout).toContain(word);
		}
	});

	it('reports that nothing waits, creates nothing and exits with 0', async () => {
		const outbox = join(room.folder, '.agentese', 'outbox');
		const ended = await room.program('flush').ended;
		expect(ended).toMatchObject({ code: 0, stdout: `Nothing waits in ${outbox}.\n`, stderr: '' });
		mkdirSync(join(room.folder, 'empty'));
		expect((await room.program('flush', 'empty').ended).code).toBe(0);
		expect(readdirSync(room.folder).sort()).toEqual(['empty', 'home']);
		expect(readdirSync(join(room.folder, 'empty'))).toEqual([]);
	});

	it.each<[what: string, words: string[], message: string]>([
		['nothing', [], 'Usage: agentese-otel'],
		['an unknown command', ['flsh'], 'Did you mean flush?'],
		['an unknown option', ['flush', '--jsn'], 'Did you mean --json?'],
		['two directories', ['flush', 'a', 'b'], 'too many arguments'],
		['no time', ['flush', '--timeout', 'soon'], 'a number of milliseconds'],
		['a directory that is not there', ['flush', 'nowhere'], 'there is no directory /'],
		['a file', ['flush', 'file.txt'], 'is not a directory'],
		['a directory that is no outbox', ['flush', '.'], 'is not an outbox'],
		['the directory above', ['flush', 'above'], 'Did you mean /'],
		['the folder of one backend', ['flush', 'above/outbox/otlp-localhost_4318-0123456789'], 'above/outbox?'],
		['a config that is not there', ['flush', '--config', 'nowhere.yaml'], 'there is no such file'],
		['a faulty config', ['flush', '--config', 'faulty.json'], 'Did you mean "otlp.endpoint"?'],
	])('given %s prints what is wrong and exits with 2', async (_what, words, message) => {
		writeFileSync(join(room.folder, 'file.txt'), '');
		mkdirSync(join(room.folder, 'above/outbox/otlp-localhost_4318-0123456789/traces'), { recursive: true });
		room.config({ otlp: { endpont: 'http://localhost' } }, 'faulty.json');
		const { code, stdout, stderr } = await room.program(...words).ended;
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
		expect(stderr).toContain(message);
	});
});
