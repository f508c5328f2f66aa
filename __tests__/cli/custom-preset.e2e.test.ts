import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { quietPort } from '../../scripts/arrives/port.mjs';
import { eventually } from '../e2e/support/servers.js';
import { type Backend, httpBackend, spanNamesIn } from '../support/otlp-servers.js';
import { type Built, buildProgram, Room } from './support/room.js';

let built: Built;
let room: Room;
let port: number;
const open: Backend[] = [];

beforeAll(async () => {
	built = await buildProgram();
});
afterAll(() => built.remove());
beforeEach(async () => {
	room = new Room(built);
	port = await quietPort();
});
afterEach(async () => {
	await Promise.all(open.splice(0).map((one) => one.close()));
	room.close();
});

/** How a custom preset names its backend: by an OTLP endpoint, or by a custom `send`. */
const KINDS = {
	'an OTLP endpoint': (to: number) => `{ endpoint: 'http://127.0.0.1:${to}', headers: { 'x-hive': 'seven' } }`,
	'a custom send': (to: number) => `{
		endpoint: 'wire://127.0.0.1:${to}/hive',
		async send({ signal, body, abort }) {
			const headers = { 'x-hive': 'seven' };
			const { status } = await fetch('http://127.0.0.1:${to}/v1/' + signal, { method: 'POST', headers, body, signal: abort });
			if (status !== 200) return { kind: 'retry', error: new Error('status ' + status) };
		},
	}`,
};

/** Writes a preset and the config that names it. */
function presetOf(to: string, more = ''): void {
	writeFileSync(
		join(room.folder, 'hive.mjs'),
		`export default { name: 'hive', create: async (options, { deliver }) => { ${more} return deliver(${to}); } };\n`,
	);
	room.config({ preset: './hive.mjs', delivery: { directory: room.outbox } });
}

async function backendThere(): Promise<Backend> {
	const one = await httpBackend(undefined, undefined, port);
	open.push(one);
	return one;
}

/** Runs a process that makes that many spans. All of them are on disk, with those that it adopted. */
async function left(count: number, prefix: string, adopted = 0) {
	const running = room.leaves(count, prefix);
	const [spans] = JSON.parse(await running.printed) as number[];
	expect(spans).toBe(count + adopted);
	return running;
}

const traces = ({ got }: Backend) => got.filter(({ path }) => path === '/v1/traces');
const spansOf = (one: Backend) => traces(one).flatMap(({ body }) => spanNamesIn(body));
const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
const segments = () =>
	readdirSync(room.outbox, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.segment'));

describe.each(Object.entries(KINDS))('a custom preset with %s', (kind, to) => {
	const shown = () =>
		kind === 'an OTLP endpoint' ? `http://127.0.0.1:${port}/v1/traces` : `wire://127.0.0.1:${port}/hive`;

	it('sends each span once after an outage', async () => {
		presetOf(to(port));
		const { child, ended } = await left(100, 'outage');
		const backend = await backendThere();
		await eventually(async () => (spansOf(backend).length >= 100 ? true : undefined), 'the spans');
		child.kill('SIGTERM');
		const { signal, stderr } = await ended;
		expect(signal).toBe('SIGTERM');
		expect(stderr).toContain('the hive preset cannot deliver to ');
		expect(spansOf(backend).sort()).toEqual(named('outage', 100).sort());
		expect(new Set(traces(backend).map(({ headers }) => headers['x-hive']))).toEqual(new Set(['seven']));
	});

	it('leaves what could not be sent at the end of the process to the next start, which adopts it', async () => {
		presetOf(to(port));
		for (const [how, adopted] of [
			['SIGTERM', 0],
			['SIGKILL', 50],
		] as const) {
			const { child, ended } = await left(50, how, adopted);
			child.kill(how);
			expect((await ended).signal).toBe(how);
		}
		const backend = await backendThere();
		const next = room.leaves(10, 'next');
		await eventually(async () => (spansOf(backend).length >= 110 ? true : undefined), 'the spans');
		next.child.kill('SIGTERM');
		await next.ended;
		expect(spansOf(backend).sort()).toEqual(
			[...named('SIGTERM', 50), ...named('SIGKILL', 50), ...named('next', 10)].sort(),
		);
		expect(segments()).toEqual([]);
	});

	it('has its part of the outbox sent by a flush, which reports the address', async () => {
		presetOf(to(port));
		const { child, ended } = await left(50, 'flushed');
		child.kill('SIGKILL');
		await ended;
		const away = await room.program('flush', '--timeout', '1s').ended;
		expect(away.code).toBe(1);
		expect(away.stdout).toContain(`hive ${shown()}: 50 spans left (`);
		const backend = await backendThere();
		const { code, stdout, stderr } = await room.program('flush').ended;
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout.split('\n')).toContain(`hive ${shown()}: 50 spans sent`);
		expect(spansOf(backend).sort()).toEqual(named('flushed', 50).sort());
		expect(traces(backend).map(({ headers }) => headers['x-hive'])).toEqual(['seven']);
		expect(segments()).toEqual([]);
	});
});

it('a flush creates a custom preset only if something waits for it, and logs why if that fails', async () => {
	presetOf(KINDS['an OTLP endpoint'](port), `if (process.argv[2] === 'flush') throw new Error('no flush today');`);
	const empty = await room.program('flush').ended;
	expect(empty).toMatchObject({ code: 0, stdout: `Nothing waits in ${room.outbox}.\n`, stderr: '' });
	const { child, ended } = await left(5, 'waiting');
	child.kill('SIGKILL');
	await ended;
	const { code, stdout, stderr } = await room.program('flush').ended;
	expect(code).toBe(1);
	expect(stdout).toMatch(/^hive-127\.0\.0\.1_\d+-[0-9a-f]{10}\/traces: 5 spans left: no backend of the config/m);
	expect(stderr).toMatch(/the hive preset cannot be created, so that what it left is not sent\..*no flush today/);
});
