import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { type DeliverySettings, deliveryDefaults } from '../../delivery/options.js';
import { type OtlpSettings, otlpDefaults } from '../../presets/contract/otlp-options.js';
import { otlp } from '../../presets/otlp/preset.js';
import type { PresetParts, SignalCounts } from '../../sdk/index.js';
import { temporary } from '../support/children.js';
import { type Deed, type Misbehaving, misbehaving, until } from '../support/misbehaving.js';
import { environment, heard, providers } from '../support/providers.js';

let backends: Misbehaving[];
let directory: string;
let said: string[];

beforeEach(() => {
	backends = [];
	directory = temporary();
	said = heard();
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
	const parts = await otlp.make(
		{ ...otlpDefaults(), endpoint: backend.url, protocol, ...settings },
		{ ...environment(['traces']), delivery: { ...deliveryDefaults, directory, ...delivery } },
	);
	const { tracer, flush, shutdown } = providers(parts);
	const spans = () => {
		const counts = parts.stats?.().spans ?? ({} as SignalCounts);
		const { made, written, queued, dropped, onDisk = 0 } = counts;
		expect(made).toBe(written + queued + onDisk + dropped);
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

/** What lies in the folder of the refused. */
function letters(): { said: Record<string, unknown>; body: string }[] {
	return readdirSync(directory, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.refused'))
		.map((name) => {
			expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
			const text = readFileSync(join(directory, name), 'latin1');
			const end = text.indexOf('\n');
			return { said: JSON.parse(text.slice(0, end)), body: text.slice(end + 1) };
		});
}

const segments = () =>
	readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.segment'));

describe.each(PROTOCOLS)('a backend over %s', (protocol) => {
	it('that is overloaded for a while gets all of it, and each once', async () => {
		const busy: Deed = { status: 503, code: 14 };
		const one = await start(protocol, (_, index) => (index < 2 ? busy : { take: true }));
		one.make(...names(20));
		await until(() => one.spans().written === 20);
		expect(one.backend.taken).toEqual(names(20));
		expect(one.spans()).toMatchObject({ made: 20, retries: 2, dropped: 0, onDisk: 0 });
		const [first = 0, second = 0, third = 0] = one.backend.at;
		expect(second - first).toBeGreaterThan(300);
		expect(third - second).toBeGreaterThan(600);
		await one.shutdown();
		expect(segments()).toEqual([]);
		expect(said).toEqual([
			expect.stringMatching(/cannot deliver to .*; what is made is kept in .* until it is back\..* Reason: /),
			expect.stringMatching(/ delivers to .* again, after \d+ s; .*nothing waits to be sent, 0 were dropped meanwhile/),
		]);
	});

	it('that says when to come back is left alone until then', async () => {
		const later: Deed = { status: 429, code: 8, afterSeconds: 2 };
		const one = await start(protocol, (_, index) => (index === 0 ? later : { take: true }));
		one.make('a');
		await until(() => one.backend.asked.length === 1);
		// Nor does a flush go against its word.
		await one.flush();
		one.make('b');
		await until(() => one.spans().written === 2);
		const [first = 0, second = 0] = one.backend.at;
		expect(second - first).toBeGreaterThanOrEqual(1950);
		expect(one.backend.taken).toEqual(['a', 'b']);
		await one.shutdown();
	});

	it('that takes small requests only gets all of it, and each once', async () => {
		const large: Deed = { status: 413, code: 8, text: 'received message larger than max (9 vs. 4)' };
		const one = await start(protocol, (asked) => (asked.length > 10 ? large : { take: true }));
		one.make(...names(100));
		await until(() => one.spans().written === 100);
		expect(one.backend.taken.sort()).toEqual(names(100).sort());
		expect(one.spans()).toMatchObject({ dropped: 0, onDisk: 0 });
		await one.shutdown();
		expect([segments(), letters(), said]).toEqual([[], [], []]);
	});

	it('that refuses some of it for good gets the rest, and what it refused is kept with its answer', async () => {
		const bad: Deed = { status: 400, code: 3, text: 'a poison is in it' };
		const one = await start(protocol, (asked) => (asked.includes('poison') ? bad : { take: true }));
		one.make(...names(3, 'before'));
		await one.flush();
		one.make('poison');
		await one.flush();
		one.make(...names(3, 'after'));
		await one.flush();
		expect(one.backend.taken).toEqual([...names(3, 'before'), ...names(3, 'after')]);
		expect(one.spans()).toMatchObject({ made: 7, written: 6, droppedBy: { refused: 1 }, deadLetters: 1, onDisk: 0 });
		expect(letters()).toEqual([
			{
				said: expect.objectContaining({
					endpoint: expect.stringContaining('127.0.0.1'),
					encoding: protocol === 'http/json' ? 'json' : 'protobuf',
					count: 1,
					answer: 'a poison is in it',
				}),
				body: expect.stringContaining('poison'),
			},
		]);
		await one.shutdown();
		expect(said).toEqual([expect.stringMatching(/ refuses what the otlp preset sends; /)]);
		expect(segments()).toEqual([]);
	});

	it('that refuses one body of a joined request takes the others', async () => {
		const bad: Deed = { status: 400, code: 3 };
		const busy: Deed = { status: 503, code: 14 };
		let away = true;
		const one = await start(protocol, (asked) => (away ? busy : asked.includes('poison') ? bad : { take: true }), {
			delivery: { window: 20 },
		});
		for (const name of ['a', 'poison', 'b', 'c']) {
			one.make(name);
			await until(() => one.spans().onDisk === one.spans().made);
		}
		await until(() => one.backend.asked.length > 0);
		away = false;
		await until(() => one.spans().onDisk === 0);
		expect(one.backend.taken).toEqual(['a', 'b', 'c']);
		expect(one.spans()).toMatchObject({ written: 3, droppedBy: { refused: 1 } });
		await one.shutdown();
	});

	it('that cuts the connection gets all of it', async () => {
		const one = await start(protocol, (_, index) => (index < 3 ? 'reset' : { take: true }));
		one.make(...names(5));
		await until(() => one.spans().written === 5);
		expect(one.backend.taken).toEqual(names(5));
		await one.shutdown();
	});

	it('that hangs is given up after the timeout, and asked again', async () => {
		const one = await start(protocol, (_, index) => (index === 0 ? 'hang' : { take: true }), { timeout: 300 });
		one.make(...names(5));
		await until(() => one.spans().written === 5);
		expect(one.backend.taken).toEqual(names(5));
		expect(one.spans()).toMatchObject({ retries: 1, dropped: 0 });
		await one.shutdown();
	});

	it('that takes a part is counted so', async () => {
		const one = await start(protocol, () => ({ take: true, refused: 2 }));
		one.make(...names(5));
		await one.flush();
		expect(one.spans()).toMatchObject({ made: 5, written: 3, droppedBy: { refused: 2 }, onDisk: 0 });
		await one.shutdown();
	});

	it('on one body of which every request fails gets the others, and that one is set aside', async () => {
		// As where a proxy cuts whatever holds it.
		const one = await start(
			protocol,
			(asked) => (asked.includes('poison') ? { status: 503, code: 14 } : { take: true }),
			{
				delivery: { window: 20 },
			},
		);
		one.make('poison');
		await until(() => one.spans().onDisk === 1);
		for (let i = 0; one.spans().deadLetters === 0; i++) {
			one.make(`span ${i}`);
			// A flush asks at once, where the sender would wait longer each time.
			await one.flush();
			if (i > 100) break;
		}
		await until(() => one.spans().onDisk === 0);
		expect(one.spans()).toMatchObject({ droppedBy: { refused: 1 }, deadLetters: 1 });
		expect(one.backend.taken.length).toBe(one.spans().made - 1);
		await one.shutdown();
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
	expect(fast.spans().written).toBe(10);
	await until(() => slow.spans().onDisk === 10);
	await fast.shutdown();
	const began = Date.now();
	await slow.shutdown();
	// What is on the disk need not be waited for, and its request has two minutes.
	expect(Date.now() - began).toBeLessThan(30_000);
	expect(slow.spans()).toMatchObject({ written: 0, onDisk: 10, dropped: 0 });
});

it('a backend that is away is asked seldom, whatever is made meanwhile', async () => {
	const one = await start('http/protobuf', () => ({ status: 503, code: 14 }), { delivery: { window: 10 } });
	const end = Date.now() + 3000;
	for (let i = 0; Date.now() < end; i++) {
		one.make(`span ${i}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	expect(one.backend.asked.length).toBeLessThanOrEqual(5);
	expect(one.spans().written).toBe(0);
	await one.shutdown();
	expect(one.spans().dropped).toBe(0);
});
