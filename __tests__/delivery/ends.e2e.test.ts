import { readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bundle, runChild, temporary } from '../support/children.js';
import { type Backend, field, grpcBackend, httpBackend, messages, spanNamesIn } from '../support/otlp-servers.js';

let built: Awaited<ReturnType<typeof bundle>>;
let outbox: string;
let backend: Backend | undefined;

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());
beforeEach(() => {
	outbox = join(temporary(), 'outbox');
});
afterEach(async () => {
	await backend?.close();
	backend = undefined;
	rmSync(join(outbox, '..'), { recursive: true, force: true });
});

const PROTOCOLS = ['http/protobuf', 'grpc'] as const;

const open = async (protocol: string, port = 0) => {
	backend = await (protocol === 'grpc'
		? grpcBackend(undefined, undefined, port)
		: httpBackend(undefined, undefined, port));
	return backend;
};

/** A port of the loopback at which nothing listens now. */
async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

const run = (protocol: string, endpoint: string, how: string, count = 100, prefix = how) =>
	runChild('delivers.mjs', {
		args: [how, String(count), prefix],
		env: { BUNDLE: built.url, OUTBOX: outbox, ENDPOINT: endpoint, PROTOCOL: protocol },
	});

const namesOf = ({ got }: Backend) => got.flatMap(({ path, body }) => (/race/.test(path) ? spanNamesIn(body) : []));

const expected = (prefixes: readonly string[], count: number) =>
	prefixes.flatMap((prefix) => Array.from({ length: count }, (_, index) => `${prefix} ${index}`)).sort();

/** Returns all files in the outbox, except for those that are never removed. */
function files(folder = outbox): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		expect(statSync(path).mode & 0o777).toBe(entry.isDirectory() ? 0o700 : 0o600);
		if (entry.isDirectory()) return files(path);
		return entry.name === '.gitignore' ? [] : [path];
	});
}

const ENDS: readonly [how: string, code: number | null, signal: string | null][] = [
	['natural', 0, null],
	['exit', 3, null],
	['late', 3, null],
	['throw', 1, null],
	['reject', 1, null],
	['shutdown', 0, null],
	['SIGTERM', null, 'SIGTERM'],
	['SIGINT', null, 'SIGINT'],
	['SIGHUP', null, 'SIGHUP'],
	['SIGKILL', null, 'SIGKILL'],
];

/** One count fits in a request. The other needs several requests and turns of the event loop. */
const COUNTS = [100, 10_000];

describe.each(PROTOCOLS.flatMap((protocol) => COUNTS.map((count) => ({ protocol, count }))))(
	'however a process that made $count spans ends, over $protocol',
	({ protocol, count }) => {
		it.each(['healthy', 'dead'])('with a %s backend all arrive, at the latest at the next start', async (state) => {
			const port = state === 'dead' ? await freePort() : Number(new URL((await open(protocol)).url).port);
			const endpoint = `http://127.0.0.1:${port}`;
			// Two at a time: they share one outbox, and may send what another has left.
			const ends = [...ENDS];
			const next = async (): Promise<void> => {
				const end = ends.shift();
				if (end === undefined) return;
				const [how, code, signal] = end;
				const ended = await run(protocol, endpoint, how, count);
				expect({ how, code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({
					how,
					code,
					signal,
					stdout: '',
				});
				expect(ended.stderr).not.toContain('are lost');
				await next();
			};
			await Promise.all([next(), next()]);
			const to = backend ?? (await open(protocol, port));
			if (state === 'dead') expect(files().length).toBeGreaterThan(0);
			const heir = await run(protocol, endpoint, 'heir', 0);
			expect({ code: heir.code, stderr: heir.stderr }).toEqual({ code: 0, stderr: '' });
			const names = namesOf(to).sort();
			const wanted = expected(
				ENDS.map(([how]) => how),
				count,
			);
			const arrived = new Set(names);
			expect(wanted.filter((name) => !arrived.has(name))).toEqual([]);
			expect(arrived.size).toBe(wanted.length);
			if (state === 'dead') expect(names).toHaveLength(wanted.length);
			expect(files()).toEqual([]);
		});
	},
);

it('open spans of a process that ends arrive as interrupted, with their path and start', async () => {
	const port = await freePort();
	const endpoint = `http://127.0.0.1:${port}`;
	const before = BigInt(Date.now()) * 1_000_000n;
	expect(await run('http/protobuf', endpoint, 'amid', 1)).toMatchObject({ code: 3, stdout: '', stderr: '' });
	const to = await open('http/protobuf', port);
	await run('http/protobuf', endpoint, 'heir', 0);
	const spans = to.got.filter(({ path }) => path === '/v1/traces').flatMap(({ body }) => messages(body, 1, 2, 2));
	const summaries = spans.map((span) => {
		const attributes = messages(span, 9).map((pair): [string, string] => {
			const [value = Buffer.alloc(0)] = messages(pair, 2);
			return [String(messages(pair, 1)[0]), String(field(value, 1)[0] ?? field(value, 2)[0])];
		});
		const [start = Buffer.alloc(8)] = field(span, 7) as Buffer[];
		expect(start.readBigUInt64LE() - before).toBeGreaterThan(-5_000_000n);
		const {
			'agentese.path': path,
			'agentese.outcome': outcome,
			'agentese.interrupted': cut,
		} = Object.fromEntries(attributes);
		return [String(messages(span, 5)[0]), path, outcome, cut];
	});
	expect(summaries.sort()).toEqual([
		['agentese.invoke', 'self.soul.challenge', 'cancelled', '1'],
		['agentese.invoke', 'self.soul.dream', 'cancelled', '1'],
		['amid 0', undefined, undefined, undefined],
		['plain', undefined, undefined, '1'],
	]);
});

it('worker threads have their own segments, which the next process sends', async () => {
	const port = await freePort();
	const endpoint = `http://127.0.0.1:${port}`;
	expect(await run('http/protobuf', endpoint, 'threads')).toMatchObject({ code: 0, stdout: '' });
	const to = await open('http/protobuf', port);
	await run('http/protobuf', endpoint, 'heir', 0);
	expect(namesOf(to).sort()).toEqual(expected(['thread exit', 'thread idle', 'threads'], 100));
	expect(files()).toEqual([]);
});

it('does not adopt the segments of a living process, which sends them itself', async () => {
	const port = await freePort();
	const endpoint = `http://127.0.0.1:${port}`;
	const neighbour = run('http/protobuf', endpoint, 'SIGKILL');
	await new Promise((resolve) => setTimeout(resolve, 100));
	const other = await run('http/protobuf', endpoint, 'heir', 0);
	const killed = await neighbour;
	expect(killed.signal).toBe('SIGKILL');
	const found = JSON.parse(other.stdout) as { adopted: number };
	expect([0, 100]).toContain(found.adopted);
	const to = await open('http/protobuf', port);
	await run('http/protobuf', endpoint, 'heir', 0);
	expect(namesOf(to).sort()).toEqual(expected(['SIGKILL'], 100));
});
