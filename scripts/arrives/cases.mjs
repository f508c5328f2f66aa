// The cases of `npm run arrives`: each runs an application and its backend, and returns how many spans arrived.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { grpcBackend, httpBackend, spanNamesIn } from '../../__tests__/support/otlp-servers.ts';
import { ROOT } from '../fresh.mjs';
import { quietPort } from './port.mjs';

/** Spans that the application creates per second before, during and after an outage. */
const RATE = 100;

/**
 * How long the backend is reachable before and after an outage, in seconds. `full` is long enough for the stock SDK,
 * which sends every 5 s, to send the spans of before, and to send again afterwards.
 */
const AROUND = { full: [6, 15], short: [1.5, 1.5] };

/** Starts a backend that refuses the first `refusals` requests for traces and accepts all others. */
async function testBackend(protocol, port, refusals) {
	let left = refusals;
	// The path is `/v1/traces` over HTTP and `.../TraceService/Export` over gRPC: `race` is in both, whatever the case.
	const refuses = ({ path }) => /race/.test(path) && left-- > 0;
	const { got, close } = await (protocol === 'grpc'
		? grpcBackend((request) => (refuses(request) ? { code: 14, details: 'busy' } : Buffer.alloc(0)), undefined, port)
		: httpBackend((request) => ({ status: refuses(request) ? 503 : 200 }), undefined, port));
	// `got` includes the refused requests, which are the first.
	const accepted = () => got.filter(({ path }) => /race/.test(path)).slice(refusals);
	const namesIn = protocol === 'http/json' ? (body) => spanNamesInJson(String(body)) : spanNamesIn;
	return { close, arrived: () => accepted().flatMap(({ body }) => namesIn(body)) };
}

/** Returns the names of the spans in an OTLP JSON request, or in a line of a file of such requests. */
export function spanNamesInJson(text) {
	const { resourceSpans = [] } = JSON.parse(text);
	return resourceSpans.flatMap(({ scopeSpans = [] }) =>
		scopeSpans.flatMap(({ spans = [] }) => spans.map(({ name }) => name)),
	);
}

/** One run of a case: its backends, its processes and its temporary folder. */
class Run {
	/** How many spans its processes were told to create. */
	made = 0;
	/** What all of its processes wrote. */
	stderr = '';
	stdout = '';
	#backends = [];
	#open;

	constructor(kind, protocol, port, open) {
		this.kind = kind;
		this.protocol = protocol;
		this.port = port;
		this.folder = mkdtempSync(join(tmpdir(), 'agentese-arrives-'));
		this.#open = open;
	}

	/** Starts a backend, which is reachable until the returned object is closed. */
	async open(refusals = 0) {
		const backend = await this.#open(this.protocol, this.port, refusals);
		this.#backends.push(backend);
		return backend;
	}

	/** Starts the application. `ready` resolves with its first output or its exit, `ended` with its exit. */
	start(action, count, prefix = 'span') {
		this.made += count;
		const args = [join(ROOT, 'scripts/arrives/app.mjs'), this.kind, action, String(count), prefix];
		const env = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTESE_|NODE_OPTIONS|JEST_)/.test(name));
		const child = spawn(process.execPath, args, {
			cwd: this.folder,
			env: {
				...Object.fromEntries(env),
				...{ ENDPOINT: `http://127.0.0.1:${this.port}`, PROTOCOL: this.protocol, OUTBOX: join(this.folder, 'outbox') },
			},
		});
		child.stderr.on('data', (data) => {
			this.stderr += data;
		});
		const ready = new Promise((resolve) => {
			child.stdout.on('data', (data) => {
				this.stdout += data;
				resolve();
			});
			child.on('close', resolve);
		});
		const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
		return { ready, ended };
	}

	/** If the journal has records left, starts the application again, so that it sends them. */
	async startAgain() {
		const left = readdirSync(this.folder, { recursive: true }).some((name) => name.endsWith('.segment'));
		if (left) await this.start('heir', 0).ended;
	}

	/** Closes the backends, removes the folder, and returns the names of all spans that arrived. */
	async close() {
		const names = [];
		for (const { arrived, close } of this.#backends) {
			await close().catch(() => undefined);
			names.push(...arrived());
		}
		rmSync(this.folder, { recursive: true, force: true });
		return names;
	}
}

/**
 * Runs a case and counts its spans.
 *
 * @param kind - 'ours' or 'stock'
 * @param scenario - starts and ends the backend and the application
 * @throws if the counts of `stats()` did not add up in the application
 */
async function run(kind, protocol, scenario, open = testBackend) {
	const current = new Run(kind, protocol, await quietPort(), open);
	let names;
	try {
		await scenario(current);
		await current.startAgain();
	} finally {
		names = await current.close();
	}
	if (/law of delivery|law made/.test(current.stderr)) throw new Error(current.stderr);
	const arrived = new Set(names);
	const { made, stdout, stderr } = current;
	return { made, lost: made - arrived.size, twice: names.length - arrived.size, stdout, stderr };
}

/**
 * Runs an outage of `seconds`. The application creates spans before, during and after it.
 *
 * @param {(protocol: string, port: number) => Promise<{ close(): Promise<void>, arrived(): string[] }>} [open] - starts
 *   the backend on that port, by default an HTTP or gRPC server of the tests. `close` ends it; `arrived` returns the
 *   names of the spans that it accepted
 * @returns {Promise<{ made: number, lost: number, twice: number, stdout: string, stderr: string }>}
 */
export function outage(kind, protocol, seconds, around = 'short', open = testBackend) {
	const [before, after] = AROUND[around];
	const scenario = async (current) => {
		const first = await current.open();
		const { ready, ended } = current.start('steady', RATE * (before + seconds + after));
		await ready;
		await sleep(before * 1000);
		await first.close();
		await sleep(seconds * 1000);
		await current.open();
		await ended;
	};
	return run(kind, protocol, scenario, open);
}

/** Creates `count` spans in one turn and shuts down. The backend refuses the first `refusals` requests. */
function burst(kind, protocol, count, refusals = 0) {
	return run(kind, protocol, async (current) => {
		await current.open(refusals);
		await current.start('burst', count).ended;
	});
}

/**
 * Creates 100 spans and ends the process by `action`. If the backend is unreachable then, it is back for the next
 * start.
 */
function end(kind, protocol, action, unreachable) {
	return run(kind, protocol, async (current) => {
		if (!unreachable) await current.open();
		await current.start(action, 100).ended;
		if (unreachable) await current.open();
	});
}

/** How a process ends: the name that the table shows, and the action of app.mjs. */
const ENDS = [
	['the natural end', 'natural'],
	['`process.exit()`', 'exit'],
	['an uncaught error', 'throw'],
	['an unhandled rejection', 'reject'],
	['SIGTERM', 'SIGTERM'],
	['SIGINT', 'SIGINT'],
	['SIGHUP', 'SIGHUP'],
	['SIGKILL, a second later', 'SIGKILL'],
];

/**
 * Returns all cases. Each has the name that the table shows, and `measure(kind, protocol)`, which runs it. `sleeps` is
 * true for a case that waits most of the time, so that many of them can run at once.
 *
 * @param {number[]} outages - the lengths of the outages, in seconds
 * @param {'full' | 'short'} around - how long the backend is reachable before and after an outage
 */
export function cases(outages, around) {
	return [
		...outages.map((seconds) => ({
			name: `the backend is away for ${seconds} s`,
			sleeps: true,
			measure: (kind, protocol) => outage(kind, protocol, seconds, around),
		})),
		...[5000, 50_000].map((count) => ({
			name: `a burst of ${count.toLocaleString('en')} spans in one turn`,
			measure: (kind, protocol) => burst(kind, protocol, count),
		})),
		{
			name: 'the backend refuses once: 503, `UNAVAILABLE`',
			measure: (kind, protocol) => burst(kind, protocol, 100, 1),
		},
		...[false, true].flatMap((unreachable) =>
			ENDS.map(([name, action]) => ({
				name: `${name}${unreachable ? ', the backend away' : ''}`,
				measure: (kind, protocol) => end(kind, protocol, action, unreachable),
			})),
		),
	];
}
