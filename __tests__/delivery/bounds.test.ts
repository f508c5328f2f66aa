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
import { captureLogs, environment, providers } from '../support/providers.js';

let backend: Misbehaving;
let deed: Deed;
let directory: string;
let logged: string[];

const UNREACHABLE: Deed = { status: 503, code: 14 };
const TAKE: Deed = { take: true };
const MIB = 2 ** 20;
const LARGE = 'x'.repeat(100_000);

beforeEach(async () => {
	directory = temporary();
	logged = captureLogs();
	deed = UNREACHABLE;
	backend = await misbehaving('http/protobuf', () => deed);
});
afterEach(async () => {
	diag.disable();
	await backend.close();
	rmSync(directory, { recursive: true, force: true });
});

async function start(delivery: Partial<DeliverySettings> = {}) {
	const parts = await otlp.create(
		{ ...otlpDefaults(), endpoint: backend.url },
		{ ...environment(['traces']), delivery: { ...deliveryDefaults, directory, ...delivery } },
	);
	const { tracer, flush, shutdown } = providers(parts);
	const spans = () => {
		const counts = parts.stats?.().spans ?? ({} as SignalCounts);
		const { created, delivered, queued, dropped, onDisk = 0 } = counts;
		expect(created).toBe(delivered + queued + onDisk + dropped);
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
	it('is written to disk if memory has no room for it, and all of it arrives', async () => {
		const app = await start({ maxQueueBytes: 5 * MIB });
		for (let i = 0; i < 300; i++) app.tracer.startSpan(`span ${i}`, { attributes: { LARGE } }).end();
		expect(app.spans().dropped).toBe(0);
		// 30 MB were made, of which 5 MiB fit in memory.
		expect(app.spans().queued).toBeLessThan(53);
		expect(sizeOnDisk()).toBeGreaterThan(24e6);
		deed = TAKE;
		await app.flush();
		expect(app.spans()).toMatchObject({ created: 300, delivered: 300 });
		expect(new Set(backend.accepted).size).toBe(300);
		await app.shutdown();
		expect([segments(), logged]).toEqual([[], []]);
	});

	it('stays within its bound without a journal, and drops errors and roots last', async () => {
		const app = await start({ maxQueueBytes: 5 * MIB, journal: false });
		const make = (name: string, child: boolean, error = false) => {
			const span: Span = app.tracer.startSpan(name, { attributes: { LARGE } }, child ? parent : context.active());
			if (error) span.setStatus({ code: SpanStatusCode.ERROR });
			span.end();
		};
		for (let i = 0; i < 100; i++) make(`child ${i}`, true);
		const { queued } = app.spans();
		expect(queued).toBeGreaterThan(45);
		expect(queued).toBeLessThan(53);
		for (let i = 0; i < 10; i++) make(`root ${i}`, false);
		for (let i = 0; i < 10; i++) make(`error ${i}`, true, true);
		expect(app.spans()).toMatchObject({ queued, dropped: 120 - queued, droppedBy: { memory: 120 - queued } });
		deed = TAKE;
		await app.flush();
		const kept = new Set(backend.accepted);
		expect(kept.size).toBe(queued);
		for (let i = 0; i < 10; i++) expect([kept.has(`root ${i}`), kept.has(`error ${i}`)]).toEqual([true, true]);
		expect([kept.has('child 0'), kept.has(`child ${queued - 1}`)]).toEqual([true, false]);
		await app.shutdown();
		expect(logged).toEqual([expect.stringContaining('more spans were made than may wait in memory')]);
	});
});

it('drops and counts the oldest spans if an outage is longer than the disk allows', async () => {
	const app = await start({ maxBytes: 4 * MIB, delay: 5 });
	for (let i = 0; i < 80; i++) {
		app.tracer.startSpan(`span ${i}`, { attributes: { LARGE } }).end();
		await until(() => app.spans().queued === 0);
	}
	// The bounds are applied in the background, after the last append too.
	await until(() => sizeOnDisk() < 5.5 * MIB);
	let { onDisk, dropped } = app.spans();
	await until(() => {
		const before = dropped;
		({ onDisk, dropped } = app.spans());
		return dropped === before;
	});
	expect(dropped).toBeGreaterThan(30);
	expect(onDisk).toBeGreaterThan(20);
	expect(app.spans().droppedBy).toEqual({ disk: dropped });
	expect(sizeOnDisk()).toBeLessThan(5.5 * MIB);
	deed = TAKE;
	await app.flush();
	// The newest are left.
	// In no promised order: while the backend accepts nothing, another body than the oldest is tried now and then.
	expect(new Set(backend.accepted.slice(-onDisk))).toEqual(
		new Set(Array.from({ length: onDisk }, (_, index) => `span ${80 - onDisk + index}`)),
	);
	await app.shutdown();
	expect(logged.join('\n')).toContain('more waits to be sent than delivery.maxBytes allows on disk');
});

describe('a disk that fails', () => {
	it('leaves records in memory, logs it once, and loses nothing while the process lives', async () => {
		// A file instead of the folder: an error for all users, also for root.
		writeFileSync(join(directory, 'outbox'), '');
		const app = await start({ directory: join(directory, 'outbox'), delay: 10 });
		for (let i = 0; i < 5; i++) {
			app.tracer.startSpan(`span ${i}`).end();
			await app.flush();
		}
		expect(app.spans()).toMatchObject({ created: 5, queued: 5, onDisk: 0, dropped: 0 });
		deed = TAKE;
		await app.flush();
		expect(app.spans()).toMatchObject({ delivered: 5, queued: 0 });
		await app.shutdown();
		expect(logged.filter((line) => line.includes('the journal cannot be written'))).toHaveLength(1);
	});

	it('is used again after it was repaired', async () => {
		const outbox = join(directory, 'outbox');
		writeFileSync(outbox, '');
		const app = await start({ directory: outbox, delay: 10 });
		app.tracer.startSpan('first').end();
		await app.flush();
		expect(app.spans()).toMatchObject({ queued: 1, onDisk: 0 });
		rmSync(outbox);
		await until(() => {
			app.tracer.startSpan('next').end();
			return app.spans().onDisk > 1;
		});
		deed = TAKE;
		await app.flush();
		expect(app.spans()).toMatchObject({ dropped: 0, queued: 0, onDisk: 0 });
		expect(backend.accepted).toContain('first');
		await app.shutdown();
	});

	it('loses nothing that is in memory if its folder is removed while it is used', async () => {
		const app = await start({ delay: 10 });
		app.tracer.startSpan('before').end();
		await until(() => app.spans().onDisk === 1);
		rmSync(directory, { recursive: true });
		app.tracer.startSpan('after').end();
		await until(() => app.spans().onDisk === 2);
		expect(segments()).toHaveLength(1);
		deed = TAKE;
		await app.flush();
		expect([...new Set(backend.accepted)].sort()).toEqual(['after', 'before']);
		expect(app.spans()).toMatchObject({ delivered: 2, dropped: 0 });
		await app.shutdown();
		mkdirSync(directory, { recursive: true });
	});
});
