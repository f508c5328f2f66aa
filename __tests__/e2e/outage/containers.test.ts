import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { quietPort } from '../../../scripts/arrives/port.mjs';
import { type Backend, httpBackend, spanNamesIn } from '../../support/otlp-servers.js';
import { type Application, type Settings, startApplication } from '../support/application.js';

/** Starts a process as pid 1 of a pid namespace of its own, under a host name of its own, as in a container. */
const container = (host: string) => [
	...['unshare', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc', '--uts', '--net'],
	...['sh', '-c', `hostname ${host}; ip link set lo up 2> /dev/null; exec "$@"`, 'container'],
];
/** The same in the network of the machine, so that a backend can be reached. */
const networked = (host: string) => container(host).filter((word) => word !== '--net');

const HAS_CONTAINERS = spawnSync(networked('probe')[0] ?? '', [...networked('probe').slice(1), 'true']).status === 0;
if (!HAS_CONTAINERS) process.stdout.write('SKIPPED: containers, since unshare is not permitted here\n');
it('containers can be made where all tests must run', () => {
	expect(HAS_CONTAINERS || process.env['CI'] !== 'true').toBe(true);
});

const YEAR = 365 * 864e5;

let outbox: string;
let port: number;
let backend: Backend | undefined;
let running: Application[];

beforeEach(async () => {
	outbox = join(mkdtempSync(join(tmpdir(), 'agentese-containers-')), 'outbox');
	port = await quietPort();
	running = [];
});
afterEach(async () => {
	for (const one of running) await one.kill();
	await backend?.close();
	backend = undefined;
	rmSync(join(outbox, '..'), { recursive: true, force: true });
});

function start(settings: Partial<Settings> = {}): Application {
	const one = startApplication({ endpoint: `http://127.0.0.1:${port}`, outbox, ...settings });
	running.push(one);
	return one;
}

async function open(): Promise<void> {
	backend = await httpBackend(undefined, undefined, port);
}

const names = () =>
	(backend?.got ?? []).flatMap(({ path, body }) => (path === '/v1/traces' ? spanNamesIn(body) : [])).sort();

const wanted = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

/** Makes spans while the backend is away, until all of them are on disk. */
async function leave(one: Application, prefix: string, count: number): Promise<void> {
	await one.tell('make', { prefix, count });
	await one.until(({ onDisk, queued }) => onDisk >= count && queued === 0);
}

(HAS_CONTAINERS ? describe : describe.skip)('a container', () => {
	it('that restarts as pid 1 and lives for 8 s sends all that its predecessor left', async () => {
		const before = start({ wrap: networked('slot') });
		await leave(before, 'before', 200);
		await before.kill();
		await open();
		const after = start({ wrap: networked('slot') });
		const { adopted } = await after.until(({ delivered }) => delivered === 200, 'stats', {}, 8000);
		expect([adopted, names()]).toEqual([200, wanted('before', 200).sort()]);
		await after.kill();
	});

	it('adopts nothing of another one that lives, although both are pid 1, wrong clocks or not', async () => {
		const one = start({ wrap: networked('one') });
		await leave(one, 'one', 500);
		const others = [
			start({ wrap: networked('two'), clockMs: 180_000 }),
			start({ wrap: networked('three'), clockMs: -180_000 }),
			// Without the network of the first one.
			start({ wrap: container('four'), clockMs: YEAR }),
		];
		for (const [index, other] of others.entries()) {
			await leave(other, `other ${index}`, 100);
			expect(await other.tell('stats')).toMatchObject({ created: 100, adopted: 0 });
		}
		await others[2]?.kill();
		await open();
		for (const [index, each] of [one, ...others.slice(0, 2)].entries()) {
			await each.until(({ delivered }) => delivered >= (index === 0 ? 500 : 100), 'flush');
		}
		// The fourth one was killed: its neighbours send what it left.
		await one.until(() => names().length >= 800, 'stats', {}, 120_000);
		const all = [...wanted('one', 500), ...[0, 1, 2].flatMap((index) => wanted(`other ${index}`, 100))];
		expect(names()).toEqual(all.sort());
	});
});

it.each([
	['in 2020', -6 * YEAR],
	['in 1970', -56 * YEAR],
	['in ten years', 10 * YEAR],
])('what was written while the clock was %s is sent after it was set right', async (_, clockMs) => {
	const before = start({ clockMs });
	await leave(before, 'before', 100);
	await before.kill();
	await open();
	const after = start();
	const { dropped, adopted } = await after.until(({ delivered }) => delivered === 100);
	expect([dropped, adopted, names()]).toEqual([0, 100, wanted('before', 100).sort()]);
	expect(await after.end()).toMatchObject({ code: 0, spans: { onDisk: 0, dropped: 0 } });
	expect(
		readdirSync(outbox, { recursive: true, encoding: 'utf8' }).filter((name) => /segment|owner|lock/.test(name)),
	).toEqual([]);
});
