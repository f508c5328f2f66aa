// The cases of `npm run arrives`: what an application and its backend do, and which spans came of it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { grpcBackend, httpBackend, spanNamesIn } from '../../__tests__/support/otlp-servers.ts';
import { ROOT } from '../fresh.mjs';
import { quietPort } from './port.mjs';

/** So many spans a second are made through an outage. */
const RATE = 100;

/**
 * How long the backend is there before and after an outage, in seconds: long enough for the stock SDK, which sends
 * every 5 s, to have sent what came before, and to send again.
 */
const BESIDE = { full: [6, 15], short: [1.5, 1.5] };

/** A backend that takes all but the first so many requests for traces, and remembers what it took. */
async function ourBackend(protocol, port, refusals) {
	let left = refusals;
	const refuses = ({ path }) => /race/.test(path) && left-- > 0;
	const { got, close } = await (protocol === 'grpc'
		? grpcBackend((one) => (refuses(one) ? { code: 14, details: 'busy' } : Buffer.alloc(0)), undefined, port)
		: httpBackend((one) => ({ status: refuses(one) ? 503 : 200 }), undefined, port));
	// What was refused did not arrive.
	const taken = () => got.filter(({ path }) => /race/.test(path)).slice(refusals);
	const namesIn = protocol === 'http/json' ? (body) => spanNamesInJson(String(body)) : spanNamesIn;
	return { close, arrived: () => taken().flatMap(({ body }) => namesIn(body)) };
}

/** The names of the spans in a request, or a file's line, of JSON. */
export function spanNamesInJson(text) {
	const { resourceSpans = [] } = JSON.parse(text);
	return resourceSpans.flatMap(({ scopeSpans = [] }) =>
		scopeSpans.flatMap(({ spans = [] }) => spans.map(({ name }) => name)),
	);
}

/** What becomes of a case's spans. */
class Run {
	made = 0;
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

	/** The backend is there from now on, until the answer is closed. */
	async open(refusals = 0) {
		const backend = await this.#open(this.protocol, this.port, refusals);
		this.#backends.push(backend);
		return backend;
	}

	/** Starts the application; `ended` resolves when it has. */
	start(deed, count, prefix = 'span') {
		this.made += count;
		const args = [join(ROOT, 'scripts/arrives/app.mjs'), this.kind, deed, String(count), prefix];
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

	/** What is on the disk is sent by the next start. */
	async startAgain() {
		const left = readdirSync(this.folder, { recursive: true }).some((name) => name.endsWith('.segment'));
		if (left) await this.start('heir', 0).ended;
	}

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

async function run(kind, protocol, course, open = ourBackend) {
	const one = new Run(kind, protocol, await quietPort(), open);
	let names;
	try {
		await course(one);
		await one.startAgain();
	} finally {
		names = await one.close();
	}
	if (/law of delivery|law made/.test(one.stderr)) throw new Error(one.stderr);
	const arrived = new Set(names);
	const { made, stdout, stderr } = one;
	return { made, lost: made - arrived.size, twice: names.length - arrived.size, stdout, stderr };
}

/**
 * The backend goes away for a while, before which, in which and after which spans are made.
 *
 * @param {(protocol: string, port: number) => Promise<{ close(): Promise<void>, arrived(): string[] }>} [open] - makes
 *   the backend on that port, one of ours by default; it answers how it goes away, and the names of the spans it took
 * @returns {Promise<{ made: number, lost: number, twice: number, stdout: string, stderr: string }>}
 */
export function outage(kind, protocol, seconds, beside = 'short', open = ourBackend) {
	const [before, after] = BESIDE[beside];
	const course = async (one) => {
		const first = await one.open();
		const { ready, ended } = one.start('steady', RATE * (before + seconds + after));
		await ready;
		await sleep(before * 1000);
		await first.close();
		await sleep(seconds * 1000);
		await one.open();
		await ended;
	};
	return run(kind, protocol, course, open);
}

/** Many spans in one turn, then a shutdown that is awaited. The backend may refuse the first requests. */
function burst(kind, protocol, count, refusals = 0) {
	return run(kind, protocol, async (one) => {
		await one.open(refusals);
		await one.start('burst', count).ended;
	});
}

/** A hundred spans, and an end; where the backend is away then it is back for the next start. */
function end(kind, protocol, how, away) {
	return run(kind, protocol, async (one) => {
		if (!away) await one.open();
		await one.start(how, 100).ended;
		if (away) await one.open();
	});
}

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
 * All cases: a name, and a function of a kind and a protocol.
 *
 * @param {number[]} outages - in seconds
 * @param {'full' | 'short'} beside - how long the backend is there before and after
 */
export function cases(outages, beside) {
	return [
		...outages.map((seconds) => ({
			name: `the backend is away for ${seconds} s`,
			sleeps: true,
			measure: (kind, protocol) => outage(kind, protocol, seconds, beside),
		})),
		...[5000, 50_000].map((count) => ({
			name: `a burst of ${count.toLocaleString('en')} spans in one turn`,
			measure: (kind, protocol) => burst(kind, protocol, count),
		})),
		{
			name: 'the backend refuses once: 503, `UNAVAILABLE`',
			measure: (kind, protocol) => burst(kind, protocol, 100, 1),
		},
		...[false, true].flatMap((away) =>
			ENDS.map(([name, how]) => ({
				name: `${name}${away ? ', the backend away' : ''}`,
				measure: (kind, protocol) => end(kind, protocol, how, away),
			})),
		),
	];
}
