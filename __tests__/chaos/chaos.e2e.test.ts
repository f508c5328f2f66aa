import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { deliveryDefaults } from '../../delivery/options.js';
import { type OtlpSettings, otlpDefaults } from '../../presets/contract/otlp-options.js';
import { otlp } from '../../presets/otlp/preset.js';
import type { SignalCounts } from '../../sdk/index.js';
import { captureLogs, environment, providers } from '../support/providers.js';
import { BAD, KINDS, type Kind } from './kinds.js';
import { chaosServer } from './server.js';

/** How many spans are sent to each backend. One of them is called `bad`. */
const SPANS = 41;

/** How many backends misbehave at the same time: all of them in one process would delay each other's answers. */
const AT_A_TIME = 15;

/** The time limit of a request, in milliseconds. */
const TIMEOUT_MS = 1000;

/** How long each backend misbehaves, in milliseconds, and how long it may take after that. */
const BAD_MS = 2000;
const GOOD_MS = 40_000;

/** What has become of the spans that were sent to one backend. */
interface Outcome {
	readonly lost: string[];
	readonly twice: number;
	readonly counts: SignalCounts;
	/** The connections that are open after the shutdown. */
	readonly sockets: number;
	readonly requests: number;
	/** How many connections were made while it misbehaved. */
	readonly connections: number;
	readonly lastError: string | undefined;
	readonly refusedFiles: number;
}

let folder: string;
let logged: string[];
const outcomes = new Map<Kind, Outcome>();

async function outcomeOf(kind: Kind, directory: string): Promise<Outcome> {
	const server = await chaosServer(kind.over, kind.bad, kind.lasts === true);
	const protocol: OtlpSettings['protocol'] = kind.over === 'grpc' ? 'grpc' : 'http/protobuf';
	const parts = await otlp.create(
		{ ...otlpDefaults(), endpoint: server.url, timeout: TIMEOUT_MS, protocol },
		{ ...environment(['traces']), delivery: { ...deliveryDefaults, directory } },
	);
	const { tracer, flush, shutdown } = providers(parts);
	const counts = (): SignalCounts => {
		const now = parts.stats?.().spans as SignalCounts;
		expect(now.created).toBe(now.delivered + now.queued + (now.onDisk ?? 0) + now.dropped);
		return now;
	};
	const names = Array.from({ length: SPANS }, (_, index) => (index === 17 ? BAD : `span ${index}`));
	for (const name of names) tracer.startSpan(name).end();
	await sleep(BAD_MS);
	const { lastError } = parts.stats?.().backends?.[0] ?? {};
	const { connections } = server;
	server.heal();
	for (const end = Date.now() + GOOD_MS; counts().delivered + counts().dropped < SPANS && Date.now() < end; ) {
		await flush();
		await sleep(100);
	}
	const atEnd = counts();
	await shutdown();
	// A socket that is not read does not notice that the other side has closed it.
	for (const socket of server.sockets) socket.resume();
	for (const end = Date.now() + 2000; server.sockets.size > 0 && Date.now() < end; ) await sleep(20);
	const arrived = new Set(server.accepted);
	const outcome: Outcome = {
		lost: names.filter((name) => !arrived.has(name)),
		twice: server.accepted.length - arrived.size,
		counts: atEnd,
		sockets: server.sockets.size,
		requests: server.requests,
		connections,
		lastError,
		refusedFiles: readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
			/\.refused$/.test(name),
		).length,
	};
	await server.close();
	return outcome;
}

// Each backend has a preset, a folder and connections of its own.
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'agentese-chaos-'));
	logged = captureLogs();
	process.env['OTEL_BSP_SCHEDULE_DELAY'] = '50';
	const waiting = [...KINDS.entries()];
	const slot = async (): Promise<void> => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const [index, kind] = next;
			outcomes.set(kind, await outcomeOf(kind, join(folder, String(index))));
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, slot));
	delete process.env['OTEL_BSP_SCHEDULE_DELAY'];
});
afterAll(() => {
	diag.disable();
	rmSync(folder, { recursive: true, force: true });
});

it('there are at least thirty kinds over HTTP, and as many over gRPC', () => {
	expect(KINDS.filter(({ over }) => over === 'http').length).toBeGreaterThanOrEqual(30);
	expect(KINDS.filter(({ over }) => over === 'grpc').length).toBeGreaterThanOrEqual(30);
});

it.each(KINDS.map((kind) => [kind.over, kind.name, kind] as const))('over %s: %s', (_, __, kind) => {
	const outcome = outcomes.get(kind);
	const isBadAside = kind.promise === 'all but the bad one arrive';
	expect(outcome).toMatchObject({
		lost: isBadAside ? [BAD] : [],
		sockets: 0,
		counts: {
			created: SPANS,
			delivered: isBadAside ? SPANS - 1 : SPANS,
			dropped: isBadAside ? 1 : 0,
			rejected: isBadAside ? 1 : 0,
		},
		refusedFiles: isBadAside ? 1 : 0,
	});
	expect(outcome?.connections).toBeGreaterThan(0);
	if (kind.twice !== true) expect(outcome?.twice).toBe(0);
	// 2 s of a backend that accepts nothing: a few probes, and the search for a bad record.
	expect(outcome?.requests).toBeLessThan(40);
});

it('nothing that a terminal obeys, and no secret of a redirect, is logged or in stats()', () => {
	const texts = [...logged, ...[...outcomes.values()].map(({ lastError }) => String(lastError))];
	expect(texts.filter((text) => /[\p{Cc}\p{Cf}]|secret/u.test(text))).toEqual([]);
});
