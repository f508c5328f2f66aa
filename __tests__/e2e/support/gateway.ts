import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fencesOf } from '../../../scripts/fences.mjs';
import { field, messages } from '../../support/otlp-servers.js';
import { end, eventually, newFolder } from './servers.js';

const CHILD = fileURLToPath(new URL('./gateway.child.mjs', import.meta.url));

/** Returns a file of docs/scaling.md with these texts replaced. @throws Error if the file or a text is not there */
export function pageFile(name: string, replacements: Readonly<Record<string, string>>): string {
	const [fence, second] = fencesOf('docs/scaling.md').filter(({ file }) => file === name);
	if (fence === undefined || second !== undefined) throw new Error(`docs/scaling.md has ${name} not once.`);
	return Object.entries(replacements).reduce((text, [from, to]) => {
		if (!text.includes(from)) throw new Error(`${name} of docs/scaling.md does not contain ${from}.`);
		return text.replaceAll(from, to);
	}, fence.code);
}

/** A Collector with a file of the page. It can be killed and started again with the same ports and folder. */
export class Collector {
	readonly folder = newFolder('gateway');
	#child: ChildProcess | undefined;
	#log = '';

	/**
	 * @param config - the content of its configuration file
	 * @param port - a port on which it listens when it is ready
	 * @param own - the port of its own metrics
	 */
	constructor(
		readonly binary: string,
		readonly config: string,
		readonly port: number,
		readonly own: number,
	) {}

	async start(): Promise<void> {
		const file = join(this.folder, 'config.yaml');
		writeFileSync(file, this.config);
		const child = spawn(this.binary, ['--config', `file:${file}`], {
			cwd: this.folder,
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		this.#child = child;
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			this.#log = (this.#log + text).slice(-4000);
		});
		try {
			await eventually(async () => ((await listens(this.port)) ? true : undefined), 'a Collector');
		} catch (error) {
			throw new Error(`a Collector did not start:\n${this.#log}`, { cause: error });
		}
	}

	async end(signal: NodeJS.Signals): Promise<void> {
		if (this.#child !== undefined) await end(this.#child, signal);
	}

	async stop(): Promise<void> {
		await this.end('SIGKILL');
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** Returns the sum of one of its own metrics, over the points whose labels contain the text. */
	async metric(name: string, label = ''): Promise<number> {
		const page = await (await fetch(`http://127.0.0.1:${this.own}/metrics`)).text();
		return page
			.split('\n')
			.filter((line) => line.startsWith(`${name}{`) && line.includes(label))
			.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
	}
}

function listens(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}

/** A process of `gateway.child.mjs`, which responds to each line with a line. */
export class App {
	readonly folder = newFolder('gateway-app');
	#child: ChildProcess;
	#lines: AsyncIterator<string>;
	#stderr = '';

	/** @param config - the content of its `agentese.config.yaml` */
	constructor(config: string, role: string, env: NodeJS.ProcessEnv, ...args: string[]) {
		mkdirSync(this.folder, { recursive: true });
		writeFileSync(join(this.folder, 'agentese.config.yaml'), config);
		// A config is trusted in the folder of the main file.
		const main = join(this.folder, 'main.mjs');
		writeFileSync(main, `await import(${JSON.stringify(CHILD)});`);
		const child = spawn(process.execPath, [main, role, ...args], {
			cwd: this.folder,
			env: { ...process.env, ...env },
			stdio: 'pipe',
		});
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			this.#stderr += text;
		});
		this.#child = child;
		this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	}

	/** Returns its next line. */
	async nextLine<T>(): Promise<T> {
		const { value, done } = await this.#lines.next();
		if (done === true) throw new Error(`the application ended:\n${this.#stderr}`);
		return JSON.parse(value) as T;
	}

	async ask<T>(line: string): Promise<T> {
		this.#child.stdin?.write(`${line}\n`);
		return this.nextLine<T>();
	}

	/** Closes its standard input, and returns its last line when it has exited. @throws Error if it fails */
	async finish<T>(): Promise<T> {
		const closed = once(this.#child, 'close');
		this.#child.stdin?.end();
		const last = await this.nextLine<T>();
		const [code] = await closed;
		if (code !== 0) throw new Error(`the application ended with ${code}:\n${this.#stderr}`);
		return last;
	}

	async stop(): Promise<void> {
		await end(this.#child, 'SIGKILL');
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** Returns the ids of the spans in these requests, by trace. A span that arrived twice is there twice. */
export function spansByTrace(bodies: readonly Uint8Array[]): Map<string, string[]> {
	const traces = new Map<string, string[]>();
	for (const span of bodies.flatMap((body) => messages(body, 1, 2, 2))) {
		const [trace, id] = [1, 2].map((number) => messages(span, number)[0]?.toString('hex') ?? '');
		traces.set(trace ?? '', [...(traces.get(trace ?? '') ?? []), id ?? '']);
	}
	return traces;
}

/** Returns the time from the first start to the last end of each trace in these requests, in milliseconds. */
export function lengthByTrace(bodies: readonly Uint8Array[]): Map<string, number> {
	const times = new Map<string, bigint[]>();
	for (const span of bodies.flatMap((body) => messages(body, 1, 2, 2))) {
		const trace = messages(span, 1)[0]?.toString('hex') ?? '';
		const both = [7, 8].flatMap((number) => field(span, number)).filter((time) => Buffer.isBuffer(time));
		times.set(trace, [...(times.get(trace) ?? []), ...both.map((time) => time.readBigUInt64LE())]);
	}
	return new Map(
		[...times].map(([trace, all]) => {
			const sorted = all.map((time) => Number(time / 1000n) / 1000).sort((a, b) => a - b);
			return [trace, (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)];
		}),
	);
}

/** Returns the sum of `agentese.invocations` in a request, or undefined if the request does not contain it. */
export function invocationsIn(body: Uint8Array): number | undefined {
	const counter = messages(body, 1, 2, 2).find((metric) => String(messages(metric, 1)[0]) === 'agentese.invocations');
	if (counter === undefined) return undefined;
	return messages(counter, 7, 1).reduce((sum, point) => {
		const [whole] = field(point, 6);
		const [real] = field(point, 4);
		if (Buffer.isBuffer(whole)) return sum + Number(whole.readBigInt64LE());
		return sum + (Buffer.isBuffer(real) ? real.readDoubleLE() : 0);
	}, 0);
}
