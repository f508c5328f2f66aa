import { fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SignalCounts } from '../../../sdk/index.js';

/** What became of an application's spans. The law of delivery holds for it. */
export type Spans = SignalCounts & { onDisk: number };

/** What an application is told. `to` is for one that has a family. */
export interface Told {
	to?: string;
	count?: number;
	prefix?: string;
	/** So large is an attribute of each span. */
	bytes?: number;
	ms?: number;
	uid?: number;
	gid?: number;
}

type Deed = 'make' | 'flush' | 'stats' | 'clock' | 'user' | 'end' | 'kill' | 'take';

/** An application in a process of its own that does as it is told. */
export interface Application {
	tell(deed: Deed, told?: Told): Promise<Spans>;
	/** Tells it again and again, until it holds. */
	until(holds: (spans: Spans) => boolean, deed?: Deed, told?: Told, ms?: number): Promise<Spans>;
	/** What it said on stderr that is of the toolkit. */
	said(): string[];
	/** Shuts its telemetry down; answers how the process ended, and the last counts. */
	end(): Promise<{ code: number | null; spans: Spans }>;
	kill(): Promise<void>;
}

export interface Settings {
	endpoint: string;
	outbox: string;
	delivery?: object;
	/** A file of this folder. @default application.child.mjs */
	file?: string;
}

/** Starts one. It answers from the moment on when its telemetry runs. */
export function startApplication({
	endpoint,
	outbox,
	delivery = {},
	file = 'application.child.mjs',
}: Settings): Application {
	const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTESE_|NODE_OPTIONS|JEST_)/.test(name));
	const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
		cwd: mkdtempSync(join(tmpdir(), 'agentese-application-')),
		env: { ...Object.fromEntries(kept), ENDPOINT: endpoint, OUTBOX: outbox, DELIVERY: JSON.stringify(delivery) },
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		execArgv: [],
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
	const tell: Application['tell'] = (deed, told = {}) =>
		new Promise((resolve, reject) => {
			const id = number++;
			waiting.set(id, { resolve, reject });
			child.send({ id, deed, ...told }, (error) => error && reject(error));
		});
	return {
		tell,
		said: () => stderr.split('\n').filter((line) => /agentese-otel/.test(line)),
		async until(holds, deed = 'stats', told = {}, ms = 120_000) {
			const limit = Date.now() + ms;
			for (;;) {
				const spans = await tell(deed, told);
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
