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

/** A file of docs/scaling.md as it stands there, but for these texts; each must be there. */
export function fileOf(name: string, others: Readonly<Record<string, string>>): string {
	const [fence, second] = fencesOf('docs/scaling.md').filter(({ file }) => file === name);
	if (fence === undefined || second !== undefined) throw new Error(`docs/scaling.md has ${name} not once.`);
	return Object.entries(others).reduce((text, [told, other]) => {
		if (!text.includes(told)) throw new Error(`${name} of docs/scaling.md does not say ${told}.`);
		return text.replaceAll(told, other);
	}, fence.code);
}

/** A Collector with a file of the page. It may be killed and started again, with the same ports and folder. */
export class Collector {
	readonly folder = newFolder('gateway');
	#child: ChildProcess | undefined;
	#log = '';

	/**
	 * @param config - its file
	 * @param port - one on which it listens when it is ready
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

	/** The sum of one of its own metrics, over those points whose labels hold this text. */
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

/** An application of `gateway.child.mjs`: a line in, a line out. */
export class App {
	readonly folder = newFolder('gateway-app');
	#child: ChildProcess;
	#lines: AsyncIterator<string>;
	#stderr = '';

	/** @param config - its `agentese.config.yaml` */
	constructor(config: string, role: string, env: NodeJS.ProcessEnv, ...args: string[]) {
		mkdirSync(this.folder, { recursive: true });
		writeFileSync(join(this.folder, 'agentese.config.yaml'), config);
		const child = spawn(process.execPath, [CHILD, role, ...args], {
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

	/** What it says next. */
	async told<T>(): Promise<T> {
		const { value, done } = await this.#lines.next();
		if (done === true) throw new Error(`the application ended:\n${this.#stderr}`);
		return JSON.parse(value) as T;
	}

	async ask<T>(line: string): Promise<T> {
		this.#child.stdin?.write(`${line}\n`);
		return this.told<T>();
	}

	/** Lets it end of itself, and answers the last it says. */
	async finish<T>(): Promise<T> {
		const closed = once(this.#child, 'close');
		this.#child.stdin?.end();
		const last = await this.told<T>();
		const [code] = await closed;
		if (code !== 0) throw new Error(`the application ended with ${code}:\n${this.#stderr}`);
		return last;
	}

	async stop(): Promise<void> {
		await end(this.#child, 'SIGKILL');
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** The ids of the spans in these requests, of each trace; one that came twice stands there twice. */
export function spansByTrace(bodies: readonly Uint8Array[]): Map<string, string[]> {
	const traces = new Map<string, string[]>();
	for (const span of bodies.flatMap((body) => messages(body, 1, 2, 2))) {
		const [trace, id] = [1, 2].map((number) => messages(span, number)[0]?.toString('hex') ?? '');
		traces.set(trace ?? '', [...(traces.get(trace ?? '') ?? []), id ?? '']);
	}
	return traces;
}

/** How many milliseconds passed from the first start to the last end of each trace in these requests. */
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

/** The counter `agentese.invocations` in a request, over all of its labels; undefined where it is not in it. */
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
