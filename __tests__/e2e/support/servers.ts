import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { fencesOf } from '../../../scripts/fences.mjs';

/** A server for a test: on 127.0.0.1, on free ports, with its own folder. */
export interface Server {
	/** The URL of each of its ports, by name. */
	readonly urls: Readonly<Record<string, string>>;
	readonly folder: string;
	/** Ends it and removes its folder. */
	stop(): Promise<void>;
}

/** Returns a free port of the loopback interface. */
export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}

/** Polls until the result is not undefined. @throws Error with the last failure if it stays undefined */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string, ms = 120_000): Promise<T> {
	const end = Date.now() + ms;
	let last: unknown;
	while (Date.now() < end) {
		try {
			const answer = await ask();
			if (answer !== undefined) return answer;
		} catch (error) {
			last = error;
		}
		await sleep(100);
	}
	throw new Error(`${what} did not come within ${ms} ms`, { cause: last });
}

/** Returns a JSON response over HTTP, or undefined if the status is not 200. */
export async function ask<T>(url: string): Promise<T | undefined> {
	const response = await fetch(url);
	return response.status === 200 ? ((await response.json()) as T) : undefined;
}

/** Creates a new folder for a test. */
export function newFolder(name: string): string {
	return mkdtempSync(join(tmpdir(), `agentese-${name}-`));
}

/** Starts a server and waits until the URL responds with the status. */
async function start(
	binary: string,
	args: readonly string[],
	folder: string,
	urls: Readonly<Record<string, string>>,
	ready: string,
	status = 200,
): Promise<Server & { kill(): Promise<void> }> {
	const child = spawn(binary, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
	let log = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			log = (log + text).slice(-4000);
		});
	}
	const stop = async () => {
		await end(child);
		rmSync(folder, { recursive: true, force: true });
	};
	const died = new Promise<never>((_, reject) => {
		child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
	});
	const answers = eventually(async () => ((await fetch(ready)).status === status ? true : undefined), ready);
	// The promise that settles second is ignored.
	for (const either of [answers, died]) either.catch(() => {});
	try {
		await Promise.race([answers, died]);
	} catch (error) {
		await stop();
		throw new Error(`${binary} did not start:\n${log}`, { cause: error });
	}
	return { urls, folder, stop, kill: () => end(child, 'SIGKILL') };
}

/** Ends a server with the signal, and kills it if it has not exited after 5 seconds. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = new Promise((resolve) => child.once('exit', resolve));
	child.kill(signal);
	const killed = setTimeout(() => child.kill('SIGKILL'), 5000);
	await ended;
	clearTimeout(killed);
}

/**
 * Starts Jaeger 2, which receives OTLP, keeps everything in memory and has the query API.
 *
 * @param grpcPort - the port of OTLP over gRPC, a free one by default
 */
export async function startJaeger(binary: string, grpcPort?: number): Promise<Server> {
	const folder = newFolder('jaeger');
	const [http, freeGrpc, query, health, queryGrpc] = await Promise.all([1, 2, 3, 4, 5].map(freePort));
	const grpc = grpcPort ?? freeGrpc;
	const config = {
		service: {
			extensions: ['jaeger_storage', 'jaeger_query', 'healthcheckv2'],
			pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
			telemetry: { metrics: { level: 'none' } },
		},
		extensions: {
			healthcheckv2: { use_v2: true, http: { endpoint: `127.0.0.1:${health}` } },
			jaeger_query: {
				storage: { traces: 'memory' },
				http: { endpoint: `127.0.0.1:${query}` },
				grpc: { endpoint: `127.0.0.1:${queryGrpc}` },
			},
			jaeger_storage: { backends: { memory: { memory: { max_traces: 100_000 } } } },
		},
		receivers: {
			otlp: { protocols: { http: { endpoint: `127.0.0.1:${http}` }, grpc: { endpoint: `127.0.0.1:${grpc}` } } },
		},
		exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
	};
	const file = join(folder, 'config.json');
	writeFileSync(file, JSON.stringify(config));
	const urls = {
		otlp: `http://127.0.0.1:${http}`,
		grpc: `http://127.0.0.1:${grpc}`,
		query: `http://127.0.0.1:${query}`,
	};
	return start(binary, ['--config', `file:${file}`], folder, urls, `http://127.0.0.1:${health}/status`);
}

/** Starts a Collector that receives OTLP, or reads JSON files if `include` names them, and writes a file per signal. */
export async function startCollector(binary: string, include?: Record<string, string>): Promise<Server> {
	const folder = newFolder('collector');
	const [http, grpc] = await Promise.all([1, 2].map(freePort));
	const pipeline = (signal: string) => ({
		receivers: include === undefined ? ['otlp'] : [`otlpjsonfile/${signal}`],
		exporters: [`file/${signal}`],
	});
	const files = Object.fromEntries(
		Object.entries(include ?? {}).map(([signal, glob]) => [
			`otlpjsonfile/${signal}`,
			{ include: [glob], start_at: 'beginning', poll_interval: '100ms', include_file_name: false },
		]),
	);
	const signals = include === undefined ? ['traces', 'metrics'] : Object.keys(include);
	const config = {
		receivers: {
			otlp: { protocols: { http: { endpoint: `127.0.0.1:${http}` }, grpc: { endpoint: `127.0.0.1:${grpc}` } } },
			...files,
		},
		exporters: Object.fromEntries(
			signals.map((signal) => [
				`file/${signal}`,
				{ path: join(folder, `${signal}.jsonl`), format: 'json', flush_interval: '100ms' },
			]),
		),
		service: {
			pipelines: Object.fromEntries(signals.map((signal) => [signal, pipeline(signal)])),
			telemetry: { metrics: { level: 'none' } },
		},
	};
	if (include !== undefined) {
		// If it reads files it opens no port that shows when it is ready; an OTLP receiver in a separate pipeline does.
		Object.assign(config.exporters, { 'file/unused': { path: join(folder, 'unused.jsonl') } });
		Object.assign(config.service.pipelines, { 'traces/unused': { receivers: ['otlp'], exporters: ['file/unused'] } });
	}
	const file = join(folder, 'config.json');
	writeFileSync(file, JSON.stringify(config));
	const urls = { otlp: `http://127.0.0.1:${http}`, grpc: `http://127.0.0.1:${grpc}` };
	// The receiver accepts only POST; its refusal of another method shows that it listens.
	return start(binary, ['--config', `file:${file}`], folder, urls, `${urls.otlp}/v1/traces`, 405);
}

/** Starts a Collector for traces on one port that may be killed: every request that it accepted is in its file. */
export async function startMortalCollector(
	binary: string,
	protocol: string,
	port: number,
): Promise<{ close(): Promise<void>; lines(): string[] }> {
	const folder = newFolder('collector');
	const grpc = protocol === 'grpc' ? { grpc: { endpoint: `127.0.0.1:${port}` } } : {};
	const http = { endpoint: `127.0.0.1:${protocol === 'grpc' ? await freePort() : port}` };
	const traces = join(folder, 'traces.jsonl');
	const config = {
		// HTTP is always enabled: it shows when the Collector is ready.
		receivers: { otlp: { protocols: { http, ...grpc } } },
		// A rotating file is written without a buffer, so that a kill loses no accepted request.
		exporters: { file: { path: traces, format: 'json', rotation: { max_megabytes: 1000 } } },
		service: {
			pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
			telemetry: { metrics: { level: 'none' } },
		},
	};
	const file = join(folder, 'config.json');
	writeFileSync(file, JSON.stringify(config));
	const ready = `http://${http.endpoint}/v1/traces`;
	const { kill } = await start(binary, ['--config', `file:${file}`], folder, {}, ready, 405);
	let text = '';
	return {
		close: async () => {
			await kill();
			text ||= existsSync(traces) ? readFileSync(traces, 'utf8') : '';
			rmSync(folder, { recursive: true, force: true });
		},
		// A line that was being written at the kill was not accepted.
		lines: () => text.split('\n').slice(0, -1),
	};
}

/** Returns the configuration of Prometheus in docs/presets.md, with these addresses in place of the default. */
function scrapeConfigs(targets: readonly string[]): object[] {
	const told = fencesOf('docs/presets.md').filter(({ code }) => code.startsWith('scrape_configs:'));
	const [config] = told.map(({ code }) =>
		parse(code.replace('"127.0.0.1:9464"', JSON.stringify(targets).slice(1, -1))),
	);
	if (config === undefined || told.length !== 1) throw new Error('docs/presets.md tells Prometheus nothing, or twice.');
	return config.scrape_configs;
}

/** Starts Prometheus as the docs configure it. It scrapes every 200 ms, and receives OTLP if the version can. */
export async function startPrometheus(binary: string, targets: readonly string[], otlp = true): Promise<Server> {
	const folder = newFolder('prometheus');
	const port = await freePort();
	const config = {
		global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
		scrape_configs: scrapeConfigs(targets),
	};
	const file = join(folder, 'prometheus.json');
	writeFileSync(file, JSON.stringify(config));
	const args = [
		`--config.file=${file}`,
		`--storage.tsdb.path=${join(folder, 'data')}`,
		`--web.listen-address=127.0.0.1:${port}`,
		...(otlp ? ['--web.enable-otlp-receiver'] : []),
	];
	const url = `http://127.0.0.1:${port}`;
	return start(binary, args, folder, { api: url, otlp: `${url}/api/v1/otlp` }, `${url}/-/ready`);
}

/** Starts Redis, which keeps everything in memory. Its URL is `redis`. */
export async function startRedis(binary: string): Promise<Server> {
	const folder = newFolder('redis');
	const port = await freePort();
	const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder];
	const child = spawn(binary, args, { stdio: 'ignore' });
	await eventually(
		() =>
			new Promise<true | undefined>((resolve) => {
				const socket = connect(port, '127.0.0.1', () => resolve(true));
				socket.once('error', () => resolve(undefined)).once('connect', () => socket.destroy());
			}),
		'redis',
	);
	const stop = async () => {
		await end(child);
		rmSync(folder, { recursive: true, force: true });
	};
	return { urls: { redis: `redis://127.0.0.1:${port}` }, folder, stop };
}
