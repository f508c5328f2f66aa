import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, diag, type Span, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { type DeliverySettings, deliveryDefaults } from '../../delivery/options.js';
import { otlpDefaults } from '../../presets/contract/otlp-options.js';
import { otlp } from '../../presets/otlp/preset.js';
import type { SignalCounts } from '../../sdk/index.js';
import { temporary } from '../support/children.js';
import { type Deed, type Misbehaving, misbehaving, until } from '../support/misbehaving.js';
import { environment, heard, providers } from '../support/providers.js';

let backend: Misbehaving;
let deed: Deed;
let directory: string;
let said: string[];

const AWAY: Deed = { status: 503, code: 14 };
const TAKE: Deed = { take: true };
const MIB = 2 ** 20;
const LARGE = 'x'.repeat(100_000);

beforeEach(async () => {
	directory = temporary();
	said = heard();
	deed = AWAY;
	backend = await misbehaving('http/protobuf', () => deed);
});
afterEach(async () => {
	diag.disable();
	await backend.close();
	rmSync(directory, { recursive: true, force: true });
});

async function start(delivery: Partial<DeliverySettings> = {}) {
	const parts = await otlp.make(
		{ ...otlpDefaults(), endpoint: backend.url },
		{ ...environment(['traces']), delivery: { ...deliveryDefaults, directory, ...delivery } },
	);
	const { tracer, flush, shutdown } = providers(parts);
	const spans = () => {
		const counts = parts.stats?.().spans ?? ({} as SignalCounts);
		const { made, written, queued, dropped, onDisk = 0 } = counts;
		expect(made).toBe(written + queued + onDisk + dropped);
		return { ...counts, onDisk };
	};
	return { tracer, flush, shutdown, spans };
}

const parent = trace.setSpanContext(context.active(), {
	traceId: '0af7651916cd43dd8448eb211c80319c',
	spanId: 'b7ad6b7169203331',
	traceFlags: TraceFlags.SAMPLED,
	isRemote: true,
});

const sizeOnDisk = () =>
	readdirSync(directory, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.segment'))
		.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

const segments = () =>
	readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.segment'));

describe('a burst of spans of 100 kB in one turn', () => {
	it('goes to the disk where memory has no room for it, and all of it arrives', async () => {
		const one = await start({ maxQueueBytes: 5 * MIB });
		for (let i = 0; i < 300; i++) one.tracer.startSpan(`span ${i}`, { attributes: { LARGE } }).end();
		expect(one.spans().dropped).toBe(0);
		// 30 MB were made, and so much stands in memory.
		expect(one.spans().queued).toBeLessThan(53);
		expect(sizeOnDisk()).toBeGreaterThan(24e6);
		deed = TAKE;
		await one.flush();
		expect(one.spans()).toMatchObject({ made: 300, written: 300 });
		expect(new Set(backend.taken).size).toBe(300);
		await one.shutdown();
		expect([segments(), said]).toEqual([[], []]);
	});

	it('without a journal stays within its bound, and the last to go are errors and roots', async () => {
		const one = await start({ maxQueueBytes: 5 * MIB, journal: false });
		const make = (name: string, child: boolean, error = false) => {
			const span: Span = one.tracer.startSpan(name, { attributes: { LARGE } }, child ? parent : context.active());
			if (error) span.setStatus({ code: SpanStatusCode.ERROR });
			span.end();
		};
		for (let i = 0; i < 100; i++) make(`child ${i}`, true);
		const { queued } = one.spans();
		expect(queued).toBeGreaterThan(45);
		expect(queued).toBeLessThan(53);
		for (let i = 0; i < 10; i++) make(`root ${i}`, false);
		for (let i = 0; i < 10; i++) make(`error ${i}`, true, true);
		expect(one.spans()).toMatchObject({ queued, dropped: 120 - queued, droppedBy: { memory: 120 - queued } });
		deed = TAKE;
		await one.flush();
		const kept = new Set(backend.taken);
		expect(kept.size).toBe(queued);
		for (let i = 0; i < 10; i++) expect([kept.has(`root ${i}`), kept.has(`error ${i}`)]).toEqual([true, true]);
		expect([kept.has('child 0'), kept.has(`child ${queued - 1}`)]).toEqual([true, false]);
		await one.shutdown();
		expect(said).toEqual([expect.stringContaining('more spans were made than may wait in memory')]);
	});
});

it('an outage that is longer than the disk allows costs the oldest, and is counted', async () => {
	const one = await start({ maxBytes: 4 * MIB, window: 5 });
	for (let i = 0; i < 80; i++) {
		one.tracer.startSpan(`span ${i}`, { attributes: { LARGE } }).end();
		await until(() => one.spans().queued === 0);
	}
	const { onDisk, dropped } = one.spans();
	expect(dropped).toBeGreaterThan(30);
	expect(onDisk).toBeGreaterThan(20);
	expect(one.spans().droppedBy).toEqual({ disk: dropped });
	expect(sizeOnDisk()).toBeLessThan(5.5 * MIB);
	deed = TAKE;
	await one.flush();
	// The newest are what is left.
	expect(backend.taken.filter((name, index) => backend.taken.indexOf(name) === index).slice(-onDisk)).toEqual(
		Array.from({ length: onDisk }, (_, index) => `span ${80 - onDisk + index}`),
	);
	await one.shutdown();
	expect(said.join('\n')).toContain('more waits to be sent than delivery.maxBytes allows on disk');
});

describe('a disk that fails', () => {
	it('leaves what waits in memory, says so once, and costs nothing while the process lives', async () => {
		// A file where the folder should be: refused to everybody, also to root.
		writeFileSync(join(directory, 'outbox'), '');
		const one = await start({ directory: join(directory, 'outbox'), window: 10 });
		for (let i = 0; i < 5; i++) {
			one.tracer.startSpan(`span ${i}`).end();
			await one.flush();
		}
		expect(one.spans()).toMatchObject({ made: 5, queued: 5, onDisk: 0, dropped: 0 });
		deed = TAKE;
		await one.flush();
		expect(one.spans()).toMatchObject({ written: 5, queued: 0 });
		await one.shutdown();
		expect(said.filter((line) => line.includes('the journal cannot be written'))).toHaveLength(1);
	});

	it('that comes back is used again', async () => {
		const outbox = join(directory, 'outbox');
		writeFileSync(outbox, '');
		const one = await start({ directory: outbox, window: 10 });
		one.tracer.startSpan('first').end();
		await one.flush();
		expect(one.spans()).toMatchObject({ queued: 1, onDisk: 0 });
		rmSync(outbox);
		await until(() => {
			one.tracer.startSpan('next').end();
			return one.spans().onDisk > 1;
		});
		deed = TAKE;
		await one.flush();
		expect(one.spans()).toMatchObject({ dropped: 0, queued: 0, onDisk: 0 });
		expect(backend.taken).toContain('first');
		await one.shutdown();
	});

	it('whose folder is removed while it is used loses nothing that memory still holds', async () => {
		const one = await start({ window: 10 });
		one.tracer.startSpan('before').end();
		await until(() => one.spans().onDisk === 1);
		rmSync(directory, { recursive: true });
		one.tracer.startSpan('after').end();
		await until(() => one.spans().onDisk === 2);
		expect(segments()).toHaveLength(1);
		deed = TAKE;
		await one.flush();
		expect([...new Set(backend.taken)].sort()).toEqual(['after', 'before']);
		expect(one.spans()).toMatchObject({ written: 2, dropped: 0 });
		await one.shutdown();
		mkdirSync(directory, { recursive: true });
	});
});
