import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { type DeliverySettings, deliveryDefaults } from '../../delivery/options.js';
import type { PresetParts } from '../../extend.js';
import { type OtlpSettings, otlpDefaults } from '../../presets/contract/otlp-options.js';
import { otlp } from '../../presets/otlp/preset.js';
import type { SignalCounts } from '../../sdk/index.js';
import { temporary } from '../support/children.js';
import { type Deed, type Misbehaving, misbehaving, until } from '../support/misbehaving.js';
import { captureLogs, environment, providers } from '../support/providers.js';

let backends: Misbehaving[];
let directory: string;
let logged: string[];

beforeEach(() => {
	backends = [];
	directory = temporary();
	logged = captureLogs();
	process.env['OTEL_BSP_SCHEDULE_DELAY'] = '50';
});
afterEach(async () => {
	diag.disable();
	delete process.env['OTEL_BSP_SCHEDULE_DELAY'];
	for (const backend of backends) await backend.close();
	rmSync(directory, { recursive: true, force: true });
});

const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;

interface Running {
	backend: Misbehaving;
	parts: PresetParts;
	spans(): SignalCounts;
	make(...names: string[]): void;
	flush(): Promise<void>;
	shutdown(): Promise<void>;
}

async function start(
	protocol: OtlpSettings['protocol'],
	script: (names: string[], index: number) => Deed,
	{ delivery = {}, ...settings }: Partial<OtlpSettings> & { delivery?: Partial<DeliverySettings> } = {},
): Promise<Running> {
	const backend = await misbehaving(protocol, script);
	backends.push(backend);
	const parts = await otlp.create(
		{ ...otlpDefaults(), endpoint: backend.url, protocol, ...settings },
		{ ...environment(['traces']), delivery: { ...deliveryDefaults, directory, ...delivery } },
	);
	const { tracer, flush, shutdown } = providers(parts);
	const spans = () => {
		const counts = parts.stats?.().spans ?? ({} as SignalCounts);
		const { created, delivered, queued, dropped, onDisk = 0 } = counts;
		expect(created).toBe(delivered + queued + onDisk + dropped);
		return counts;
	};
	return {
		backend,
		parts,
		spans,
		flush,
		shutdown: async () => {
			await shutdown();
			spans();
		},
		make: (...names) => {
			for (const name of names) tracer.startSpan(name).end();
		},
	};
}

const names = (count: number, prefix = 'span') => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

/** Returns the dead deadLetters: the first line of each file, and the body. */
function deadLetters(): { head: Record<string, unknown>; body: string }[] {
	return readdirSync(directory, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.refused'))
		.map((name) => {
			expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
			const text = readFileSync(join(directory, name), 'latin1');
			const end = text.indexOf('\n');
			return { head: JSON.parse(text.slice(0, end)), body: text.slice(end + 1) };
		});
}

const segments = () =>
	readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.segment'));

describe.each(PROTOCOLS)('a backend over %s', (protocol) => {
	it('receives each span once if it is overloaded for a while', async () => {
		const busy: Deed = { status: 503, code: 14 };
		const app = await start(protocol, (_, index) => (index < 2 ? busy : { take: true }));
		app.make(...names(20));
		await until(() => app.spans().delivered === 20);
		expect(app.backend.accepted).toEqual(names(20));
		expect(app.spans()).toMatchObject({ created: 20, retries: 2, dropped: 0, onDisk: 0 });
		const [first = 0, second = 0, third = 0] = app.backend.times;
		expect(second - first).toBeGreaterThan(300);
		expect(third - second).toBeGreaterThan(600);
		await app.shutdown();
		expect(segments()).toEqual([]);
		expect(logged).toEqual([
			expect.stringMatching(/cannot deliver to .*; telemetry is kept in .* until the backend accepts it\..* Reason: /),
			expect.stringMatching(/ delivers to .* again, after \d+ s; .*nothing waits to be sent, 0 were dropped meanwhile/),
		]);
	});

	it('is left alone until the time that it asks for', async () => {
		const later: Deed = { status: 429, code: 8, afterSeconds: 2 };
		const app = await start(protocol, (_, index) => (index === 0 ? later : { take: true }));
		app.make('a');
		await until(() => app.backend.received.length === 1);
		// A flush waits for that time too.
		await app.flush();
		app.make('b');
		await until(() => app.spans().delivered === 2);
		const [first = 0, second = 0] = app.backend.times;
		expect(second - first).toBeGreaterThanOrEqual(1950);
		expect(app.backend.accepted).toEqual(['a', 'b']);
		await app.shutdown();
	});

	it('receives each span once if it accepts only small requests', async () => {
		const large: Deed = { status: 413, code: 8, text: 'received message larger than max (9 vs. 4)' };
		const app = await start(protocol, (asked) => (asked.length > 10 ? large : { take: true }));
		app.make(...names(100));
		await until(() => app.spans().delivered === 100);
		expect(app.backend.accepted.sort()).toEqual(names(100).sort());
		expect(app.spans()).toMatchObject({ dropped: 0, onDisk: 0 });
		await app.shutdown();
		expect([segments(), deadLetters(), logged]).toEqual([[], [], []]);
	});

	it('receives the rest if it refuses some of it for good, which is kept with its response', async () => {
		const bad: Deed = { status: 400, code: 3, text: 'a poison is in it' };
		const app = await start(protocol, (asked) => (asked.includes('poison') ? bad : { take: true }));
		app.make(...names(3, 'before'));
		await app.flush();
		app.make('poison');
		await app.flush();
		app.make(...names(3, 'after'));
		await app.flush();
		expect(app.backend.accepted).toEqual([...names(3, 'before'), ...names(3, 'after')]);
		expect(app.spans()).toMatchObject({ created: 7, delivered: 6, droppedBy: { refused: 1 }, rejected: 1, onDisk: 0 });
		expect(deadLetters()).toEqual([
			{
				head: expect.objectContaining({
					endpoint: expect.stringContaining('127.0.0.1'),
					encoding: protocol === 'http/json' ? 'json' : 'protobuf',
					count: 1,
					answer: 'a poison is in it',
				}),
				body: expect.stringContaining('poison'),
			},
		]);
		await app.shutdown();
		expect(logged).toEqual([expect.stringMatching(/ refuses what the otlp preset sends; /)]);
		expect(segments()).toEqual([]);
	});

	it('receives the other bodies if it refuses one of a joined request', async () => {
		const bad: Deed = { status: 400, code: 3 };
		const busy: Deed = { status: 503, code: 14 };
		let unreachable = true;
		const app = await start(
			protocol,
			(asked) => (unreachable ? busy : asked.includes('poison') ? bad : { take: true }),
			{
				delivery: { delay: 20 },
			},
		);
		for (const name of ['a', 'poison', 'b', 'c']) {
			app.make(name);
			await until(() => app.spans().onDisk === app.spans().created);
		}
		await until(() => app.backend.received.length > 0);
		unreachable = false;
		await until(() => app.spans().onDisk === 0);
		expect(app.backend.accepted).toEqual(['a', 'b', 'c']);
		expect(app.spans()).toMatchObject({ delivered: 3, droppedBy: { refused: 1 } });
		await app.shutdown();
	});

	it('receives everything if it cuts connections', async () => {
		const app = await start(protocol, (_, index) => (index < 3 ? 'reset' : { take: true }));
		app.make(...names(5));
		await until(() => app.spans().delivered === 5);
		expect(app.backend.accepted).toEqual(names(5));
		await app.shutdown();
	});

	it('receives a request again after the timeout if it hangs', async () => {
		const app = await start(protocol, (_, index) => (index === 0 ? 'hang' : { take: true }), { timeout: 300 });
		app.make(...names(5));
		await until(() => app.spans().delivered === 5);
		expect(app.backend.accepted).toEqual(names(5));
		expect(app.spans()).toMatchObject({ retries: 1, dropped: 0 });
		await app.shutdown();
	});

	it('has accepted and refused records counted if it accepts a part of a request', async () => {
		const app = await start(protocol, () => ({ take: true, refused: 2 }));
		app.make(...names(5));
		await app.flush();
		expect(app.spans()).toMatchObject({ created: 5, delivered: 3, droppedBy: { refused: 2 }, onDisk: 0 });
		await app.shutdown();
	});

	it('receives the other bodies if every request with one of them fails, which waits on disk', async () => {
		// As if a proxy refused every request that contains it.
		const app = await start(
			protocol,
			(asked) => (asked.includes('poison') ? { status: 503, code: 14 } : { take: true }),
			{
				delivery: { delay: 20 },
			},
		);
		app.make('poison');
		await until(() => app.spans().onDisk === 1);
		for (let i = 0; i < 20; i++) {
			app.make(`span ${i}`);
			// A flush sends at once. The sender alone would wait longer each time.
			await app.flush();
		}
		await until(() => app.spans().delivered === 20);
		expect(app.spans()).toMatchObject({ created: 21, delivered: 20, onDisk: 1, dropped: 0 });
		expect(deadLetters()).toEqual([]);
		await app.shutdown();
	});
});

it('a backend that hangs does not hold up another', async () => {
	const [slow, fast] = [
		await start('http/protobuf', () => 'hang', { timeout: 120_000 }),
		await start('http/protobuf', () => ({ take: true })),
	];
	slow.make(...names(10));
	fast.make(...names(10));
	await fast.flush();
	expect(fast.spans().delivered).toBe(10);
	await until(() => slow.spans().onDisk === 10);
	await fast.shutdown();
	const began = Date.now();
	await slow.shutdown();
	// The shutdown does not wait for what is on disk, although its request has two minutes.
	expect(Date.now() - began).toBeLessThan(30_000);
	expect(slow.spans()).toMatchObject({ delivered: 0, onDisk: 10, dropped: 0 });
});

it('sends few requests to an unreachable backend, however many spans are made meanwhile', async () => {
	const app = await start('http/protobuf', () => ({ status: 503, code: 14 }), { delivery: { delay: 10 } });
	const end = Date.now() + 3000;
	for (let i = 0; Date.now() < end; i++) {
		app.make(`span ${i}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	expect(app.backend.received.length).toBeLessThanOrEqual(5);
	expect(app.spans().delivered).toBe(0);
	await app.shutdown();
	expect(app.spans().dropped).toBe(0);
});
