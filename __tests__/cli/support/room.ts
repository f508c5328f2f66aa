import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundle } from '../../support/children.js';
import { type Backend, grpcBackend, httpBackend } from '../../support/otlp-servers.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The program and the presets as JavaScript, beside the packages they import: what real processes run. */
export interface Built {
	readonly program: string;
	readonly presets: string;
	remove(): void;
}

export async function buildProgram(): Promise<Built> {
	const presets = await bundle();
	const cache = join(ROOT, 'node_modules', '.cache');
	mkdirSync(cache, { recursive: true });
	const outdir = mkdtempSync(join(cache, 'cli-'));
	await build({
		entryPoints: [join(ROOT, 'cli/main.ts')],
		outdir,
		bundle: true,
		splitting: true,
		packages: 'external',
		platform: 'node',
		format: 'esm',
		outExtension: { '.js': '.mjs' },
	});
	const remove = () => {
		presets.remove();
		rmSync(outdir, { recursive: true, force: true });
	};
	return { program: join(outdir, 'main.mjs'), presets: presets.url, remove };
}

/** A process that runs, and how it ended. */
export interface Running {
	readonly child: ChildProcess;
	/** Resolves with the first text on stdout. */
	readonly printed: Promise<string>;
	readonly ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

/** A temporary project with a config, in which processes leave records and the program runs. */
export class Room {
	readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentese-cli-')));
	readonly outbox = join(this.folder, 'outbox');
	readonly #built: Built;
	readonly #children: ChildProcess[] = [];

	constructor(built: Built) {
		this.#built = built;
		mkdirSync(join(this.folder, 'home'));
	}

	config(config: object, name = 'agentese.config.json'): void {
		writeFileSync(join(this.folder, name), JSON.stringify(config));
	}

	/** Writes a config for a backend over that protocol, with a header. */
	sendingTo(endpoint: string, protocol: string, more: object = {}, name?: string, how: object = {}): void {
		const otlp = { endpoint, protocol, headers: { 'x-tenant': 'garden' }, ...how };
		this.config({ preset: 'otlp', otlp, delivery: { directory: this.outbox, ...more } }, name);
	}

	/** Starts a process that makes that many spans, a metric and a log record, prints when they are on disk, and lives. */
	leaves(count: number, prefix: string): Running {
		return this.#run([join(ROOT, '__tests__/cli/support/leaves.mjs'), String(count), prefix]);
	}

	program(...words: string[]): Running {
		return this.#run([this.#built.program, ...words]);
	}

	close(): void {
		for (const child of this.#children) child.kill('SIGKILL');
		rmSync(this.folder, { recursive: true, force: true });
	}

	#run([file = '', ...words]: string[]): Running {
		// A config is trusted in the project of the main file: both processes are those of an application in this folder.
		const main = join(this.folder, 'home', `main-${this.#children.length}.mjs`);
		writeFileSync(main, `await import(${JSON.stringify(file)});`);
		const args = [main, ...words];
		const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTESE_|NODE_OPTIONS|JEST_)/.test(name));
		const env = { ...Object.fromEntries(kept), BUNDLE: this.#built.presets, HOME: join(this.folder, 'home') };
		const child = spawn(process.execPath, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
		this.#children.push(child);
		const [out, err]: string[][] = [[], []];
		const printed = new Promise<string>((resolve) => {
			child.stdout.on('data', (data) => {
				out?.push(String(data));
				resolve(String(data));
			});
		});
		child.stderr.on('data', (data) => err?.push(String(data)));
		const ended = new Promise<Awaited<Running['ended']>>((resolve, reject) => {
			child.on('error', reject);
			child.on('close', (code, signal) =>
				resolve({ code, signal, stdout: (out ?? []).join(''), stderr: (err ?? []).join('') }),
			);
		});
		return { child, printed, ended };
	}
}

/** Returns a port of the loopback interface on which nothing listens. */
export async function freePort(): Promise<number> {
	const server = createTcpServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

export function openBackend(protocol: string, port: number): Promise<Backend> {
	return protocol === 'grpc' ? grpcBackend(undefined, undefined, port) : httpBackend(undefined, undefined, port);
}

/** Starts an HTTP backend that responds to that many requests and lets all others wait, until it is released. */
export async function holdingBackend(port: number, answered: number) {
	const taken: Buffer[] = [];
	const waiting: ServerResponse[] = [];
	let [seen, holds] = [0, true];
	let reached: () => void = () => undefined;
	const held = new Promise<void>((resolve) => {
		reached = resolve;
	});
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk) => chunks.push(chunk));
		request.on('end', () => {
			seen += 1;
			if (holds && seen > answered) {
				waiting.push(response);
				reached();
				return;
			}
			taken.push(Buffer.concat(chunks));
			response.end();
		});
	});
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	return {
		/** What was accepted. */
		taken,
		/** Resolves when a request waits. */
		held,
		release: () => {
			holds = false;
			for (const response of waiting) response.destroy();
		},
		close: () =>
			new Promise<void>((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
