import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { bundle, type Line, runChild, type Span, spansOf, temporary } from '../../support/children.js';
import { type Backend, httpBackend } from '../../support/otlp-servers.js';

let built: Awaited<ReturnType<typeof bundle>>;
let outbox: string;
let port: number;
let backend: Backend | undefined;

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());
beforeEach(async () => {
	outbox = join(temporary(), 'outbox');
	// Nothing listens there while the application runs.
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	port = (server.address() as { port: number }).port;
	await new Promise((resolve) => server.close(resolve));
});
afterEach(async () => {
	await backend?.close();
	backend = undefined;
	rmSync(join(outbox, '..'), { recursive: true, force: true });
});

const run = (how: string, preset = 'otlp') =>
	runChild('open.mjs', {
		args: [how],
		env: { BUNDLE: built.url, OUTBOX: outbox, ENDPOINT: `http://127.0.0.1:${port}`, PRESET: preset },
	});

/** What the next start sends of what this one left. */
async function inherited(): Promise<Span[]> {
	backend = await httpBackend(
		() => ({ status: 200, body: Buffer.from('{}'), type: 'application/json' }),
		undefined,
		port,
	);
	const heir = await run('heir');
	expect({ code: heir.code, stderr: heir.stderr }).toEqual({ code: 0, stderr: '' });
	return backend.got
		.filter(({ path }) => path === '/v1/traces')
		.map(({ body }) => JSON.parse(body.toString()) as Line)
		.flatMap(({ resourceSpans = [] }) =>
			resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
		)
		.sort((a, b) => a.name.localeCompare(b.name));
}

const saidOf = ({ attributes }: Span, key: string) =>
	Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];

const told = (span: Span) => [
	span.name,
	saidOf(span, 'agentese.interrupted'),
	saidOf(span, 'agentese.path'),
	saidOf(span, 'agentese.outcome'),
];

const segments = () =>
	readdirSync(outbox, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.segment'));

it('what a killed process was in the middle of is told by the next start, as it was last noted', async () => {
	expect((await run('SIGKILL')).signal).toBe('SIGKILL');
	const spans = await inherited();
	expect(spans.map(told)).toEqual([
		['quick', undefined, undefined, undefined],
		['world.garden.walk', undefined, 'world.garden.walk', 'ok'],
		['world.house.build', true, 'world.house.build', 'cancelled'],
	]);
	const [quick, , house] = spans;
	if (house === undefined || quick === undefined) throw new Error('two spans are missing');
	expect([quick.traceId, quick.parentSpanId]).toEqual([house.traceId, house.spanId]);
	expect(saidOf(house, 'note')).toBe('password=[redacted]');
	expect(Number(house.endTimeUnixNano) - Number(house.startTimeUnixNano)).toBeGreaterThanOrEqual(1e9);
	expect(segments()).toEqual([]);
});

it('the next process writes what a killed one has left into the files of the json preset', async () => {
	expect((await run('SIGKILL', 'json')).signal).toBe('SIGKILL');
	expect(segments().length).toBeGreaterThan(0);
	const heir = await run('heir', 'json');
	expect({ code: heir.code, stderr: heir.stderr }).toEqual({ code: 0, stderr: '' });
	expect(JSON.parse(heir.stdout)).toMatchObject({ made: 1, written: 1, adopted: 1, onDisk: 0 });
	expect(spansOf(outbox).map(told).sort()).toEqual([
		['quick', undefined, undefined, undefined],
		['world.garden.walk', undefined, 'world.garden.walk', 'ok'],
		['world.house.build', true, 'world.house.build', 'cancelled'],
	]);
	expect(segments()).toEqual([]);
});

it.each([
	['SIGTERM', ['quick', 'world.garden.walk', 'world.house.build', 'young']],
	// Telemetry was off when the process ended.
	['shutdown', ['quick', 'world.garden.walk']],
])('where the process ends by %s what was noted is told once, by its end', async (how, names) => {
	await run(how);
	const spans = await inherited();
	expect(spans.map(({ name }) => name)).toEqual(names);
	expect(segments()).toEqual([]);
});
