import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bundle, runChild } from '../support/children.js';
import { KINDS, type Kind } from './kinds.js';
import { chaosServer } from './server.js';

let built: { url: string; remove: () => void };
let folder: string;

beforeAll(async () => {
	built = await bundle();
	folder = mkdtempSync(join(tmpdir(), 'agentese-stalls-'));
});
afterAll(() => {
	built.remove();
	rmSync(folder, { recursive: true, force: true });
});

/** A backend that keeps requests open, with the connections that are open at it. */
interface Stalling {
	readonly url: string;
	readonly sockets: ReadonlySet<Socket>;
	readonly connections: () => number;
	close(): Promise<void>;
}

/** A server that accepts connections and reads what they send, but answers nothing: no TLS handshake, and no HTTP/2. */
async function silent(scheme: 'http' | 'https'): Promise<Stalling> {
	const sockets = new Set<Socket>();
	let connections = 0;
	const server = createServer((socket) => {
		connections += 1;
		sockets.add(socket);
		socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
		socket.resume();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	return {
		url: `${scheme}://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
		sockets,
		connections: () => connections,
		close: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

async function ofKind(kind: Kind): Promise<Stalling> {
	const server = await chaosServer(kind.over, kind.bad, true);
	const { url, sockets, close } = server;
	return { url, sockets, connections: () => server.connections, close };
}

const STALLS = KINDS.filter(({ name }) =>
	/now and then$|never answers|for ever$|and then nothing|nothing is read|reads nothing/.test(name),
);

const ENDS = ['natural', 'shutdown', 'SIGTERM'] as const;
const CASES = [
	...STALLS.map((kind) => [`${kind.over}, ${kind.name}`, kind.over, () => ofKind(kind)] as const),
	['http, a TLS handshake that stalls', 'http', () => silent('https')] as const,
	['grpc, a TLS handshake that stalls', 'grpc', () => silent('https')] as const,
	['grpc, an HTTP/2 preface that stalls', 'grpc', () => silent('http')] as const,
];

it.each(CASES)('%s: each end of the process is its own, and nothing is left open', async (_, over, start) => {
	const outcomes = await Promise.all(
		ENDS.map(async (how, index) => {
			const server = await start();
			const ended = await runChild('stalls.mjs', {
				args: [how],
				env: {
					...{ BUNDLE: built.url, ENDPOINT: server.url, OUTBOX: join(folder, `${_}-${index}`.replace(/\W+/g, '-')) },
					PROTOCOL: over === 'grpc' ? 'grpc' : 'http/protobuf',
				},
			});
			for (const socket of server.sockets) socket.resume();
			for (let i = 0; i < 100 && server.sockets.size > 0; i++) await sleep(20);
			const outcome = { ...ended, stderr: '', sockets: server.sockets.size };
			expect(server.connections()).toBeGreaterThanOrEqual(3);
			await server.close();
			return outcome;
		}),
	);
	const [natural, shutdown, signalled] = outcomes;
	const kept = /"created":3,"delivered":0,"queued":0,"dropped":0,.*"onDisk":3/;
	// A process that does not end by itself is killed by SIGKILL after 90 s.
	expect(natural).toMatchObject({ code: 0, signal: null, sockets: 0, stdout: expect.stringMatching(kept) });
	expect(natural?.stdout).toMatch(/^at exit: {2}\{/m);
	expect(shutdown).toMatchObject({ code: 0, signal: null, sockets: 0, stdout: expect.stringMatching(kept) });
	expect(shutdown?.stdout).toMatch(/^after shutdown: \n/);
	expect(signalled).toMatchObject({ code: null, signal: 'SIGTERM', sockets: 0 });
});
