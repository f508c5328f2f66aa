import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle, runChild, temporary } from '../../support/children.js';
import { grpcBackend, httpBackend } from '../../support/otlp-servers.js';

let built: Awaited<ReturnType<typeof bundle>>;
const directories: string[] = [];

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => {
	built.remove();
	for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Runs the child with a backend. Returns how it ended, and whether the backend received its spans. */
async function run(whose: string, when: string, protocol: string) {
	const backend = await (protocol === 'grpc' ? grpcBackend() : httpBackend());
	const directory = temporary();
	directories.push(directory);
	const env = { BUNDLE: built.url, DIR: directory, ENDPOINT: backend.url, PROTOCOL: protocol };
	const { code, stdout } = await runChild('fake-timers.mjs', { args: [whose, when], env });
	await backend.close();
	return { code, stdout, received: backend.got.some(({ body }) => body.includes('span 2')) };
}

describe('fake timers that nothing advances', () => {
	it.each([
		['sinon', 'load', 'http/json'],
		['sinon', 'start', 'http/protobuf'],
		['sinon', 'after', 'http/json'],
		['node', 'start', 'http/json'],
		['node', 'after', 'http/json'],
	])('of %s, installed at %s, do not hold flush() and shutdown() over %s', async (whose, when, protocol) => {
		const expected = { code: 0, stdout: 'delivered 6\nended\n', received: true };
		expect(await run(whose, when, protocol)).toEqual(expected);
	});

	it.each([
		['http/json', 'http/json'],
		['grpc, whose client uses the global timers', 'grpc'],
	])('and a fake process.nextTick make flush() give up over %s, and lose nothing', async (_, protocol) => {
		const expected = { code: 0, stdout: 'waiting 3\ndelivered 6\nended\n', received: true };
		expect(await run('thorough', 'after', protocol)).toEqual(expected);
	});
});
