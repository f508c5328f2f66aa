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
	// Nothing listens on the port while the application runs.
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

/** Returns the spans that the next start sends of what this one has left. */
async function sentByNextStart(): Promise<Span[]> {
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

const attributeOf = ({ attributes }: Span, key: string) =>
	Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];

const summaryOf = (span: Span) => [
	span.name,
	attributeOf(span, 'agentese.interrupted'),
	attributeOf(span, 'agentese.path'),
	attributeOf(span, 'agentese.outcome'),
];

const segments = () =>
	readdirSync(outbox, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.segment'));

it('the next start sends the open spans of a killed process, as of their last checkpoint', async () => {
	expect((await run('SIGKILL')).signal).toBe('SIGKILL');
	const spans = await sentByNextStart();
	expect(spans.map(summaryOf)).toEqual([
		['quick', undefined, undefined, undefined],
		['world.garden.walk', undefined, 'world.garden.walk', 'ok'],
		['world.house.build', true, 'world.house.build', 'cancelled'],
	]);
	const [quick, , house] = spans;
	if (house === undefined || quick === undefined) throw new Error('two spans are missing');
	expect([quick.traceId, quick.parentSpanId]).toEqual([house.traceId, house.spanId]);
	expect(attributeOf(house, 'note')).toBe('password=[redacted]');
	expect(Number(house.endTimeUnixNano) - Number(house.startTimeUnixNano)).toBeGreaterThanOrEqual(1e9);
	expect(segments()).toEqual([]);
});

it('the next process writes the open spans of a killed one into the files of the json preset', async () => {
	expect((await run('SIGKILL', 'json')).signal).toBe('SIGKILL');
	expect(segments().length).toBeGreaterThan(0);
	const heir = await run('heir', 'json');
	expect({ code: heir.code, stderr: heir.stderr }).toEqual({ code: 0, stderr: '' });
	expect(JSON.parse(heir.stdout)).toMatchObject({ created: 1, delivered: 1, adopted: 1, onDisk: 0 });
	expect(spansOf(outbox).map(summaryOf).sort()).toEqual([
		['quick', undefined, undefined, undefined],
		['world.garden.walk', undefined, 'world.garden.walk', 'ok'],
		['world.house.build', true, 'world.house.build', 'cancelled'],
	]);
	expect(segments()).toEqual([]);
});

it.each([
	['SIGTERM', ['quick', 'world.garden.walk', 'world.house.build', 'young']],
	// Telemetry was shut down before the process was killed.
	['shutdown', ['quick', 'world.garden.walk', 'world.house.build', 'young']],
])('sends each open span once, by its end, if the process ends by %s', async (how, names) => {
	await run(how);
	const spans = await sentByNextStart();
	expect(spans.map(({ name }) => name)).toEqual(names);
	expect(segments()).toEqual([]);
});
