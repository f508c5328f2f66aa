import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Backend, httpBackend, logTextsIn, metricNamesIn, spanNamesIn } from '../support/otlp-servers.js';
import { type Built, buildProgram, freePort, holdingBackend, openBackend, Room } from './support/room.js';

let built: Built;
let room: Room;
let port: number;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
	built = await buildProgram();
});
afterAll(() => built.remove());
beforeEach(async () => {
	room = new Room(built);
	port = await freePort();
	room.sendingTo(`http://127.0.0.1:${port}`, 'http/protobuf');
});
afterEach(async () => {
	await Promise.all(open.splice(0).map((one) => one.close()));
	room.close();
});

function opened<T extends { close(): Promise<void> }>(one: T): T {
	open.push(one);
	return one;
}

/** Runs one process for each prefix, all at the same time, and kills each when all of its records are on disk. */
async function leave(count: number, ...prefixes: string[]): Promise<void> {
	const writers = prefixes.map((prefix) => room.leaves(count, prefix));
	for (const { printed } of writers) {
		const [spans, points, records] = JSON.parse(await printed) as number[];
		expect({ spans, records }).toEqual({ spans: count, records: 1 });
		expect(points).toBeGreaterThan(0);
	}
	for (const { child } of writers) child.kill('SIGKILL');
	for (const { ended } of writers) expect((await ended).signal).toBe('SIGKILL');
}

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
const spansOf = ({ got }: Backend) => got.flatMap(({ path, body }) => (/race/.test(path) ? spanNamesIn(body) : []));
const segments = () =>
	readdirSync(room.outbox, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.segment'));

/** Runs a flush and returns its report. @param code - the exit code that is expected */
async function flushed(code: number, ...words: string[]) {
	const ended = await room.program('flush', '--json', ...words).ended;
	expect({ code: ended.code, stderr: code === 0 ? ended.stderr : '' }).toEqual({ code, stderr: '' });
	const report = JSON.parse(ended.stdout);
	expect(report.complete).toBe(code === 0);
	return report;
}

describe.each(['http/protobuf', 'http/json', 'grpc'])('what killed processes have left, over %s,', (protocol) => {
	it('is sent whole, with the headers of the config, and nothing is left', async () => {
		room.sendingTo(`http://127.0.0.1:${port}`, protocol);
		await leave(100, 'one', 'two');
		const backend = opened(await openBackend(protocol, port));
		const { code, stdout, stderr } = await room.program('flush').ended;
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		const path = (signal: string) => `http://127.0.0.1:${port}${protocol === 'grpc' ? '' : `/v1/${signal}`}`;
		const [first, second, ...rest] = stdout.trimEnd().split('\n');
		expect(first).toBe(`otlp ${path('traces')}: 200 spans sent`);
		expect(second).toMatch(/^otlp \S+: \d+ metric points sent$/);
		expect(rest).toEqual([`otlp ${path('logs')}: 2 log records sent`, `Nothing is left in ${room.outbox}.`]);
		expect(backend.got.map(({ headers }) => headers['x-tenant'])).toEqual(backend.got.map(() => 'garden'));
		expect(segments()).toEqual([]);
		if (protocol === 'http/json') {
			const text = backend.got.map(({ body }) => String(body)).join('\n');
			for (const name of [...named('one', 100), ...named('two', 100)]) {
				expect(text.split(`"name":"${name}"`)).toHaveLength(2);
			}
			return;
		}
		expect(spansOf(backend).sort()).toEqual([...named('one', 100), ...named('two', 100)].sort());
		const metrics = backend.got.flatMap(({ path: to, body }) => (/etrics/.test(to) ? metricNamesIn(body) : []));
		expect(metrics.filter((name) => name.endsWith('.counted')).sort()).toEqual(['one.counted', 'two.counted']);
		const texts = backend.got.flatMap(({ path: to, body }) => (/ogs/.test(to) ? logTextsIn(body) : []));
		expect(texts.sort()).toEqual(['one said', 'two said']);
	});
});

describe('with an unreachable backend', () => {
	it('a flush leaves everything, prints why and exits with 1; the next flush sends it', async () => {
		await leave(50, 'unreachable');
		const { code, stdout, stderr } = await room.program('flush', '--timeout', '1s').ended;
		expect(code).toBe(1);
		expect(stdout).toContain(`/v1/traces: 50 spans left (connect ECONNREFUSED 127.0.0.1:${port})\n`);
		expect(stdout).toMatch(/\d+ records are left in .*outbox\.\n$/);
		expect(stderr).toContain(`cannot deliver to http://127.0.0.1:${port}`);
		const backend = opened(await openBackend('http', port));
		const { left, backends } = await flushed(0);
		expect({ left, sent: backends[0].sent }).toEqual({ left: 0, sent: 50 });
		expect(spansOf(backend).sort()).toEqual(named('unreachable', 50).sort());
	});

	it('a flush waits for it, and sends everything if it is reachable within the time', async () => {
		await leave(50, 'back');
		const running = room.program('flush', '--timeout', '60s');
		await new Promise<void>((resolve) => running.child.stderr?.once('data', () => resolve()));
		const backend = opened(await openBackend('http', port));
		expect((await running.ended).code).toBe(0);
		expect(spansOf(backend).sort()).toEqual(named('back', 50).sort());
	});

	it('a flush waits no longer than the timeout if the backend does not respond', async () => {
		// A request may take a minute.
		room.sendingTo(`http://127.0.0.1:${port}`, 'http/protobuf', {}, undefined, { timeout: 60_000 });
		await leave(50, 'silent');
		const backend = opened(await holdingBackend(port, 0));
		const begun = performance.now();
		const { backends } = await flushed(1, '--timeout', '1s');
		expect(performance.now() - begun).toBeLessThan(30_000);
		expect(backends[0]).toMatchObject({ signal: 'traces', sent: 0, left: 50 });
		backend.release();
		await flushed(0);
		expect(backend.taken.flatMap((body) => spanNamesIn(body)).filter((name) => name.startsWith('silent'))).toEqual(
			named('silent', 50),
		);
	});
});

it('names what a living process holds, waits for it, and leaves the sending to that process', async () => {
	const writer = room.leaves(30, 'living');
	await writer.printed;
	const before = segments();
	const { code, stdout } = await room.program('flush', '--timeout', '1s').ended;
	expect(code).toBe(1);
	expect(stdout).toContain(
		`/v1/traces: 30 spans left to process ${writer.child.pid}, which lives and sends them itself\n`,
	);
	expect(segments()).toEqual(before);
	const waits = flushed(0, '--timeout', '60s');
	const backend = opened(await openBackend('http', port));
	const { backends } = await waits;
	expect(backends[0]).toMatchObject({ sent: 0, left: 0 });
	expect(spansOf(backend).sort()).toEqual(named('living', 30).sort());
});

it('sends each record once if two flushes run at the same time, which both end when nothing is left', async () => {
	await leave(1000, 'first', 'second', 'third');
	const backend = opened(await openBackend('http', port));
	const both = await Promise.all([flushed(0), flushed(0)]);
	expect(both.reduce((sum, { backends }) => sum + backends[0].sent, 0)).toBe(3000);
	const wanted = ['first', 'second', 'third'].flatMap((prefix) => named(prefix, 1000));
	expect(spansOf(backend).sort()).toEqual(wanted.sort());
});

it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
	'a flush that %s ends in the middle leaves the rest to the next',
	async (signal) => {
		await leave(2000, 'cut');
		const backend = opened(await holdingBackend(port, 2));
		const running = room.program('flush');
		await backend.held;
		running.child.kill(signal);
		const ended = await running.ended;
		expect({ code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({
			code: null,
			signal,
			stdout: '',
		});
		if (signal !== 'SIGKILL')
			expect(ended.stderr).toBe('agentese-otel: interrupted; what is not sent stays in the outbox.\n');
		backend.release();
		const { left } = await flushed(0);
		expect(left).toBe(0);
		const names = backend.taken.flatMap((body) => spanNamesIn(body)).filter((name) => name.startsWith('cut '));
		const wanted = named('cut', 2000).sort();
		expect([...new Set(names)].sort()).toEqual(wanted);
		// Everything that was accepted before the kill is marked on disk, except for the last request before it.
		expect(names.length - wanted.length).toBeLessThanOrEqual(signal === 'SIGKILL' ? 512 : 0);
	},
);

it('keeps the record that the backend refuses with its response, names it, and sends it again with --refused', async () => {
	await leave(20, 'one');
	let isMended = false;
	const backend = opened(
		await httpBackend(
			({ path, body }) =>
				path === '/v1/traces' && !isMended && spanNamesIn(body).includes('one 7')
					? { status: 400, body: Buffer.from('no') }
					: { status: 200 },
			undefined,
			port,
		),
	);
	const { code, stdout } = await room.program('flush').ended;
	expect(code).toBe(1);
	const [, folder = ''] =
		/: 19 spans sent, 1 spans refused, 1 refused spans kept in (\S+) \(1 file\)/.exec(stdout) ?? [];
	expect(stdout).toContain(': send them again with --refused\n');
	expect(stdout).toContain('\n1 refused record is kept in ');
	const [letter = ''] = readdirSync(join(room.outbox, folder));
	expect(readFileSync(join(room.outbox, folder, letter), 'latin1')).toContain('"answer":"no"');
	// It is named each time, and not sent.
	const before = backend.got.length;
	expect((await flushed(1)).backends.map((each: { deadLetters: object }) => each.deadLetters)).toContainEqual({
		...{ files: 1, records: 1 },
	});
	expect(backend.got.length).toBe(before);
	isMended = true;
	await flushed(0, '--refused');
	expect(spanNamesIn(backend.got.at(-1)?.body ?? Buffer.alloc(0))).toEqual(['one 7']);
	expect(readdirSync(join(room.outbox, folder))).toEqual([]);
	await flushed(0);
});

it('leaves everything where it is if the backend refuses every record', async () => {
	await leave(20, 'whole');
	opened(await httpBackend(() => ({ status: 400, body: Buffer.from('no') }), undefined, port));
	const { code, stdout } = await room.program('flush', '--timeout', '2s').ended;
	expect(code).toBe(1);
	expect(stdout).toMatch(/: 20 spans left \(it refuses every record: 400 Bad Request\)/);
	expect(
		readdirSync(room.outbox, { recursive: true, encoding: 'utf8' }).filter((name) => /refused/.test(name)),
	).toEqual([]);
});

it('sends what is older than delivery.maxAge too, since the user asks for it', async () => {
	await leave(20, 'old');
	room.sendingTo(`http://127.0.0.1:${port}`, 'http/protobuf', { maxAge: '1ms' });
	const backend = opened(await openBackend('http', port));
	await flushed(0);
	expect(spansOf(backend).sort()).toEqual(named('old', 20).sort());
});

it('leaves and reports what waits for an address that the config does not have; --config names another config', async () => {
	await leave(20, 'stray');
	const backend = opened(await openBackend('http', port));
	room.sendingTo(`http://127.0.0.1:${port}`, 'http/protobuf', {}, 'other.json');
	room.sendingTo('http://127.0.0.1:9', 'http/protobuf');
	const { code, stdout } = await room.program('flush').ended;
	expect(code).toBe(1);
	expect(stdout).toMatch(
		/^otlp-127\.0\.0\.1_\d+-[0-9a-f]{10}\/traces: 20 spans left: no backend of the config has that address/m,
	);
	room.config({ preset: 'json', delivery: { directory: room.outbox } });
	const { strays, backends } = await flushed(1);
	const traces = strays.find(({ folder }: { folder: string }) => folder.endsWith('/traces'));
	expect({ backends, left: traces?.left }).toEqual({ backends: [], left: 20 });
	expect(backend.got).toEqual([]);
	await flushed(0, '--config', 'other.json');
	expect(spansOf(backend).sort()).toEqual(named('stray', 20).sort());
});

it('sends from the named directory, to the backends of the config', async () => {
	await leave(20, 'named');
	room.config({ preset: 'otlp', otlp: { endpoint: `http://127.0.0.1:${port}` } });
	const backend = opened(await openBackend('http', port));
	expect((await flushed(0)).directory).toBe(join(room.folder, '.agentese', 'outbox'));
	expect(backend.got).toEqual([]);
	expect((await flushed(0, 'outbox')).directory).toBe(room.outbox);
	expect(spansOf(backend).sort()).toEqual(named('named', 20).sort());
});

it('leaves a file of another version, and reports it', async () => {
	await leave(20, 'strange');
	const [one = ''] = segments();
	const other = one.replace(/\d+\.segment$/, '99.segment');
	writeFileSync(join(room.outbox, other), 'agentese-otel/9\nwhatever');
	opened(await openBackend('http', port));
	const { left, backends } = await flushed(1);
	expect({ left, files: backends.flatMap((sent: { otherVersion: string[] }) => sent.otherVersion) }).toEqual({
		left: 0,
		files: [other.split('/').at(-1)],
	});
	expect(readFileSync(join(room.outbox, other), 'utf8')).toBe('agentese-otel/9\nwhatever');
});
