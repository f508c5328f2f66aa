// Tests the two tiers of docs/scaling.md with the configuration files of that page; only addresses are replaced.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backend } from '../../scripts/backends.mjs';
import { type Backend, httpBackend, resourceIn } from '../support/otlp-servers.js';
import { App, Collector, invocationsIn, lengthByTrace, pageFile, spansByTrace } from './support/gateway.js';
import { eventually, freePort } from './support/servers.js';

const binary = await backend('collector');

type Kind = 'plain' | 'error' | 'refused' | 'slow';
interface Made {
	readonly kind: Kind;
	readonly trace: string;
}
interface Stats {
	readonly created: number;
	readonly delivered: number;
	readonly queued: number;
	readonly onDisk: number;
	readonly dropped: number;
}

const OWN = 'port: 8888';
const DECIDED = 'otelcol_processor_tail_sampling_global_count_traces_sampled_total';
const UNTAKEN = 'otelcol_receiver_refused_spans_total';
const QUEUED = 'otelcol_exporter_queue_size';
/** A time limit that is many times the `decision_wait` of the page. */
const PATIENCE_MS = 120_000;

/** The duration from which the page keeps a trace as slow. */
const SLOW_MS = 2000;

/** The backend of one Collector of tier 2: one port, which can be closed and opened again. */
class Sink {
	readonly #all: Backend[] = [];
	constructor(readonly port: number) {}
	async open(): Promise<void> {
		this.#all.push(await httpBackend(undefined, undefined, this.port));
	}
	close(): Promise<void> | undefined {
		return this.#all.at(-1)?.close();
	}
	get bodies(): Buffer[] {
		return this.#all.flatMap(({ got }) => got.map(({ body }) => body));
	}
}

async function sink(): Promise<Sink> {
	const one = new Sink(await freePort());
	await one.open();
	return one;
}

(binary === undefined ? describe.skip : describe)('a gateway of two tiers', () => {
	const all: Made[] = [];
	let sinks: Sink[];
	let metrics: Sink;
	let tails: Collector[];
	let balancer: Collector;
	let back: App;
	let front: App;

	beforeAll(async () => {
		[sinks, metrics] = [[await sink(), await sink()], await sink()];
		tails = await Promise.all(sinks.map(({ port }) => tail(port)));
		balancer = await loadBalancer(tails, metrics.port);
		for (const one of [...tails, balancer]) await one.start();
		const config = pageFile('application.yaml', { 'load-balancer:4318': `127.0.0.1:${balancer.port}` });
		// The page assumes the default of 5 seconds; a shorter delay only makes the test shorter.
		const env = { OTEL_BSP_SCHEDULE_DELAY: '500' };
		back = new App(config, 'back', env);
		front = new App(config, 'front', env, (await back.nextLine<{ url: string }>()).url);
		await front.nextLine();
	});
	afterAll(async () => {
		for (const one of [front, back, balancer, ...(tails ?? [])]) await one?.stop();
		for (const one of [...(sinks ?? []), metrics]) await one?.close();
	});

	/** Makes the given number of requests of each kind, each a trace across both applications, and returns them. */
	async function make(counts: Partial<Record<Kind, number>>): Promise<readonly Made[]> {
		const made = await front.ask<Made[]>(JSON.stringify(counts));
		all.push(...made);
		return made;
	}

	/** Returns one of each tier 2 Collector's own metrics. */
	const metricOf = (name: string, label = '') => Promise.all(tails.map((one) => one.metric(name, label)));

	/** Waits until tier 2 has decided about `count` traces. */
	async function decided(count: number): Promise<void> {
		await eventually(
			async () => (sum(await metricOf(DECIDED)) >= count ? true : undefined),
			`${count} decisions`,
			PATIENCE_MS,
		);
		expect(sum(await metricOf(DECIDED))).toBe(count);
	}

	/** Returns the exported spans of these traces, for each tier 2 Collector. */
	function arrived(of: readonly Made[]): Map<string, string[]>[] {
		const wanted = new Set(of.map(({ trace }) => trace));
		return sinks.map(({ bodies }) => new Map([...spansByTrace(bodies)].filter(([trace]) => wanted.has(trace))));
	}

	it('keeps each failed, refused or slow trace as a whole on one Collector, and a share of the others', async () => {
		const made = await make({ plain: 500, error: 60, refused: 30, slow: 6 });
		expect(new Set(made.map(({ trace }) => trace)).size).toBe(596);
		await decided(made.length);
		const kept = sum(await metricOf(DECIDED, 'sampled="true"'));
		const count = () => sum(arrived(made).map(({ size }) => size));
		await eventually(async () => (count() >= kept ? true : undefined), `${kept} traces`);
		const [first = new Map(), second = new Map()] = arrived(made);
		expect([...first.keys()].filter((trace) => second.has(trace))).toEqual([]);
		const both = new Map<string, string[]>([...first, ...second]);
		for (const ids of both.values()) {
			expect(ids).toHaveLength(2);
			expect(new Set(ids).size).toBe(2);
		}
		const missing = made.filter(({ kind, trace }) => kind !== 'plain' && !both.has(trace));
		expect(missing).toEqual([]);
		// One in ten of 500 is 50, within five standard deviations, without traces that a pause of the machine made slow.
		const lengths = lengthByTrace(sinks.flatMap(({ bodies }) => bodies));
		const slow = ({ trace }: Made) => (lengths.get(trace) ?? 0) >= SLOW_MS;
		expect(made.filter(({ kind }) => kind === 'slow').filter(slow).length).toBe(6);
		const plain = made.filter((one) => one.kind === 'plain' && both.has(one.trace) && !slow(one)).length;
		expect(plain).toBeGreaterThan(50 - 5 * 6.7);
		expect(plain).toBeLessThan(50 + 5 * 6.7);
		// The load balancer must not send all traces to one of the two Collectors.
		for (const number of await metricOf(DECIDED)) expect(number).toBeGreaterThan(made.length / 8);
	});

	it('loses nothing while the backend is unreachable and a Collector is killed', async () => {
		for (const one of sinks) await one.close();
		const before = await Promise.all([metricOf(DECIDED), metricOf(DECIDED, 'sampled="true"')]);
		const waiting = await make({ plain: 100, error: 60, refused: 20 });
		await decided(sum(before[0]) + waiting.length);
		const kept = sum(await metricOf(DECIDED, 'sampled="true"')) - sum(before[1]);
		const [, killed] = tails;
		// Traces are exported a moment after the decision.
		await eventually(
			async () => (Math.min(...(await metricOf(QUEUED))) > 0 ? true : undefined),
			'queues that are not empty',
		);
		expect(arrived(waiting).map(({ size }) => size)).toEqual([0, 0]);
		await killed?.end('SIGKILL');

		// Half of these are for the killed Collector: they stay in the journals of the applications, even if the load
		// balancer is killed too.
		const making = make({ error: 40 });
		await balancer.end('SIGKILL');
		await balancer.start();
		const meanwhile = await making;
		await eventually(async () => {
			const [one, other] = [await front.ask<Stats>('stats'), await back.ask<Stats>('stats')];
			return Math.min(one.onDisk, other.onDisk) > 0 ? true : undefined;
		}, 'spans in the journals');
		await eventually(
			async () => ((await balancer.metric(UNTAKEN)) > 0 ? true : undefined),
			'requests that are not accepted',
		);

		await killed?.start();
		for (const one of sinks) await one.open();
		const whole = (of: readonly Made[]) =>
			arrived(of)
				.flatMap((one) => [...one.values()])
				.filter((ids) => new Set(ids).size === 2).length;
		await eventually(async () => (whole(waiting) >= kept ? true : undefined), 'the queue', PATIENCE_MS);
		expect(whole(waiting)).toBe(kept);
		await eventually(async () => (whole(meanwhile) >= 40 ? true : undefined), 'the journals', PATIENCE_MS);
		const [first, second] = arrived(all);
		expect([...(first?.keys() ?? [])].filter((trace) => second?.has(trace))).toEqual([]);
		const traces = new Set(arrived(waiting).flatMap((one) => [...one.keys()]));
		expect(waiting.filter(({ kind, trace }) => kind !== 'plain' && !traces.has(trace))).toEqual([]);
	}, 600_000);

	it('counts every invocation, including those whose traces were not kept', async () => {
		for (const app of [front, back]) {
			const { created, delivered, queued, onDisk, dropped } = await app.finish<Stats>();
			expect({ created, delivered, queued, onDisk, dropped }).toEqual({
				created: all.length,
				delivered: all.length,
				queued: 0,
				onDisk: 0,
				dropped: 0,
			});
		}
		const counted: Record<string, number> = {};
		for (const body of metrics.bodies)
			counted[resourceIn(body)['service.name'] ?? ''] = invocationsIn(body) ?? Number.NaN;
		expect(counted).toEqual({ front: all.length, back: all.length });
	});

	async function tail(port: number): Promise<Collector> {
		const [grpc, own] = [await freePort(), await freePort()];
		const config = pageFile('tail.yaml', {
			'0.0.0.0:4317': `127.0.0.1:${grpc}`,
			'jaeger:4318': `127.0.0.1:${port}`,
			'/var/lib/otelcol/queue': './queue',
			[OWN]: `port: ${own}`,
		});
		return new Collector(binary ?? '', config, grpc, own);
	}

	async function loadBalancer([first, second]: readonly Collector[], port: number): Promise<Collector> {
		const [http, grpc, own] = [await freePort(), await freePort(), await freePort()];
		const config = pageFile('load-balancer.yaml', {
			'0.0.0.0:4318': `127.0.0.1:${http}`,
			'0.0.0.0:4317': `127.0.0.1:${grpc}`,
			'tail-1:4317': `127.0.0.1:${first?.port}`,
			'tail-2:4317': `127.0.0.1:${second?.port}`,
			'metrics:4318': `127.0.0.1:${port}`,
			[OWN]: `port: ${own}`,
		});
		return new Collector(binary ?? '', config, http, own);
	}
});

function sum(numbers: readonly number[]): number {
	return numbers.reduce((all, one) => all + one, 0);
}
