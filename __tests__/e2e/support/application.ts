import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SignalCounts } from '../../../sdk/index.js';

/** The counts of an application's spans, for which made = written + queued + onDisk + dropped holds. */
export type Spans = SignalCounts & { onDisk: number };

/** The arguments of a command. */
export interface CommandArguments {
	/** The member of a family of processes that executes the command. @default the process itself */
	to?: string;
	count?: number;
	prefix?: string;
	/** The size of an attribute of each span. */
	bytes?: number;
	ms?: number;
	uid?: number;
	gid?: number;
}

type Deed = 'make' | 'flush' | 'stats' | 'clock' | 'user' | 'end' | 'kill' | 'take';

/** An application in a separate process that executes commands. */
export interface Application {
	/** Sends a command, and resolves with the counts after it. */
	tell(deed: Deed, args?: CommandArguments): Promise<Spans>;
	/** Repeats a command until the counts fulfil a condition. @throws Error if they do not within `ms` milliseconds */
	until(holds: (spans: Spans) => boolean, deed?: Deed, args?: CommandArguments, ms?: number): Promise<Spans>;
	/** Returns the toolkit's lines on stderr. */
	messages(): string[];
	/** Shuts its telemetry down. Returns the exit code of the process and the last counts. */
	end(): Promise<{ code: number | null; spans: Spans }>;
	kill(): Promise<void>;
}

export interface Settings {
	endpoint: string;
	outbox: string;
	delivery?: object;
	/** The file of the process, in this folder. @default application.child.mjs */
	file?: string;
	/** A command that starts the process, such as one that puts it into a container. @default none */
	wrap?: readonly string[];
	/** By how many milliseconds the clock is wrong from the start on. @default 0 */
	clockMs?: number;
}

/** Starts an application. It responds to commands once its telemetry runs. */
export function startApplication({
	endpoint,
	outbox,
	delivery = {},
	file = 'application.child.mjs',
	wrap = [],
	clockMs = 0,
}: Settings): Application {
	const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTESE_|NODE_OPTIONS|JEST_)/.test(name));
	const wrongClock = `const { now } = Date; Date.now = () => now() + ${clockMs};`;
	const [command = '', ...args] = [
		...wrap,
		process.execPath,
		...(clockMs === 0 ? [] : ['--import', `data:text/javascript,${encodeURIComponent(wrongClock)}`]),
		fileURLToPath(new URL(file, import.meta.url)),
	];
	const child = spawn(command, args, {
		cwd: mkdtempSync(join(tmpdir(), 'agentese-application-')),
		env: { ...Object.fromEntries(kept), ENDPOINT: endpoint, OUTBOX: outbox, DELIVERY: JSON.stringify(delivery) },
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
	});
	const waiting = new Map<number, { resolve: (spans: Spans) => void; reject: (error: Error) => void }>();
	let number = 0;
	let stderr = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	child.on('message', ({ id, spans, error }: { id: number; spans: Spans; error?: string }) => {
		const one = waiting.get(id);
		waiting.delete(id);
		if (error === undefined) one?.resolve(spans);
		else one?.reject(new Error(error));
	});
	const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
	void ended.then((code) => {
		for (const { reject } of waiting.values()) reject(new Error(`The application ended with ${code}:\n${stderr}`));
	});
	const tell: Application['tell'] = (deed, args = {}) =>
		new Promise((resolve, reject) => {
			const id = number++;
			waiting.set(id, { resolve, reject });
			child.send({ id, deed, ...args }, (error) => error && reject(error));
		});
	return {
		tell,
		messages: () => stderr.split('\n').filter((line) => /agentese-otel/.test(line)),
		async until(holds, deed = 'stats', args = {}, ms = 120_000) {
			const limit = Date.now() + ms;
			for (;;) {
				const spans = await tell(deed, args);
				if (holds(spans)) return spans;
				if (Date.now() > limit) {
					throw new Error(`It did not hold within ${ms} ms: ${holds}, ${JSON.stringify(spans)}\n${stderr}`);
				}
				await sleep(50);
			}
		},
		async end() {
			const spans = await tell('end');
			return { code: await ended, spans };
		},
		async kill() {
			child.kill('SIGKILL');
			await ended;
		},
	};
}
