import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { quietPort } from '../../../scripts/arrives/port.mjs';
import { type Backend, httpBackend, spanNamesIn } from '../../support/otlp-servers.js';
import { type Application, startApplication } from '../support/application.js';

let outbox: string;
let port: number;
let backend: Backend | undefined;
let family: Application;

beforeEach(async () => {
	outbox = join(mkdtempSync(join(tmpdir(), 'agentese-family-')), 'outbox');
	port = await quietPort();
	family = startApplication({ endpoint: `http://127.0.0.1:${port}`, outbox, file: 'family.child.mjs' });
});
afterEach(async () => {
	await family.kill();
	await backend?.close();
	rmSync(join(outbox, '..'), { recursive: true, force: true });
});

const filesOf = (ending: string) =>
	readdirSync(outbox, { recursive: true, encoding: 'utf8' })
		.filter((name) => /traces/.test(name) && name.endsWith(ending))
		.map((name) => join(outbox, name));

const MEMBERS = ['primary', 'cluster 1', 'cluster 2', 'fork', 'thread'];

it('each worker, forked process and thread has its own journal, and the others deliver what a killed one left', async () => {
	for (const to of MEMBERS) {
		await family.tell('make', { to, prefix: to, count: 100 });
		await family.until(({ onDisk, created }) => onDisk === 100 && created === 100, 'stats', { to });
	}
	expect(filesOf('.owner')).toHaveLength(MEMBERS.length);
	expect(filesOf('.segment')).toHaveLength(MEMBERS.length);
	expect(filesOf('.lock')).toHaveLength(MEMBERS.length);

	await family.tell('kill', { to: 'cluster 1' });
	await family.tell('kill', { to: 'thread' });

	const open = await httpBackend(undefined, undefined, port);
	backend = open;
	const names = () => open.got.flatMap(({ path, body }) => (path === '/v1/traces' ? spanNamesIn(body) : []));
	// Journals of exited processes are looked for about every 30 s.
	await family.until(() => new Set(names()).size >= 500, 'stats', { to: 'primary' }, 240_000);
	expect(names().sort()).toEqual(
		MEMBERS.flatMap((to) => Array.from({ length: 100 }, (_, index) => `${to} ${index}`)).sort(),
	);
	const survivors = ['primary', 'cluster 2', 'fork'];
	let adopted = 0;
	for (const to of survivors) {
		const spans = await family.until(({ onDisk }) => onDisk === 0, 'stats', { to });
		expect(spans).toMatchObject({
			created: 100 + (spans.adopted ?? 0),
			delivered: spans.created,
			queued: 0,
			dropped: 0,
		});
		adopted += spans.adopted ?? 0;
	}
	expect(adopted).toBe(200);
	for (const to of ['cluster 2', 'fork']) await family.tell('end', { to });
	expect(await family.end()).toMatchObject({ code: 0, spans: { queued: 0, onDisk: 0, dropped: 0 } });
	expect([...filesOf('.segment'), ...filesOf('.owner'), ...filesOf('.lock')]).toEqual([]);
}, 600_000);
